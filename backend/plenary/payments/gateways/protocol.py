"""What a gateway is to us: somebody whose word about a payment we can verify, and who gives money back when asked."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from plenary.engine.answers import Accepted, Answer
from plenary.engine.engine import Engine
from plenary.payments.payment import PAYMENT, Completed, Refund, State
from plenary.payments.payment_messages import (
    CancelPayment,
    CompletePayment,
    CompleteRefund,
    FailRefund,
    PaymentInitiated,
    PaymentNotFound,
    PaymentOfAnotherOrder,
    RejectPayment,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Paid:
    """The money is there since `paid_at`, by the gateway's clock; `amount` in minor units."""

    payment_id: UUID
    amount: int
    currency: str
    paid_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The means of payment was refused."""

    payment_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The payer turned back."""

    payment_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """So much of a payment went back by now, in one refund or several; `refund` names the last one."""

    payment_id: UUID
    amount: int
    reference: str
    refund: str


@dataclass(frozen=True, slots=True)
class RefundUndone:
    """A refund of this number, which the gateway called `refund`, did not arrive after all."""

    payment_id: UUID
    number: int
    reference: str
    refund: str
    why: str


Word = Paid | Declined | Abandoned | GivenBack | RefundUndone


class Disbelieved(Exception):
    """A message that is not this gateway's word: unsigned, changed on its way, too old, or about something else."""


class Unreachable(Exception):
    """The gateway could not be asked, or does not say what came of it: to be asked again later."""


class Denied(Exception):
    """The gateway will not do it. The text is for the organizer."""


class Gateway(Protocol):
    """One way to be paid."""

    @property
    def name(self) -> str:
        """What it is called in settings, payments and addresses."""
        ...

    @property
    def waits(self) -> bool:
        """Whether a payment stays open there until it is called off."""
        ...

    async def refund(self, bill: PaymentInitiated, reference: str, refund: Refund) -> str | None:
        """Give a part of the payment `reference` back; what the gateway calls the refund, or None if people do it.

        Asked twice for the same number it gives back once. Raises `Unreachable` or `Denied`.
        """
        ...

    async def call_off(self, bill: PaymentInitiated, reference: str | None) -> Word | None:
        """See that a payment is not made any more; what became of it, if that is known. Raises `Unreachable`."""
        ...


class Speaking(Gateway, Protocol):
    """A gateway that sends messages."""

    @property
    def insists(self) -> bool:
        """Whether it repeats for days what we answer with an error, even what is nothing to us."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> Word | None:
        """What a message says, if the gateway said it just now; None for nothing to us. Raises `Disbelieved`."""
        ...


async def hear(engine: Engine, gateway: Speaking, headers: Mapping[str, str], body: bytes) -> Answer | None:
    """Verify a gateway's message and act on it; hearing it again changes nothing. Raises `Disbelieved`.

    The answer is a refusal where the payment is in no state for it, or is not one of this gateway's.
    """
    word = gateway.verify(headers, body)
    return None if word is None else await believe(engine, gateway.name, word)


async def believe(engine: Engine, gateway: str, word: Word) -> Answer:
    """Act on a gateway's verified word. A payment that the gateway is known to call otherwise is not meant by it."""
    payment, _ = await engine.state(PAYMENT, word.payment_id, fresh=True)
    if payment is None or payment.bill.gateway != gateway:
        return PaymentNotFound()
    if _is_of_another(word, payment):
        log.warning("%s speaks of payment %s by another reference or amount", gateway, word.payment_id)
        return PaymentOfAnotherOrder()
    answer: Answer = Accepted(0)
    for command in _commands(word, payment):
        said = [type(command).__name__, word.reference]
        if isinstance(word, GivenBack | RefundUndone) and isinstance(command, CompleteRefund | FailRefund):
            said += [word.refund, str(command.number)]
        id_ = uuid5(NAMESPACE_URL, f"gateway:{gateway}:{word.payment_id}:{':'.join(said)}")
        answer = await engine.send(command, id=id_, sender=f"gateway:{gateway}", said=said)
    return answer


def _is_of_another(word: Word, payment: State) -> bool:
    assert payment is not None
    bill, known = payment.bill, payment.reference
    if isinstance(word, Paid) and (word.amount, word.currency) != (bill.amount, bill.currency):
        return True
    if isinstance(payment, Completed):
        return isinstance(word, GivenBack | RefundUndone) and word.reference != known
    return known is not None and word.reference != known


def _commands(
    word: Word, payment: State
) -> list[CompletePayment | RejectPayment | CancelPayment | CompleteRefund | FailRefund]:
    match word:
        case Paid(payment_id, paid_at=paid_at, reference=reference):
            return [CompletePayment(payment_id, paid_at, reference)]
        case Declined(payment_id):
            return [RejectPayment(payment_id)]
        case Abandoned(payment_id):
            return [CancelPayment(payment_id)]
        case RefundUndone(payment_id, number, refund=refund, why=why):
            return [FailRefund(payment_id, number, why, refund)]
        case GivenBack(payment_id, amount, refund=refund):
            # Which of several refunds arrived is only known when all did; of those just asked for, the cashier hears.
            if not isinstance(payment, Completed) or amount < payment.bill.amount - payment.left:
                return []
            waiting = [one.number for one in payment.refunds if one.state in ("failed", "put_off")]
            return [CompleteRefund(payment_id, number, refund) for number in waiting]
