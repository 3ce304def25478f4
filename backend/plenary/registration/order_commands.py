"""What can be asked of an order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from plenary.words import CancelRules, Item, Offer, Promo


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
class WaitForSeats:
    """Join the waitlist of one seat type: an order that is held as soon as it is this order's turn."""

    order_id: UUID
    conference_id: UUID
    code: str
    offer: Offer
    item: Item
    registrant: UUID
    email: str
    first_name: str
    last_name: str
    placed_at: datetime
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class RecordOffer:
    """It is this order's turn: so many of the seats it waits for are held for it."""

    order_id: UUID
    quantity: int
    offered_at: datetime


@dataclass(frozen=True, slots=True)
class EndWaiting:
    order_id: UUID


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
class ApplyCode:
    """Take a promo code off the price; its use is reserved in the same append."""

    order_id: UUID
    promo: Promo


@dataclass(frozen=True, slots=True)
class RemoveCode:
    order_id: UUID
    code_id: UUID


@dataclass(frozen=True, slots=True)
class ExtendHold:
    """Hold the seats once more for as long as at first."""

    order_id: UUID
    extended_at: datetime


@dataclass(frozen=True, slots=True)
class RequestPayment:
    """A payment that takes days (a bank transfer) is waited for until `hold_until`."""

    order_id: UUID
    payment_id: UUID
    gateway: str
    hold_until: datetime | None = None


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
class RecordUse:
    """Whether an order that was paid too late has its promo code again."""

    order_id: UUID
    code_id: UUID
    taken: bool


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Give up an order that is not confirmed."""

    order_id: UUID


@dataclass(frozen=True, slots=True)
class CancelSeats:
    """Give up seats of a confirmed order, by position; without positions all that are left.

    The registrant by the organizer's rules; the organizer always, for `refund` minor units (None: all that they cost).
    """

    order_id: UUID
    positions: tuple[int, ...]
    by: Literal["registrant", "organizer"]
    cancelled_at: datetime
    rules: CancelRules
    refund: int | None = None


@dataclass(frozen=True, slots=True)
class ResendConfirmation:
    order_id: UUID
    asked_at: datetime


Command = (
    PlaceOrder
    | WaitForSeats
    | RecordOffer
    | EndWaiting
    | ChangeItems
    | RecordGrant
    | EnterDetails
    | ApplyCode
    | RemoveCode
    | ExtendHold
    | RequestPayment
    | ConfirmOrder
    | RecordUse
    | ExpireOrder
    | CancelOrder
    | CancelSeats
    | ResendConfirmation
)
