"""What an order remembers: how it stands, and how each event moves it on."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from plenary.registration.order_messages import (
    DetailsEntered,
    Event,
    Line,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderHeld,
    OrderItemsChanged,
    OrderPlaced,
    OrderRefunded,
    OrderSoldOut,
    PaidTooLate,
    PaymentRequested,
    PaymentReturned,
)
from plenary.words import Item


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order keeps in every state: what was asked for, at which prices, until when, and the payments sent back.

    `revision` counts the requests to the seats; an answer to an earlier one is stale.
    """

    order_id: UUID
    conference_id: UUID
    code: str
    currency: str
    expires_at: datetime
    lines: tuple[Line, ...]
    revision: int = 1
    returned: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Registrant:
    registrant: UUID
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Hold:
    """What was granted, in answer to which revision, what that costs, for whom, and the payments asked for it."""

    revision: int
    granted: tuple[Item, ...]
    total: int
    registrant: Registrant | None = None
    payments: frozenset[UUID] = frozenset()

    @property
    def seats(self) -> tuple[Item, ...]:
        """The granted items that are more than nothing."""
        return tuple(item for item in self.granted if item.quantity)


@dataclass(frozen=True, slots=True)
class Placed:
    terms: Terms


@dataclass(frozen=True, slots=True)
class Held:
    terms: Terms
    hold: Hold

    @property
    def deciding(self) -> bool:
        """The items were changed, and the seats have not answered yet."""
        return self.hold.revision != self.terms.revision


@dataclass(frozen=True, slots=True)
class SoldOut:
    terms: Terms


@dataclass(frozen=True, slots=True)
class Confirmed:
    terms: Terms
    payment_id: UUID | None


@dataclass(frozen=True, slots=True)
class Expired:
    """Its seats are gone; the hold, if there was one, is remembered, because a payment for it may still arrive."""

    terms: Terms
    hold: Hold | None


@dataclass(frozen=True, slots=True)
class Retaking:
    """Paid too late, and asking for the seats of its former hold again."""

    terms: Terms
    hold: Hold
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class Cancelled:
    terms: Terms


@dataclass(frozen=True, slots=True)
class Refunded:
    terms: Terms


Order = Placed | Held | SoldOut | Confirmed | Expired | Retaking | Cancelled | Refunded


def evolve(order: Order | None, event: Event) -> Order | None:
    """The order after an event. Raises ValueError for an event that could never have been decided."""
    match event, order:
        case OrderPlaced(), _:
            return Placed(
                Terms(event.order_id, event.conference_id, event.code, event.currency, event.expires_at, event.lines)
            )
        case OrderHeld(_, revision, granted, total), Placed(terms):
            return Held(terms, Hold(revision, granted, total))
        case OrderHeld(_, revision, granted, total), Held(terms, hold):
            return Held(terms, replace(hold, revision=revision, granted=granted, total=total))
        case OrderSoldOut(), Placed(terms) | Held(terms):
            return SoldOut(terms)
        case OrderItemsChanged(_, _, revision, lines), Held(terms, hold):
            return Held(replace(terms, revision=revision, lines=lines), hold)
        case DetailsEntered(_, registrant, email, first_name, last_name), Held(terms, hold):
            return Held(terms, replace(hold, registrant=Registrant(registrant, email, first_name, last_name)))
        case PaymentRequested(payment_id=payment_id), Held(terms, hold):
            return Held(terms, replace(hold, payments=hold.payments | {payment_id}))
        case OrderConfirmed(payment_id=payment_id), Held(terms) | Retaking(terms):
            return Confirmed(terms, payment_id)
        case OrderExpired(), Placed(terms):
            return Expired(terms, None)
        case OrderExpired(), Held(terms, hold):
            return Expired(terms, hold)
        case OrderCancelled(), Placed(terms) | Held(terms):
            return Cancelled(terms)
        case PaidTooLate(_, _, payment_id, revision), Expired(terms, hold) if hold:
            return Retaking(replace(terms, revision=revision), hold, payment_id)
        case OrderRefunded(), Retaking(terms):
            return Refunded(terms)
        case PaymentReturned(payment_id=payment_id), _ if order:
            return replace(order, terms=replace(order.terms, returned=order.terms.returned | {payment_id}))
    raise ValueError(f"{type(event).__name__} cannot follow on {type(order).__name__}")
