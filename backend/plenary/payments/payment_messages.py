"""What can be asked of a payment, what can happen to it, and why it may say no."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from plenary.engine.decider import Refusal

# Commands


@dataclass(frozen=True, slots=True)
class InitiatePayment:
    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    amount: int
    currency: str
    gateway: str


@dataclass(frozen=True, slots=True)
class NotePayment:
    """The gateway knows this payment as `reference`."""

    payment_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class CompletePayment:
    payment_id: UUID
    paid_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class RejectPayment:
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class CancelPayment:
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """Give `amount` minor units back. The same `number` of one payment is the same refund, whatever else it says."""

    payment_id: UUID
    amount: int
    reason: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class CompleteRefund:
    payment_id: UUID
    number: int
    reference: str


@dataclass(frozen=True, slots=True)
class FailRefund:
    """The gateway refused the refund; or, where it had completed it as `reference`, took that back."""

    payment_id: UUID
    number: int
    why: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PutOffRefund:
    """The gateway could not be asked for the `tries`-th time."""

    payment_id: UUID
    number: int
    tries: int
    again_at: datetime


@dataclass(frozen=True, slots=True)
class RetryRefund:
    """Ask the gateway once more, if this is the next try."""

    payment_id: UUID
    number: int
    tries: int


Command = (
    InitiatePayment
    | NotePayment
    | CompletePayment
    | RejectPayment
    | CancelPayment
    | RefundPayment
    | CompleteRefund
    | FailRefund
    | PutOffRefund
    | RetryRefund
)

# Events


@dataclass(frozen=True, slots=True)
class PaymentInitiated:
    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    amount: int
    currency: str
    gateway: str


@dataclass(frozen=True, slots=True)
class PaymentNoted:
    payment_id: UUID
    order_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentCompleted:
    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    amount: int
    currency: str
    paid_at: datetime
    reference: str
    gateway: str


@dataclass(frozen=True, slots=True)
class PaymentRejected:
    payment_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentCancelled:
    payment_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class RefundRequested:
    """A part of the payment that its gateway knows as `reference` is to go back."""

    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    number: int
    amount: int
    currency: str
    reason: str
    gateway: str
    reference: str


@dataclass(frozen=True, slots=True)
class RefundPutOff:
    payment_id: UUID
    order_id: UUID
    number: int
    tries: int
    again_at: datetime


@dataclass(frozen=True, slots=True)
class RefundRetried:
    payment_id: UUID
    order_id: UUID
    number: int
    tries: int


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    payment_id: UUID
    order_id: UUID
    amount: int
    reason: str
    number: int
    reference: str


@dataclass(frozen=True, slots=True)
class RefundFailed:
    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    number: int
    amount: int
    why: str


Event = (
    PaymentInitiated
    | PaymentNoted
    | PaymentCompleted
    | PaymentRejected
    | PaymentCancelled
    | RefundRequested
    | RefundPutOff
    | RefundRetried
    | PaymentRefunded
    | RefundFailed
)

# Refusals


@dataclass(frozen=True, slots=True)
class PaymentNotFound(Refusal):
    text: ClassVar[str] = "There is no such payment."


@dataclass(frozen=True, slots=True)
class PaymentOfAnotherOrder(Refusal):
    text: ClassVar[str] = "This payment belongs to another order."


@dataclass(frozen=True, slots=True)
class PaymentIsCompleted(Refusal):
    text: ClassVar[str] = "This payment is already completed."


@dataclass(frozen=True, slots=True)
class PaymentNotCompleted(Refusal):
    text: ClassVar[str] = "Only a completed payment can be refunded."


@dataclass(frozen=True, slots=True)
class RefundExceedsPayment(Refusal):
    left: int
    text: ClassVar[str] = "A refund cannot exceed what is left of the payment."
    field: ClassVar[str | None] = "amount"


@dataclass(frozen=True, slots=True)
class RefundNotFound(Refusal):
    text: ClassVar[str] = "There is no such refund of this payment."
