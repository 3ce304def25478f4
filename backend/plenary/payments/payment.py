"""A payment: an amount asked for one order, the gateway's word on what became of it, and what goes back of it."""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from plenary.engine.decider import Decider, Refusal
from plenary.payments.payment_messages import (
    CancelPayment,
    Command,
    CompletePayment,
    CompleteRefund,
    Event,
    FailRefund,
    InitiatePayment,
    NotePayment,
    PaymentCancelled,
    PaymentCompleted,
    PaymentInitiated,
    PaymentIsCompleted,
    PaymentNotCompleted,
    PaymentNoted,
    PaymentNotFound,
    PaymentOfAnotherOrder,
    PaymentRefunded,
    PaymentRejected,
    PutOffRefund,
    RefundExceedsPayment,
    RefundFailed,
    RefundNotFound,
    RefundPayment,
    RefundPutOff,
    RefundRequested,
    RefundRetried,
    RejectPayment,
    RetryRefund,
)
from plenary.words import MOST_MONEY, check_between, invalid

RefundState = Literal["requested", "put_off", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Refund:
    """A part that goes back: asked for, to be asked for later, done (with the gateway's `reference`), or refused by it.

    `tries` counts how often it was asked for in vain, `failures` how often it was refused.
    """

    number: int
    amount: int
    reason: str
    state: RefundState = "requested"
    reference: str | None = None
    tries: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Initiated:
    """Waiting to be paid; `reference` is what the gateway calls it, once that is known."""

    bill: PaymentInitiated
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    bill: PaymentInitiated
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    bill: PaymentInitiated
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """Paid; `refunds` are those asked for since, done or not."""

    bill: PaymentInitiated
    reference: str
    refunds: tuple[Refund, ...] = ()

    @property
    def left(self) -> int:
        """What was not yet asked to go back."""
        return self.bill.amount - sum(refund.amount for refund in self.refunds)

    def refund(self, number: int) -> Refund | None:
        """The refund with a number."""
        return next((refund for refund in self.refunds if refund.number == number), None)


State = Initiated | Rejected | Cancelled | Completed | None


def decide(command: Command, payment: State) -> list[Event] | Refusal:
    """The gateway's word that money arrived counts in every state; everything else only before it."""
    match command, payment:
        case InitiatePayment(payment_id, order_id, conference_id, amount, currency, gateway), None:
            return invalid(check_between("amount", amount, 1, MOST_MONEY)) or [
                PaymentInitiated(payment_id, order_id, conference_id, amount, currency, gateway)
            ]
        case _, None:
            return PaymentNotFound()
        case InitiatePayment(order_id=order_id), _:
            return [] if order_id == payment.bill.order_id else PaymentOfAnotherOrder()

        case NotePayment(payment_id, reference), Initiated(bill, None):
            return [PaymentNoted(payment_id, bill.order_id, reference)]
        case CompletePayment(payment_id, paid_at, reference), Initiated(bill) | Rejected(bill) | Cancelled(bill):
            return [
                PaymentCompleted(
                    payment_id,
                    bill.order_id,
                    bill.conference_id,
                    bill.amount,
                    bill.currency,
                    paid_at,
                    reference,
                    bill.gateway,
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
        case CompleteRefund() | FailRefund() | PutOffRefund() | RetryRefund(), Completed():
            refund = payment.refund(command.number)
            return RefundNotFound() if refund is None else _became(command, payment.bill, refund)
        case RefundPayment() | CompleteRefund() | FailRefund() | PutOffRefund() | RetryRefund(), _:
            return PaymentNotCompleted()

        case NotePayment() | CompletePayment() | RejectPayment() | CancelPayment(), _:
            return []


def _refund(command: RefundPayment, payment: Completed) -> list[Event] | Refusal:
    if payment.refund(command.number) is not None:
        return []
    if refused := invalid(check_between("amount", command.amount, 1, MOST_MONEY)):
        return refused
    if command.amount > payment.left:
        return RefundExceedsPayment(payment.left)
    bill = payment.bill
    return [
        RefundRequested(
            bill.payment_id,
            bill.order_id,
            bill.conference_id,
            command.number,
            command.amount,
            bill.currency,
            command.reason,
            bill.gateway,
            payment.reference,
        )
    ]


def _became(
    command: CompleteRefund | FailRefund | PutOffRefund | RetryRefund, bill: PaymentInitiated, refund: Refund
) -> list[Event]:
    """That money went back counts at once and for good, unless the same gateway takes back that very word."""
    payment_id, order_id, number = bill.payment_id, bill.order_id, refund.number
    match command, refund.state:
        case CompleteRefund(_, _, reference), "requested" | "put_off" | "failed":
            return [PaymentRefunded(payment_id, order_id, refund.amount, refund.reason, number, reference)]
        case FailRefund(_, _, why), "requested" | "put_off":
            return [RefundFailed(payment_id, order_id, bill.conference_id, number, refund.amount, why)]
        case FailRefund(_, _, why, reference), "completed" if reference == refund.reference:
            return [RefundFailed(payment_id, order_id, bill.conference_id, number, refund.amount, why)]
        case PutOffRefund(_, _, tries, again_at), "requested" if tries == refund.tries + 1:
            return [RefundPutOff(payment_id, order_id, number, tries, again_at)]
        case RetryRefund(_, _, tries), "put_off" if tries == refund.tries:
            return [RefundRetried(payment_id, order_id, number, tries)]
        case RetryRefund(_, _, tries), "failed" if tries == refund.tries + 1:
            return [RefundRetried(payment_id, order_id, number, tries)]
    return []


def evolve(payment: State, event: Event) -> State:
    """The payment after an event. Raises ValueError for an event that could never have been decided."""
    match event, payment:
        case PaymentInitiated(), None:
            return Initiated(event)
        case PaymentNoted(reference=reference), Initiated(bill):
            return Initiated(bill, reference)
        case PaymentCompleted(reference=reference), Initiated(bill) | Rejected(bill) | Cancelled(bill):
            return Completed(bill, reference)
        case PaymentRejected(), Initiated(bill, noted):
            return Rejected(bill, noted)
        case PaymentCancelled(), Initiated(bill, noted):
            return Cancelled(bill, noted)
        case RefundRequested(), Completed(refunds=refunds):
            return replace(payment, refunds=(*refunds, Refund(event.number, event.amount, event.reason)))
        case RefundPutOff(tries=tries), Completed():
            return _with(payment, event.number, state="put_off", tries=tries)
        case RefundRetried(tries=tries), Completed():
            return _with(payment, event.number, state="requested", tries=tries)
        case RefundFailed(), Completed():
            failures = sum(refund.failures for refund in payment.refunds if refund.number == event.number)
            return _with(payment, event.number, state="failed", failures=failures + 1)
        case PaymentRefunded(number=number, reference=reference), Completed(refunds=refunds):
            if payment.refund(number) is None:  # as all were, before refunds had to be asked for
                payment = replace(payment, refunds=(*refunds, Refund(number, event.amount, event.reason)))
            return _with(payment, number, state="completed", reference=reference)
    raise ValueError(f"{type(event).__name__} cannot follow on {type(payment).__name__}")


def _with(payment: Completed, number: int, **changes: Any) -> Completed:
    refunds = (replace(one, **changes) if one.number == number else one for one in payment.refunds)
    return replace(payment, refunds=tuple(refunds))


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
