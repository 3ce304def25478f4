"""A payment arrives: it buys what is held, is too late for it and takes it again, or goes back."""

from uuid import UUID

from plenary.registration.order_commands import ConfirmOrder
from plenary.registration.order_events import (
    Event,
    OrderConfirmed,
    OrderRefunded,
    PaidTooLate,
    PartRetaken,
    PaymentReturned,
)
from plenary.registration.order_lines import granted_lines
from plenary.registration.order_state import (
    Cancelled,
    Confirmed,
    Expired,
    Held,
    Hold,
    Order,
    Placed,
    Refunded,
    Retaking,
    SoldOut,
    Terms,
    Waiting,
)


def buys(command: ConfirmOrder, terms: Terms, hold: Hold) -> bool:
    """Whether this payment is for exactly what is held. Nothing can be bought while a change is being decided."""
    return hold.revision == terms.revision and hold.registrant is not None and command.amount == hold.total


def confirmed(terms: Terms, hold: Hold, payment_id: UUID | None) -> Event:
    assert hold.registrant is not None  # nobody can pay, or take a free seat, before saying who they are
    return OrderConfirmed(
        terms.order_id,
        terms.conference_id,
        terms.code,
        registrant=hold.registrant.registrant,
        email=hold.registrant.email,
        first_name=hold.registrant.first_name,
        last_name=hold.registrant.last_name,
        lines=tuple(line for line in granted_lines(terms.lines, hold.granted) if line.quantity),
        total=hold.total,
        currency=terms.currency,
        payment_id=payment_id,
        promos=terms.promos,
    )


def paid_too_late(terms: Terms, hold: Hold, payment_id: UUID) -> Event:
    return PaidTooLate(terms.order_id, terms.conference_id, payment_id, terms.revision + 1, hold.seats, terms.codes)


def retaken(order: Retaking, part: UUID | None, taken: bool) -> list[Event]:
    """All the seats and codes again, as they are answered one by one; or the money back."""
    terms, hold, payment_id = order.terms, order.hold, order.payment_id
    if part not in order.awaited:
        return []
    if taken and order.awaited == {part}:
        return [confirmed(terms, hold, payment_id)]
    if taken:
        return [PartRetaken(terms.order_id, part)]
    return [
        OrderRefunded(terms.order_id, terms.conference_id, terms.revision, payment_id, hold.total, terms.codes),
        PaymentReturned(terms.order_id, payment_id, hold.total, "seats gone" if part is None else "promo code used up"),
    ]


def why_returned(order: Order) -> str:
    """Why a payment is not taken, in words that fit into a mail."""
    match order:
        case Placed() | Waiting():
            return "nothing to pay yet"
        case Held():
            return "amount changed"
        case Confirmed() | Retaking():
            return "already paid"
        case SoldOut():
            return "sold out"
        case Expired():
            return "order expired"
        case Cancelled():
            return "order cancelled"
        case Refunded():
            return "order refunded"
