"""Bank transfers: no gateway at all, but people who look at an account, and say here what came and what went back."""

from dataclasses import dataclass

from plenary.payments.payment import Refund
from plenary.payments.payment_messages import PaymentInitiated


@dataclass(frozen=True, slots=True)
class Transfer:
    """Paid to the organizer's account; only they can know of it, and only they can give it back."""

    name: str = "transfer"
    waits: bool = False

    async def refund(self, bill: PaymentInitiated, reference: str, refund: Refund) -> None:
        """Waits until the organizer has transferred it back and says so."""

    async def call_off(self, bill: PaymentInitiated, reference: str | None) -> None:
        """Nothing to do: nobody can stop a transfer."""
