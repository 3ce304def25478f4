"""What can happen to an order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from plenary.engine.decider import Personal
from plenary.words import Item, Promo


@dataclass(frozen=True, slots=True)
class Line:
    """Seats of one type in an order, with the name and price as sold."""

    seat_type_id: UUID
    name: str
    unit_price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    order_id: UUID
    conference_id: UUID
    code: str
    lines: tuple[Line, ...]
    currency: str
    total: int
    placed_at: datetime
    pay_by: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OrderWaitlisted:
    """It waits for the seats in `lines`; once they are offered, they are held for `hold_seconds`."""

    order_id: UUID
    conference_id: UUID
    code: str
    lines: tuple[Line, ...]
    currency: str
    placed_at: datetime
    hold_seconds: int
    grace_seconds: int
    registrant: UUID
    email: Annotated[str, Personal("registrant")]
    first_name: Annotated[str, Personal("registrant")]
    last_name: Annotated[str, Personal("registrant")]


@dataclass(frozen=True, slots=True)
class OrderOffered:
    """Seats that became free are held for it, in its turn. `waited`, here and below: who stood in line with it."""

    order_id: UUID
    conference_id: UUID
    granted: tuple[Item, ...]
    total: int
    offered_at: datetime
    pay_by: datetime
    expires_at: datetime
    waited: UUID | None = None


@dataclass(frozen=True, slots=True)
class OrderItemsChanged:
    order_id: UUID
    conference_id: UUID
    revision: int
    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class OrderHeld:
    order_id: UUID
    revision: int
    granted: tuple[Item, ...]
    total: int
    partly: bool


@dataclass(frozen=True, slots=True)
class OrderSoldOut:
    order_id: UUID
    conference_id: UUID
    revision: int
    codes: tuple[UUID, ...] = ()
    waited: UUID | None = None


@dataclass(frozen=True, slots=True)
class DetailsEntered:
    order_id: UUID
    registrant: UUID
    email: Annotated[str, Personal("registrant")]
    first_name: Annotated[str, Personal("registrant")]
    last_name: Annotated[str, Personal("registrant")]


@dataclass(frozen=True, slots=True)
class CodeApplied:
    """`total`: what the order costs with it."""

    order_id: UUID
    conference_id: UUID
    promo: Promo
    total: int


@dataclass(frozen=True, slots=True)
class CodeRemoved:
    order_id: UUID
    conference_id: UUID
    code_id: UUID
    total: int


@dataclass(frozen=True, slots=True)
class HoldExtended:
    """`asked`: by its registrant, which can be done once; otherwise for a payment that takes its time."""

    order_id: UUID
    conference_id: UUID
    pay_by: datetime
    expires_at: datetime
    asked: bool


@dataclass(frozen=True, slots=True)
class PaymentRequested:
    order_id: UUID
    conference_id: UUID
    payment_id: UUID
    amount: int
    currency: str
    gateway: str


@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """The seats in `lines` (granted ones only) are this registrant's; a free order has no payment.

    `promos` are the codes that its total was reduced by; here and below `codes` are their ids.
    """

    order_id: UUID
    conference_id: UUID
    code: str
    registrant: UUID
    email: Annotated[str, Personal("registrant")]
    first_name: Annotated[str, Personal("registrant")]
    last_name: Annotated[str, Personal("registrant")]
    lines: tuple[Line, ...]
    total: int
    currency: str
    payment_id: UUID | None
    promos: tuple[Promo, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderExpired:
    order_id: UUID
    conference_id: UUID
    revision: int
    codes: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    order_id: UUID
    conference_id: UUID
    revision: int
    codes: tuple[UUID, ...] = ()
    waited: UUID | None = None


@dataclass(frozen=True, slots=True)
class PaidTooLate:
    """The order is paid, but its hold has ended: the same seats are to be taken again, and the same promo codes."""

    order_id: UUID
    conference_id: UUID
    payment_id: UUID
    revision: int
    wanted: tuple[Item, ...]
    codes: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class PartRetaken:
    """An order that was paid too late has its seats again (`code_id` is None), or one of its promo codes."""

    order_id: UUID
    code_id: UUID | None


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    order_id: UUID
    conference_id: UUID
    revision: int
    payment_id: UUID
    amount: int
    codes: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatsCancelled:
    """Seats of a confirmed order were given up, `left` are still its own. `refund` goes back, `fee` is kept."""

    order_id: UUID
    conference_id: UUID
    revision: int
    positions: tuple[int, ...]
    left: tuple[Item, ...]
    refund: int
    fee: int
    total: int
    payment_id: UUID | None
    by: Literal["registrant", "organizer"]


@dataclass(frozen=True, slots=True)
class RefundGranted:
    """A part of a payment is to go back; `number` tells it from other refunds of the same payment."""

    order_id: UUID
    conference_id: UUID
    payment_id: UUID
    number: int
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmationResent:
    order_id: UUID
    conference_id: UUID
    resent_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentReturned:
    """This payment is to go back; it bought nothing."""

    order_id: UUID
    payment_id: UUID
    amount: int
    reason: str


Event = (
    OrderPlaced
    | OrderWaitlisted
    | OrderOffered
    | OrderItemsChanged
    | OrderHeld
    | OrderSoldOut
    | DetailsEntered
    | CodeApplied
    | CodeRemoved
    | HoldExtended
    | PaymentRequested
    | OrderConfirmed
    | OrderExpired
    | OrderCancelled
    | PaidTooLate
    | PartRetaken
    | OrderRefunded
    | SeatsCancelled
    | RefundGranted
    | ConfirmationResent
    | PaymentReturned
)
