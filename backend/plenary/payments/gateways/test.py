"""The test gateway: a page of its own where one decides what becomes of a payment. No money moves, and it says so.

It talks to us as a real one would: by messages with a signature and a time, which a webhook verifies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from uuid import UUID

import msgspec

from plenary.engine.engine import Engine
from plenary.payments.gateways import signed
from plenary.payments.gateways.protocol import Abandoned, Declined, Disbelieved, Paid, Word
from plenary.payments.payment import Refund
from plenary.payments.payment_messages import PaymentInitiated


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the gateway says of one payment."""

    payment_id: UUID
    result: str
    amount: int
    currency: str
    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class TestGateway:
    """Signs and verifies with `key`; its clock is the engine's."""

    __test__ = False  # pytest is not to collect it

    engine: Engine
    key: bytes
    name: str = "test"
    insists: bool = False
    waits: bool = False

    async def refund(self, bill: PaymentInitiated, reference: str, refund: Refund) -> str:
        """Done at once; no money moves back either."""
        return f"test_refund_{refund.number}"

    async def call_off(self, bill: PaymentInitiated, reference: str | None) -> None:
        """Its page sees by itself that the payment is over."""

    def message(self, payment_id: UUID, result: str, amount: int, currency: str) -> tuple[dict[str, str], bytes]:
        """The headers and the body of what the gateway now says of a payment; `result` is one that `verify` knows."""
        now = self.engine.now()
        body = msgspec.json.encode(Message(payment_id, result, amount, currency, now, f"test_{token_hex(8)}"))
        return signed.sign(self.key, body, now), body

    def verify(self, headers: Mapping[str, str], body: bytes) -> Word:
        """What a message says, if it was signed just now. Raises `Disbelieved` otherwise."""
        signed.check(self.key, headers, body, self.engine.now())
        try:
            message = msgspec.json.decode(body, type=Message)
        except msgspec.MsgspecError as wrong:
            raise Disbelieved("The message cannot be read.") from wrong
        match message.result:
            case "paid":
                return Paid(message.payment_id, message.amount, message.currency, message.at, message.reference)
            case "declined":
                return Declined(message.payment_id, message.reference)
            case "abandoned":
                return Abandoned(message.payment_id, message.reference)
            case _:
                raise Disbelieved("The message says nothing that can be understood.")
