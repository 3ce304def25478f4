"""A payment: an amount asked for one order, and the gateway's word on what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from plenary.engine.decider import Refusal


@dataclass(frozen=True, slots=True)
class InitiatePayment:
    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    amount: int
    currency: str
    gateway: str


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
    payment_id: UUID
    amount: int
    reason: str


Command = InitiatePayment | CompletePayment | RejectPayment | CancelPayment | RefundPayment


@dataclass(frozen=True, slots=True)
class PaymentInitiated:
    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    amount: int
    currency: str
    gateway: str


@dataclass(frozen=True, slots=True)
class PaymentCompleted:
    payment_id: UUID
    order_id: UUID
    conference_id: UUID
    amount: int
    currency: str
    paid_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentRejected:
    payment_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentCancelled:
    payment_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    payment_id: UUID
    order_id: UUID
    amount: int
    reason: str


Event = PaymentInitiated | PaymentCompleted | PaymentRejected | PaymentCancelled | PaymentRefunded


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
