"""What an order remembers: how it stands, and how each event moves it on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from plenary.registration.order_events import (
    CodeApplied,
    CodeRemoved,
    ConfirmationResent,
    DetailsEntered,
    Event,
    HoldExtended,
    Line,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderHeld,
    OrderItemsChanged,
    OrderOffered,
    OrderPlaced,
    OrderRefunded,
    OrderSoldOut,
    OrderWaitlisted,
    PaidTooLate,
    PartRetaken,
    PaymentRequested,
    PaymentReturned,
    RefundGranted,
    SeatsCancelled,
)
from plenary.registration.order_lines import numbered
from plenary.words import Item, Promo


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order keeps in every state: what was asked for, at which prices, until when, and its payments.

    `revision` counts the requests to the seats; an answer to an earlier one is stale. An `offered` order comes from the
    waitlist; `extended` once, a hold is not extended again, nor for a slow payment once it was `prolonged` for one. A
    payment is `settled` once it bought seats or went back.
    """

    order_id: UUID
    conference_id: UUID
    code: str
    currency: str
    pay_by: datetime
    expires_at: datetime
    hold: timedelta
    lines: tuple[Line, ...]
    revision: int = 1
    promos: tuple[Promo, ...] = ()
    offered: bool = False
    extended: bool = False
    prolonged: bool = False
    settled: frozenset[UUID] = frozenset()

    @property
    def codes(self) -> tuple[UUID, ...]:
        """The promo codes that were applied, by id."""
        return tuple(promo.code_id for promo in self.promos)


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
class Waiting:
    """On the waitlist; its deadline is not known yet."""

    terms: Terms
    registrant: Registrant


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
    """Bought: the lines of its terms are what was granted, `left` the positions not given up, `total` what it costs."""

    terms: Terms
    payment_id: UUID | None
    left: frozenset[int]
    total: int
    resent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expired:
    """Its seats are gone; the hold, if there was one, is remembered, because a payment for it may still arrive."""

    terms: Terms
    hold: Hold | None


@dataclass(frozen=True, slots=True)
class Retaking:
    """Paid too late, and asking for the seats and codes of its former hold again; None stands for the seats."""

    terms: Terms
    hold: Hold
    payment_id: UUID
    awaited: frozenset[UUID | None]


@dataclass(frozen=True, slots=True)
class Cancelled:
    terms: Terms


@dataclass(frozen=True, slots=True)
class Refunded:
    terms: Terms


Order = Placed | Waiting | Held | SoldOut | Confirmed | Expired | Retaking | Cancelled | Refunded


def evolve(order: Order | None, event: Event) -> Order | None:
    """The order after an event. Raises ValueError for an event that could never have been decided."""
    match event, order:
        case OrderPlaced(placed_at=placed_at, pay_by=pay_by, expires_at=expires_at), _:
            return Placed(_terms(event, pay_by, expires_at, pay_by - placed_at))
        case OrderWaitlisted(placed_at=placed_at), _:
            held_for = timedelta(seconds=event.hold_seconds)
            grace = timedelta(seconds=event.grace_seconds)  # as if it were offered at once
            who = Registrant(event.registrant, event.email, event.first_name, event.last_name)
            return Waiting(_terms(event, placed_at + held_for, placed_at + held_for + grace, held_for), who)
        case OrderOffered(granted=granted, total=total), Waiting(terms, who):
            terms = replace(terms, pay_by=event.pay_by, expires_at=event.expires_at, offered=True)
            return Held(terms, Hold(terms.revision, granted, total, who))
        case OrderHeld(_, revision, granted, total), Placed(terms):
            return Held(terms, Hold(revision, granted, total))
        case OrderHeld(_, revision, granted, total), Held(terms, hold):
            return Held(terms, replace(hold, revision=revision, granted=granted, total=total))
        case OrderSoldOut(), Placed(terms) | Held(terms) | Waiting(terms):
            return SoldOut(terms)
        case OrderItemsChanged(_, _, revision, lines), Held(terms, hold):
            return Held(replace(terms, revision=revision, lines=lines), hold)
        case DetailsEntered(_, registrant, email, first_name, last_name), Held(terms, hold):
            return Held(terms, replace(hold, registrant=Registrant(registrant, email, first_name, last_name)))
        case CodeApplied(promo=promo, total=total), Held(terms, hold):
            return Held(replace(terms, promos=(*terms.promos, promo)), replace(hold, total=total))
        case CodeRemoved(code_id=code_id, total=total), Held(terms, hold):
            promos = tuple(promo for promo in terms.promos if promo.code_id != code_id)
            return Held(replace(terms, promos=promos), replace(hold, total=total))
        case HoldExtended(pay_by=pay_by, expires_at=expires_at, asked=asked), Held(terms, hold):
            terms = replace(terms, pay_by=pay_by, expires_at=expires_at)
            return Held(replace(terms, extended=True) if asked else replace(terms, prolonged=True), hold)
        case PaymentRequested(payment_id=payment_id), Held(terms, hold):
            return Held(terms, replace(hold, payments=hold.payments | {payment_id}))
        case OrderConfirmed(lines=lines, total=total, payment_id=payment_id), Held(terms) | Retaking(terms):
            left = frozenset(position for position, _ in numbered(lines))
            settled = terms.settled | ({payment_id} if payment_id else set())
            return Confirmed(replace(terms, lines=lines, settled=settled), payment_id, left, total)
        case SeatsCancelled(_, _, revision, positions, total=total), Confirmed(terms, left=left):
            terms = replace(terms, revision=revision)
            return replace(order, terms=terms, left=left - set(positions), total=total)
        case ConfirmationResent(resent_at=resent_at), Confirmed():
            return replace(order, resent_at=resent_at)
        case RefundGranted(), Confirmed():
            return order  # what becomes of it is the payment's own story
        case OrderExpired(), Placed(terms):
            return Expired(terms, None)
        case OrderExpired(), Held(terms, hold):
            return Expired(terms, hold)
        case OrderCancelled(), Placed(terms) | Held(terms) | Waiting(terms) | Confirmed(terms):
            return Cancelled(terms)
        case PaidTooLate(_, _, payment_id, revision, _, codes), Expired(terms, hold) if hold:
            return Retaking(replace(terms, revision=revision), hold, payment_id, frozenset((*codes, None)))
        case PartRetaken(code_id=part), Retaking(awaited=awaited):
            return replace(order, awaited=awaited - {part})
        case OrderRefunded(), Retaking(terms) | Confirmed(terms):
            return Refunded(terms)
        case PaymentReturned(payment_id=payment_id), _ if order:
            return replace(order, terms=replace(order.terms, settled=order.terms.settled | {payment_id}))
    raise ValueError(f"{type(event).__name__} cannot follow on {type(order).__name__}")


def _terms(event: OrderPlaced | OrderWaitlisted, pay_by: datetime, expires_at: datetime, hold: timedelta) -> Terms:
    return Terms(event.order_id, event.conference_id, event.code, event.currency, pay_by, expires_at, hold, event.lines)
