"""What can be asked of an order, what can happen to it, and why it may say no."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from plenary.engine.decider import Personal, Refusal
from plenary.words import Item, Offer

# Commands


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    order_id: UUID
    conference_id: UUID
    code: str
    offer: Offer
    items: tuple[Item, ...]
    placed_at: datetime
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class ChangeItems:
    order_id: UUID
    offer: Offer
    items: tuple[Item, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RecordGrant:
    order_id: UUID
    revision: int
    granted: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class EnterDetails:
    order_id: UUID
    registrant: UUID
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class RequestPayment:
    order_id: UUID
    payment_id: UUID
    gateway: str


@dataclass(frozen=True, slots=True)
class ConfirmOrder:
    """A payment of `amount` minor units arrived for this order; the gateway signed it at `paid_at`."""

    order_id: UUID
    payment_id: UUID
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class ExpireOrder:
    order_id: UUID
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: UUID


Command = (
    PlaceOrder | ChangeItems | RecordGrant | EnterDetails | RequestPayment | ConfirmOrder | ExpireOrder | CancelOrder
)

# Events


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


@dataclass(frozen=True, slots=True)
class DetailsEntered:
    order_id: UUID
    registrant: UUID
    email: Annotated[str, Personal("registrant")]
    first_name: Annotated[str, Personal("registrant")]
    last_name: Annotated[str, Personal("registrant")]


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
    """The seats in `lines` (granted ones only) are this registrant's; a free order has no payment."""

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


@dataclass(frozen=True, slots=True)
class OrderExpired:
    order_id: UUID
    conference_id: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    order_id: UUID
    conference_id: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class PaidTooLate:
    """The order is paid, but its hold has ended: the same seats are to be taken again."""

    order_id: UUID
    conference_id: UUID
    payment_id: UUID
    revision: int
    wanted: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    order_id: UUID
    conference_id: UUID
    revision: int
    payment_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentReturned:
    """This payment is to go back; it bought nothing."""

    order_id: UUID
    payment_id: UUID
    amount: int
    reason: str


Event = (
    OrderPlaced
    | OrderItemsChanged
    | OrderHeld
    | OrderSoldOut
    | DetailsEntered
    | PaymentRequested
    | OrderConfirmed
    | OrderExpired
    | OrderCancelled
    | PaidTooLate
    | OrderRefunded
    | PaymentReturned
)

# Refusals


@dataclass(frozen=True, slots=True)
class OrderNotFound(Refusal):
    text: ClassVar[str] = "There is no such order."


@dataclass(frozen=True, slots=True)
class OrderExists(Refusal):
    text: ClassVar[str] = "This order was already placed."


@dataclass(frozen=True, slots=True)
class NotOnSale(Refusal):
    text: ClassVar[str] = "This conference is not on sale now."


@dataclass(frozen=True, slots=True)
class ChooseAtLeastOneSeat(Refusal):
    text: ClassVar[str] = "Please choose at least one seat."
    field: ClassVar[str | None] = "items"


@dataclass(frozen=True, slots=True)
class SeatsPerOrderExceeded(Refusal):
    seats_per_order: int
    text: ClassVar[str] = "One order may have at most {seats_per_order} seats."
    field: ClassVar[str | None] = "items"


@dataclass(frozen=True, slots=True)
class OrderStillDeciding(Refusal):
    text: ClassVar[str] = "The seats are still being decided; please try again in a moment."


@dataclass(frozen=True, slots=True)
class DetailsMissing(Refusal):
    text: ClassVar[str] = "Please enter who the order is for first."


@dataclass(frozen=True, slots=True)
class NothingToPay(Refusal):
    text: ClassVar[str] = "There is nothing to pay for this order."


@dataclass(frozen=True, slots=True)
class OrderIsSoldOut(Refusal):
    text: ClassVar[str] = "No seats were left for this order."


@dataclass(frozen=True, slots=True)
class OrderIsConfirmed(Refusal):
    text: ClassVar[str] = "This order is confirmed and can no longer be changed here."


@dataclass(frozen=True, slots=True)
class OrderHasExpired(Refusal):
    text: ClassVar[str] = "The time to pay for this order has passed; its seats were released."


@dataclass(frozen=True, slots=True)
class OrderIsCancelled(Refusal):
    text: ClassVar[str] = "This order was cancelled."


@dataclass(frozen=True, slots=True)
class OrderIsRefunded(Refusal):
    text: ClassVar[str] = "This order was refunded."
