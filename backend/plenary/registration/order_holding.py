"""While an order waits or is held: its items, registrant and codes, more time, and asking for a payment."""

from dataclasses import replace
from datetime import timedelta

from plenary.engine.decider import Refusal
from plenary.registration.order_commands import (
    ApplyCode,
    ChangeItems,
    EnterDetails,
    ExtendHold,
    RecordOffer,
    RemoveCode,
    RequestPayment,
    WaitForSeats,
)
from plenary.registration.order_events import (
    CodeApplied,
    CodeRemoved,
    DetailsEntered,
    Event,
    HoldExtended,
    OrderItemsChanged,
    OrderOffered,
    OrderWaitlisted,
    PaymentRequested,
)
from plenary.registration.order_lines import granted_lines, lines_for, quantities
from plenary.registration.order_paying import confirmed
from plenary.registration.order_prices import in_scope, price
from plenary.registration.order_refusals import (
    CodeDoesNotApply,
    CodesDoNotCombine,
    DetailsMissing,
    HoldWasExtended,
    NothingToPay,
    OfferIsNotExtended,
    OrderHasExpired,
    TransferTakesTooLong,
)
from plenary.registration.order_state import Held, Registrant, Waiting
from plenary.words import Item, Promo, check_email, check_line, invalid, tidy


def wait(command: WaitForSeats) -> list[Event] | Refusal:
    """A place in the line is asked for under one's name, at today's price."""
    if refused := invalid(
        check_email("email", command.email),
        check_line("first_name", command.first_name),
        check_line("last_name", command.last_name),
    ):
        return refused
    lines = lines_for(command.offer, (command.item,), command.placed_at)
    if isinstance(lines, Refusal):
        return lines
    return [
        OrderWaitlisted(
            command.order_id,
            command.conference_id,
            command.code,
            lines,
            command.offer.currency,
            command.placed_at,
            command.offer.hold_seconds,
            command.grace_seconds,
            command.registrant,
            tidy(command.email),
            tidy(command.first_name),
            tidy(command.last_name),
        )
    ]


def offered(command: RecordOffer, order: Waiting) -> Event:
    """Held from now on, for as long as a new order would have been when it joined."""
    terms = order.terms
    granted = (Item(terms.lines[0].seat_type_id, command.quantity),)
    pay_by = command.offered_at + terms.hold
    return OrderOffered(
        terms.order_id,
        terms.conference_id,
        granted,
        price(granted_lines(terms.lines, granted)).total,
        command.offered_at,
        pay_by,
        expires_at=pay_by + (terms.expires_at - terms.pay_by),
        waited=order.registrant.registrant,
    )


def change(command: ChangeItems, order: Held) -> list[Event] | Refusal:
    """Seats are added only while they are on sale; giving some back is always possible. The deadline stays."""
    terms, hold = order.terms, order.hold
    lines = lines_for(command.offer, command.items, command.changed_at, terms.lines, hold.granted)
    if isinstance(lines, Refusal):
        return lines
    if quantities(lines) == quantities(terms.lines) == quantities(hold.granted):
        return []
    return [
        OrderItemsChanged(
            terms.order_id, terms.conference_id, terms.revision + 1, lines, price(lines, terms.promos).total
        )
    ]


def enter(command: EnterDetails, order: Held) -> list[Event] | Refusal:
    """Details may be corrected while seats are held; with nothing to pay they are all that is missing."""
    if refused := invalid(
        check_email("email", command.email),
        check_line("first_name", command.first_name),
        check_line("last_name", command.last_name),
    ):
        return refused
    email, first_name, last_name = tidy(command.email), tidy(command.first_name), tidy(command.last_name)
    registrant = Registrant(command.registrant, email, first_name, last_name)
    events: list[Event] = []
    if registrant != order.hold.registrant:
        events.append(DetailsEntered(command.order_id, command.registrant, email, first_name, last_name))
    if order.hold.total == 0:
        events.append(confirmed(order.terms, replace(order.hold, registrant=registrant), None))
    return events


def apply_code(command: ApplyCode, order: Held) -> list[Event] | Refusal:
    """Once each, for seats in its scope, beside codes that it may be combined with."""
    terms, promo = order.terms, command.promo
    if promo.code_id in terms.codes:
        return []
    if not any(in_scope(promo, item.seat_type_id) for item in order.hold.seats):
        return CodeDoesNotApply(promo.code)
    if others := [other for other in terms.promos if not _combine(promo, other)]:
        return CodesDoNotCombine(promo.code, others[0].code)
    total = _total(order, (*terms.promos, promo))
    return [CodeApplied(terms.order_id, terms.conference_id, promo, total)]


def _combine(one: Promo, other: Promo) -> bool:
    return one.code in other.combines_with or other.code in one.combines_with


def remove_code(command: RemoveCode, order: Held) -> list[Event]:
    """The price is again as without it."""
    terms = order.terms
    if command.code_id not in terms.codes:
        return []
    promos = tuple(promo for promo in terms.promos if promo.code_id != command.code_id)
    return [CodeRemoved(terms.order_id, terms.conference_id, command.code_id, _total(order, promos))]


def _total(order: Held, promos: tuple[Promo, ...]) -> int:
    return price(granted_lines(order.terms.lines, order.hold.granted), promos).total


def extend(command: ExtendHold, order: Held) -> list[Event] | Refusal:
    """Once, before the deadline, and not while others wait for the seats."""
    terms = order.terms
    if terms.offered:
        return OfferIsNotExtended()
    if terms.extended:
        return HoldWasExtended()
    if command.extended_at > terms.expires_at:
        return OrderHasExpired()
    return [_until(order, terms.hold, asked=True)]


def _until(order: Held, longer: timedelta, *, asked: bool) -> HoldExtended:
    terms = order.terms
    pay_by, expires_at = terms.pay_by + longer, terms.expires_at + longer
    return HoldExtended(terms.order_id, terms.conference_id, pay_by, expires_at, asked)


def request_payment(command: RequestPayment, order: Held) -> list[Event] | Refusal:
    """Another payment may be asked for when an earlier one came to nothing.

    A slow one makes the hold last, once; but not while others wait for the seats, where it is not taken.
    """
    terms, hold = order.terms, order.hold
    if hold.registrant is None:
        return DetailsMissing()
    if hold.total == 0:
        return NothingToPay()
    if command.payment_id in hold.payments:
        return []
    requested = PaymentRequested(
        terms.order_id, terms.conference_id, command.payment_id, hold.total, terms.currency, command.gateway
    )
    if command.hold_until is not None and command.hold_until > terms.pay_by and not terms.prolonged:
        if terms.offered:
            return TransferTakesTooLong()
        return [_until(order, command.hold_until - terms.pay_by, asked=False), requested]
    return [requested]
