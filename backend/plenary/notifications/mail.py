"""Mail: who is written to when something happened. Each event and recipient gets one mail."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.access.secrets import Secrets
from plenary.access.tickets import Ticket, Tickets, picture_for_mail
from plenary.amounts import money
from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.conference import CONFERENCE
from plenary.conferences.conference_messages import Details
from plenary.engine.decider import fold
from plenary.engine.engine import Engine
from plenary.engine.followers import Handler
from plenary.engine.messages import Event
from plenary.engine.sealed import ERASED
from plenary.engine.views import Row, View, read_row
from plenary.notifications.calendar import calendar_file
from plenary.notifications.letters import Letter, Words, dates, moment, numbers, sums
from plenary.notifications.mailbox import Attachment, Mail, State, keep_mails
from plenary.registration.assignments import (
    ASSIGNMENTS,
    Assignments,
    Attendee,
    SeatAssigned,
    SeatsRemoved,
    TicketResent,
)
from plenary.registration.order import ORDER
from plenary.registration.order_events import (
    ConfirmationResent,
    Line,
    OrderConfirmed,
    OrderExpired,
    OrderOffered,
    PaymentReturned,
    SeatsCancelled,
)
from plenary.registration.order_state import Expired
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow
from plenary.settings import Settings

MAILS: Final = uuid5(NAMESPACE_URL, "plenary:mails")
PATIENCE: Final = 30.0
CONFIRMED: Final = "Your seats at $conference: order $code"
OFFERED: Final = "Seats at $conference are yours until $deadline"
EXPIRED: Final = "Order $code at $conference was not paid in time"
CANCELLED: Final = "Cancelled at $conference: order $code"
GONE: Final = "Your seat at $conference was cancelled"
RETURNED: Final = "Refund of your payment for $conference: order $code"
NOTICE: Final = "A payment for $conference is refunded: order $code"


@dataclass(frozen=True, slots=True)
class About:
    """What a mail says of an order, and the conference that it is for."""

    details: Details
    words: dict[str, str]


def mail_follower(settings: Settings, secrets: Secrets) -> Callable[[Engine], Handler]:
    """The follower that writes the mails, once the engine is there."""
    state: State = "delivered" if settings.smtp is None else "waiting"
    return lambda engine: MailFollower(engine, secrets, settings.url, state)


class MailFollower:
    """Writes the mails of a batch of events, and keeps them together with the bookmark."""

    def __init__(self, engine: Engine, secrets: Secrets, url: str, state: State) -> None:
        """`url`: the address of this server, which links begin with. `state`: how a mail stands that is new."""
        self._engine, self._secrets, self._url, self._state = engine, secrets, url, state
        self._tickets = Tickets(secrets)
        self._written: dict[int, list[Mail]] = {}

    async def act(self, events: Sequence[Event]) -> None:
        """Write them; nothing leaves the house yet."""
        for event in events:
            if mails := [mail async for mail in self._mails(event) if mail.recipient != ERASED]:
                self._written[event.position] = mails

    async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
        """Keep those that `act` wrote about these events."""
        about = [event.position for event in events if event.position in self._written]
        await keep_mails(db, [mail for position in about for mail in self._written[position]])

        def kept() -> None:
            for position in about:
                del self._written[position]

        return kept

    async def _mails(self, event: Event) -> AsyncIterator[Mail]:
        """The mails about an event, one for everybody whom it concerns."""
        match event.data:
            case OrderConfirmed() as order:
                about = await self._order(order.conference_id, order.order_id, order.code, order.first_name)
                letter = self._confirmation(about, sums(order.lines, order.promos, order.currency))
                yield self._to(event, order.registrant, order.email, letter)
            case ConfirmationResent(order_id):
                row = await self._row(ORDERS, order_id, event.position)
                yield self._registrant(event, row, self._confirmation(*await self._about(row)))
            case SeatAssigned() as seat:
                told = await self._ticket(event, seat.order_id, seat.position, seat.generation, seat.first_name)
                if told is not None:
                    yield self._to(event, seat.attendee, seat.email, told)
            case TicketResent(order_id, position):
                seats, _ = await self._engine.state(ASSIGNMENTS, order_id, fresh=True)
                sits = seats.attendees.get(position) if seats else None
                if seats is not None and sits is not None:  # else it was taken back meanwhile
                    told = await self._ticket(event, order_id, position, seats.generation(position), sits.first_name)
                    if told is not None:
                        yield self._to(event, sits.attendee, sits.email, told)
            case OrderOffered(order_id, pay_by=pay_by):
                row = await self._row(ORDERS, order_id, event.position)
                about, costs = await self._about(row)
                words = about.words | {"total": costs[-1]["total"], "deadline": moment(pay_by, about.details.time_zone)}
                yield self._registrant(event, row, Letter("seats_offered", OFFERED, words, costs[:-1]))
            case OrderExpired(order_id):
                row = await self._row(ORDERS, order_id, event.position)
                now, _ = await self._engine.state(ORDER, order_id, fresh=True)
                if row.payment is not None and isinstance(now, Expired):  # else its payment came after all
                    about, _ = await self._about(row)
                    yield self._registrant(event, row, Letter("expired_while_paying", EXPIRED, about.words))
            case SeatsCancelled(order_id, positions=positions, refund=refund, fee=fee, total=total, by=by):
                row = await self._row(ORDERS, order_id, event.position)
                about, _ = await self._about(row)
                words = about.words | {
                    "seats": numbers(positions),
                    "how": "as you asked" if by == "registrant" else "by the organizer",
                    "refund": money(refund, row.currency),
                    "fee": money(fee, row.currency),
                    "total": money(total, row.currency),
                }
                yield self._registrant(event, row, Letter("seats_cancelled", CANCELLED, words))
            case SeatsRemoved(order_id, positions):
                seats = await self._seats_before(order_id, event.position)
                if seats is not None and seats.conference_id is not None:
                    words = self._conference(await self._details(seats.conference_id))
                    for who, theirs in sitting(seats, positions).items():
                        letter = Letter(
                            "seat_gone", GONE, words | {"first_name": who.first_name, "seats": numbers(theirs)}
                        )
                        yield self._to(event, who.attendee, who.email, letter)
            case PaymentReturned() as payment:
                row = await self._row(ORDERS, payment.order_id, event.position)
                about, _ = await self._about(row)
                words = about.words | {
                    "amount": money(payment.amount, row.currency),
                    "reason": payment.reason,
                }
                if row.registrant is not None:
                    letter = Letter("payment_returned", RETURNED, words)
                    yield self._registrant(event, row, letter)
                ours = await self._row(CATALOGUE, row.conference_id, event.position)
                words |= {"owner": ours.owner_name, "orders": f"{self._url}/organize/{ours.slug}/orders"}
                letter = Letter("payment_returned_notice", NOTICE, words)
                yield self._to(event, ours.owner, ours.owner_email, letter)

    def _confirmation(self, about: About, costs: Sequence[Words]) -> Letter:
        """What somebody booked, with the link to it."""
        words = about.words | {"total": costs[-1]["total"]}
        return Letter("order_confirmed", CONFIRMED, words, costs[:-1], (self._calendar(about.details),))

    async def _ticket(
        self, event: Event, order_id: UUID, position: int, generation: int, first_name: str
    ) -> Letter | None:
        """A seat with its ticket, of the generation that is meant; None where the seat was given up meanwhile."""
        row = await self._row(ORDERS, order_id, event.position)
        seat = next((seat for seat in row.seats if seat.position == position), None)
        if seat is None:
            return None
        generation = generation or seat.generation  # what was stored before there were any does not say it
        details = await self._details(row.conference_id)
        secret = self._secrets.seat_secret(order_id, position, generation)
        words = self._conference(details) | {
            "first_name": first_name,
            "seat_type": seat.seat_type,
            "link": f"{self._url}/s/{order_id}/{position}#{secret}",
        }
        token = self._tickets.issue(row.conference_id, Ticket(order_id, position, generation))
        picture = await asyncio.to_thread(picture_for_mail, token)
        code = Attachment("ticket.png", "image/png", picture, within=True)
        return Letter("seat_assigned", "Your seat at $conference", words, (), (code, self._calendar(details)))

    async def _about(self, row: OrderRow) -> tuple[About, list[Words]]:
        """What a mail to a registrant says of their order, and what it costs."""
        lines = [Line(line.seat_type_id, line.name, line.unit_price, line.seats) for line in row.lines if line.seats]
        about = await self._order(row.conference_id, row.order_id, row.code, row.first_name or "")
        return about, sums(lines, row.promos, row.currency)

    async def _order(self, conference_id: UUID, order_id: UUID, code: str, first_name: str) -> About:
        details = await self._details(conference_id)
        own = {"first_name": first_name, "code": code, "link": self._link(order_id)}
        return About(details, self._conference(details) | own)

    def _registrant(self, event: Event, row: OrderRow, letter: Letter) -> Mail:
        """To who ordered; they have said who they are, or nothing would have been paid."""
        assert row.registrant is not None
        return self._to(event, row.registrant, row.email or ERASED, letter)

    def _to(self, event: Event, person: UUID, recipient: str, letter: Letter) -> Mail:
        subject, text, html = letter.written()
        id_ = uuid5(MAILS, f"{event.position}/{person}")
        now, files = self._engine.now(), letter.attachments
        return Mail(id_, person, recipient, subject, text, html, now, files, self._state)

    def _link(self, order_id: UUID) -> str:
        """An order's link: its secret is in the fragment, which browsers keep to themselves."""
        return f"{self._url}/o/{order_id}#{self._secrets.order_secret(order_id)}"

    async def _seats_before(self, order_id: UUID, position: int) -> Assignments | None:
        """Who sat where before an event: afterwards nobody else knows it."""
        stored = await self._engine.log.stream(ASSIGNMENTS.stream_of(order_id))
        before = [event.data for event in await self._engine.messages.decode(stored) if event.position < position]
        return fold(ASSIGNMENTS, before)

    async def _details(self, conference_id: UUID) -> Details:
        """A conference as it is now."""
        conference, _ = await self._engine.state(CONFERENCE, conference_id, fresh=True)
        assert conference is not None  # what is mailed about happened at a conference
        return conference.details

    def _conference(self, details: Details) -> dict[str, str]:
        """What every mail says of a conference."""
        return {
            "conference": details.name,
            "dates": dates(details.starts_on, details.ends_on),
            "location": details.location,
            "page": f"{self._url}/c/{details.slug}",
        }

    def _calendar(self, details: Details) -> Attachment:
        return calendar_file(details, f"{self._url}/c/{details.slug}", self._engine.now())

    async def _row(self, view: View[Row], key: UUID, position: int) -> Row:
        """A row as it was shown not earlier than at a position."""
        while not await self._engine.caught_up(view, position, PATIENCE):
            pass
        found = await read_row(self._engine.database, view, key)
        assert found[0] is not None  # its events came before this one
        return found[0]


def sitting(seats: Assignments, positions: Sequence[int]) -> dict[Attendee, list[int]]:
    """Who sits on which of these seats, each person once."""
    found: dict[UUID, tuple[Attendee, list[int]]] = {}
    for position in sorted(positions):
        if who := seats.attendees.get(position):
            found.setdefault(who.attendee, (who, []))[1].append(position)
    return dict(found.values())
