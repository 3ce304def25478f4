"""What happened, in human words: one sentence for every kind of event there is, told in the order it happened."""

from collections.abc import Callable, Iterable
from typing import Any, get_args
from uuid import UUID

from plenary.amounts import money
from plenary.conferences import conference_messages as conference
from plenary.conferences import slug
from plenary.desk.story_conference import ConferenceStory
from plenary.engine.person import PersonErased
from plenary.payments import payment_messages as payment
from plenary.registration import assignments, entries, seats_messages
from plenary.registration import order_events as order
from plenary.registration import promo_code_messages as promo_code


class Story:
    """Tells events one after the other, remembering names that later ones leave out."""

    def __init__(
        self, currency: str = "", seat_types: Iterable[tuple[UUID, str]] = (), codes: Iterable[tuple[UUID, str]] = ()
    ) -> None:
        """`seat_types` and promo `codes`: what they are called; an order's own story begins without."""
        self._currency = currency
        self._seat_types = dict(seat_types)
        self._seats: dict[int, str] = {}
        self._people: dict[int, str] = {}
        self._codes = dict(codes)
        self._conference = ConferenceStory()

    def tell(self, event: Any) -> str:
        """One sentence; never empty, also for an event that nobody has written a sentence for."""
        for kinds, tell in self._tellers():
            if isinstance(event, kinds):
                return tell(event) or untold(event)
        return untold(event)

    def _tellers(self) -> list[tuple[tuple[type[Any], ...], Callable[[Any], str | None]]]:
        return [
            (get_args(order.Event), self._order),
            (get_args(assignments.Event), self._assignments),
            (get_args(payment.Event), self._payment),
            (get_args(conference.Event), self._conference.tell),
            (get_args(seats_messages.Event), self._seats_event),
            (get_args(promo_code.Event), self._promo_code),
            ((*get_args(slug.Event), *get_args(entries.Event), PersonErased), self._other),
        ]

    def _money(self, amount: int) -> str:
        return money(amount, self._currency) if self._currency else f"{amount} minor units"

    def _items(self, items: Iterable[Any]) -> str:
        """Items or lines: "2 × General admission, 1 × Workshop"."""
        named = []
        for item in items:
            name = getattr(item, "name", None) or self._seat_types.get(item.seat_type_id, "seats of another type")
            self._seat_types.setdefault(item.seat_type_id, name)
            if item.quantity:
                named.append(f"{item.quantity} × {name}")
        return ", ".join(named) or "no seat"

    def _order(self, event: Any) -> str | None:
        match event:
            case order.OrderPlaced(code=code, lines=lines, currency=currency, total=total):
                self._currency = currency
                return f"Order {code} was placed: {self._items(lines)}, {self._money(total)}."
            case order.OrderWaitlisted(code=code, lines=lines, currency=currency):
                self._currency = currency
                names = f"{event.first_name} {event.last_name}, {event.email}"
                return f"Order {code} joined the waitlist for {self._items(lines)}; it is for {names}."
            case order.OrderOffered(granted=granted, total=total):
                return f"Freed seats are held for the order: {self._items(granted)}, {self._money(total)}."
            case order.CodeApplied(promo=promo, total=total):
                self._codes[promo.code_id] = promo.code
                return f"Promo code {promo.code} was applied; the order costs {self._money(total)} now."
            case order.CodeRemoved(code_id=code_id, total=total):
                return f"{self._code(code_id)} was taken off; the order costs {self._money(total)} now."
            case order.HoldExtended(pay_by=pay_by, asked=asked):
                why = "The registrant asked for more time" if asked else "The seats are held longer for the payment"
                return f"{why}: they are held until {pay_by:%Y-%m-%d %H:%M} UTC."
            case order.OrderItemsChanged(lines=lines, total=total):
                return f"The order was changed to {self._items(lines)}, {self._money(total)}."
            case order.OrderHeld(granted=granted, total=total, partly=partly):
                some = "Only some of the seats were left; held were" if partly else "Seats were held:"
                return f"{some} {self._items(granted)}, {self._money(total)}."
            case order.OrderSoldOut():
                return "No seat was left for the order."
            case order.DetailsEntered(email=email, first_name=first, last_name=last):
                return f"The order is for {first} {last}, {email}."
            case order.PaymentRequested(amount=amount, gateway=gateway):
                return f"A payment of {self._money(amount)} by {gateway} was asked for."
            case order.OrderConfirmed(lines=lines, total=total):
                return f"The order was confirmed: {self._items(lines)}, {self._money(total)}."
            case order.OrderExpired():
                return "The order was not paid in time; its seats went back on sale."
            case order.OrderCancelled():
                return "The order was cancelled; its seats went back on sale."
            case order.PaidTooLate(wanted=wanted):
                return f"The payment came after the deadline; {self._items(wanted)} are to be taken again."
            case order.PartRetaken(code_id=code_id):
                what = "The seats are" if code_id is None else f"{self._code(code_id)} is"
                return f"{what} the order’s again."
            case order.SeatsCancelled(positions=positions, refund=refund, fee=fee):
                kept = f", {self._money(fee)} are kept" if fee else ""
                return f"{self._numbered(positions)} given up; {self._money(refund)} are to go back{kept}."
            case order.RefundGranted(amount=amount, reason=reason):
                return f"{self._money(amount)} of the payment are to go back: {reason}."
            case order.ConfirmationResent():
                return "The confirmation was to be sent again."
            case order.OrderRefunded(amount=amount):
                return f"The order was refunded: {self._money(amount)} are to go back."
            case order.PaymentReturned(amount=amount, reason=reason):
                return f"A payment of {self._money(amount)} is to go back: {reason}."
        return None

    def _assignments(self, event: Any) -> str | None:
        match event:
            case assignments.AssignmentsCreated(seats=seats):
                self._seats = {seat.position: seat.seat_type for seat in seats}
                count = "One seat was" if len(seats) == 1 else f"{len(seats)} seats were"
                return f"{count} numbered, to be given to attendees."
            case assignments.SeatAssigned(position=position, email=email, first_name=first, last_name=last):
                before, self._people[position] = self._people.get(position), f"{first} {last}"
                instead = f", instead of {before}" if before else ""
                return f"{first} {last} ({email}) was given {self._seat(position)}{instead}."
            case assignments.AttendeeCorrected(position=position, first_name=first, last_name=last):
                before, self._people[position] = self._people.get(position), f"{first} {last}"
                return f"The name on {self._seat(position)} was corrected to {first} {last}."
            case assignments.SeatUnassigned(position=position):
                before = self._people.pop(position, "Its attendee")
                return f"{before} no longer has {self._seat(position)}."
            case assignments.TicketResent(position=position):
                return f"The ticket of seat {position} was mailed once more."
            case assignments.SeatsRemoved(positions=positions):
                return f"{self._numbered(positions)} taken away for good."
        return None

    def _numbered(self, positions: Iterable[int]) -> str:
        named = [self._seat(position) for position in positions]
        return f"S{'; '.join(named)[1:]} {'was' if len(named) == 1 else 'were'}"

    def _code(self, code_id: UUID) -> str:
        return f"Promo code {self._codes[code_id]}" if code_id in self._codes else "A promo code"

    def _seat(self, position: int) -> str:
        name = self._seats.get(position)
        return f"seat {position}, {name}" if name else f"seat {position}"

    def _payment(self, event: Any) -> str | None:
        match event:
            case payment.PaymentInitiated(amount=amount, currency=currency, gateway=gateway):
                return f"A payment of {money(amount, currency)} by {gateway} was begun."
            case payment.PaymentCompleted(amount=amount, currency=currency):
                return f"{money(amount, currency)} were paid."
            case payment.PaymentRejected():
                return "The payment was refused."
            case payment.PaymentCancelled():
                return "The payment was abandoned."
            case payment.PaymentNoted(reference=reference):
                return f"The gateway knows the payment as {reference}."
            case payment.RefundRequested(amount=amount, currency=currency, reason=reason, gateway=gateway):
                return f"{money(amount, currency)} are to go back by {gateway}: {reason}."
            case payment.RefundPutOff(tries=tries):
                return f"The gateway could not be asked for the refund at try {tries}; it is asked again later."
            case payment.RefundRetried():
                return "The gateway is asked for the refund once more."
            case payment.RefundFailed(amount=amount, why=why):
                return f"{self._money(amount)} did not go back: {why}."
            case payment.PaymentRefunded(amount=amount, reason=reason):
                return f"{self._money(amount)} went back: {reason}."
        return None

    def _seats_event(self, event: Any) -> str | None:
        match event:
            case seats_messages.QuotaSet(levels=levels):
                return f"The house has {levels[0].quota} seats of a type." if levels else None
            case seats_messages.SeatTypeClosed():
                return "No more seats of a type are given away."
            case seats_messages.SaleEndSet(until=until):
                end = "without end" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC"
                return f"Seats of a type are sold {end}."
            case seats_messages.SaleEnded():
                return "The sale of seats of a type ended."
            case seats_messages.SalesSet(open=is_open):
                return "Seats may be had from now on." if is_open else "No more seats are given away."
            case seats_messages.SeatsReserved(granted=granted):
                return f"{self._items(granted)} were reserved."
            case seats_messages.SeatsCommitted():
                return "Held seats were sold."
            case seats_messages.SeatsReleased():
                return "Seats went back on sale."
            case seats_messages.SeatsReduced():
                return "Some of an order's seats went back on sale."
            case seats_messages.WaitlistJoined():
                return "Somebody joined the waitlist."
            case seats_messages.WaitlistLeft() | seats_messages.WaitlistEnded():
                return "Somebody's time on the waitlist ended."
            case seats_messages.SeatsOffered():
                return "Freed seats were offered to the first in line."
        return None

    def _promo_code(self, event: Any) -> str | None:
        match event:
            case promo_code.CodeCreated(promo=promo, limit=limit):
                return f"Promo code {promo.code} was made: {self._off(promo, limit)}."
            case promo_code.CodeChanged(promo=promo, limit=limit):
                return f"Promo code {promo.code} was changed: {self._off(promo, limit)}."
            case promo_code.CodeEnded():
                return f"{self._code(event.code_id)} was ended: nobody can use it any more."
            case promo_code.UseReserved():
                return f"{self._code(event.code_id)} was kept for an order."
            case promo_code.UseSpent():
                return f"{self._code(event.code_id)} was used by an order."
            case promo_code.UseReturned():
                return f"{self._code(event.code_id)} was given back by an order."
            case promo_code.UseRetaken(taken=taken):
                return f"{self._code(event.code_id)} was {'' if taken else 'not '}had again by an order paid late."
        return None

    def _off(self, promo: Any, limit: int | None) -> str:
        """What a code takes off, and how often; also remembers what it is called."""
        self._codes[promo.code_id] = promo.code
        off = f"{promo.percent} % off" if promo.percent is not None else f"{self._money(promo.amount or 0)} off"
        times = "any number of uses" if limit is None else "one use" if limit == 1 else f"{limit} uses"
        beside = f", also beside {' and '.join(promo.combines_with)}" if promo.combines_with else ""
        scope = f", for {len(promo.seat_types)} of the seat types" if promo.seat_types else ""
        return f"{off}, {times}{scope}{beside}"

    def _other(self, event: Any) -> str | None:
        match event:
            case slug.SlugClaimed(slug=name):
                return f"The address “{name}” was taken."
            case slug.SlugReleased(slug=name):
                return f"The address “{name}” was given up."
            case entries.EntryAdded():
                return "Somebody’s order was to wait for seats of a type."
            case entries.EntryEnded():
                return "Somebody’s order waits for seats no more."
            case entries.EntriesErased():
                return "An erased person waits for seats no more."
            case PersonErased():
                return "A person was erased."
        return None


def untold(event: Any) -> str:
    """What is said of an event that nobody wrote a sentence for: its name, `SeatsCancelled` -> "Seats cancelled"."""
    name = getattr(event, "type", None) or type(event).__name__
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in str(name)).strip()
    return f"{words.capitalize()}."
