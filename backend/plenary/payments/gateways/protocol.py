"""What a gateway is to us: somebody whose word about a payment we can verify."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from plenary.engine.answers import Answer
from plenary.engine.engine import Engine
from plenary.payments.payment import (
    PAYMENT,
    CancelPayment,
    CompletePayment,
    PaymentNotFound,
    PaymentOfAnotherOrder,
    RejectPayment,
)


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


Word = Paid | Declined | Abandoned


class Disbelieved(Exception):
    """A message that is not this gateway's word: unsigned, changed on its way, too old, or about something else."""


class Gateway(Protocol):
    """One way to be paid."""

    @property
    def name(self) -> str:
        """What it is called in settings, payments and addresses."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> Word:
        """What a message says, if the gateway said it just now. Raises `Disbelieved` otherwise."""
        ...


async def hear(engine: Engine, gateway: Gateway, headers: Mapping[str, str], body: bytes) -> Answer:
    """Verify a gateway's message and act on it; hearing it again changes nothing. Raises `Disbelieved`.

    The answer is a refusal where the payment is in no state for it, or is not one of this gateway's.
    """
    word = gateway.verify(headers, body)
    payment, _ = await engine.state(PAYMENT, word.payment_id, fresh=True)
    if payment is None or payment.bill.gateway != gateway.name:
        return PaymentNotFound()
    command: CompletePayment | RejectPayment | CancelPayment
    match word:
        case Paid(payment_id, amount, currency, paid_at, reference):
            if (amount, currency) != (payment.bill.amount, payment.bill.currency):
                return PaymentOfAnotherOrder()
            command = CompletePayment(payment_id, paid_at, reference)
        case Declined(payment_id):
            command = RejectPayment(payment_id)
        case Abandoned(payment_id):
            command = CancelPayment(payment_id)
    id = uuid5(NAMESPACE_URL, f"gateway:{gateway.name}:{type(command).__name__}:{word.payment_id}:{word.reference}")
    return await engine.send(command, id=id, sender=f"gateway:{gateway.name}")
