"""A payment: an amount asked for one order, and the gateway's word on what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, get_args
from uuid import UUID

from plenary.engine.decider import Decider, Refusal
from plenary.words import MOST_MONEY, check_between, invalid


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
    number: int = 0


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
    number: int = 0


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


@dataclass(frozen=True, slots=True)
class Initiated:
    bill: PaymentInitiated


@dataclass(frozen=True, slots=True)
class Rejected:
    bill: PaymentInitiated


@dataclass(frozen=True, slots=True)
class Cancelled:
    bill: PaymentInitiated


@dataclass(frozen=True, slots=True)
class Completed:
    """Paid; `refunds` are those given since: their numbers and amounts."""

    bill: PaymentInitiated
    refunds: frozenset[tuple[int, int]] = frozenset()

    @property
    def left(self) -> int:
        """What was not yet given back."""
        return self.bill.amount - sum(amount for _, amount in self.refunds)


State = Initiated | Rejected | Cancelled | Completed | None


def decide(command: Command, payment: State) -> list[Event] | Refusal:
    """The gateway's word that money arrived counts in every state; everything else only before it."""
    match command, payment:
        case InitiatePayment(payment_id, order_id, conference_id, amount, currency, gateway), None:
            return invalid(check_between("amount", amount, 1, MOST_MONEY)) or [
                PaymentInitiated(payment_id, order_id, conference_id, amount, currency, gateway)
            ]
        case InitiatePayment(order_id=order_id), Initiated(bill) | Rejected(bill) | Cancelled(bill) | Completed(bill):
            return [] if order_id == bill.order_id else PaymentOfAnotherOrder()
        case CompletePayment(payment_id, paid_at, reference), Initiated(bill) | Rejected(bill) | Cancelled(bill):
            return [
                PaymentCompleted(
                    payment_id, bill.order_id, bill.conference_id, bill.amount, bill.currency, paid_at, reference
                )
            ]
        case RejectPayment(payment_id), Initiated(bill):
            return [PaymentRejected(payment_id, bill.order_id)]
        case CancelPayment(payment_id), Initiated(bill):
            return [PaymentCancelled(payment_id, bill.order_id)]
        case CancelPayment(), Completed():
            return PaymentIsCompleted()
        case RefundPayment(), Completed():
            return _refund(command, payment)
        case RefundPayment(), Initiated() | Rejected() | Cancelled():
            return PaymentNotCompleted()
        case _, None:
            return PaymentNotFound()
        case InitiatePayment() | CompletePayment() | RejectPayment() | CancelPayment() | RefundPayment(), _:
            return []


def _refund(command: RefundPayment, payment: Completed) -> list[Event] | Refusal:
    if any(number == command.number for number, _ in payment.refunds):
        return []
    if refused := invalid(check_between("amount", command.amount, 1, MOST_MONEY)):
        return refused
    if command.amount > payment.left:
        return RefundExceedsPayment(payment.left)
    return [PaymentRefunded(command.payment_id, payment.bill.order_id, command.amount, command.reason, command.number)]


def evolve(payment: State, event: Event) -> State:
    """The payment after an event. Raises ValueError for an event that could never have been decided."""
    match event, payment:
        case PaymentInitiated(), None:
            return Initiated(event)
        case PaymentCompleted(), Initiated(bill) | Rejected(bill) | Cancelled(bill):
            return Completed(bill)
        case PaymentRejected(), Initiated(bill):
            return Rejected(bill)
        case PaymentCancelled(), Initiated(bill):
            return Cancelled(bill)
        case PaymentRefunded(amount=amount, number=number), Completed(bill, refunds):
            return Completed(bill, refunds | {(number, amount)})
    raise ValueError(f"{type(event).__name__} cannot follow on {type(payment).__name__}")


PAYMENT: Decider[Command, State, Event] = Decider(
    name="payment",
    commands=get_args(Command),
    events=get_args(Event),
    initial=None,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.payment_id,
    creating=(InitiatePayment,),
)
