"""What an order shows of its payments: the one that counts, and all that goes back of any of them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from plenary.payments import payment_messages as payments

PaymentState = Literal["initiated", "completed", "rejected", "cancelled", "refunded"]
RefundState = Literal["requested", "completed", "failed"]
BY_HAND = "transfer"
"""Payments that nobody but the organizer can give back."""


class Payment(Struct, frozen=True, gc=False):
    """A payment of the order; `amount`, and what went back of it, in minor units."""

    payment_id: UUID
    state: PaymentState
    amount: int
    gateway: str
    refunded: int = 0


class Refund(Struct, frozen=True, gc=False):
    """A part of a payment that goes back, in minor units; `since` when it stands so, and `why` it failed, if it did."""

    payment_id: UUID
    number: int
    amount: int
    reason: str
    gateway: str
    since: datetime
    state: RefundState = "requested"
    why: str | None = None

    @property
    def due(self) -> bool:
        """Whether the organizer has to see to it."""
        return self.state == "failed" or (self.state == "requested" and self.gateway == BY_HAND)


def refunds_after(shown: tuple[Refund, ...], event: payments.Event, at: datetime) -> tuple[Refund, ...]:
    """All refunds of the order's payments after an event of this instant, in the order that they were asked for."""
    match event:
        case payments.RefundRequested(payment_id, number=number, amount=amount, reason=reason, gateway=gateway):
            return (*shown, Refund(payment_id, number, amount, reason, gateway, at))
        case payments.RefundRetried(payment_id, number=number):
            return _with(shown, payment_id, number, at, "requested")
        case payments.RefundFailed(payment_id, number=number, why=why):
            return _with(shown, payment_id, number, at, "failed", why)
        case payments.PaymentRefunded(payment_id, number=number):
            if not any((one.payment_id, one.number) == (payment_id, number) for one in shown):
                # As all were, before refunds had to be asked for.
                shown = (*shown, Refund(payment_id, number, event.amount, event.reason, "test", at))
            return _with(shown, payment_id, number, at, "completed")
        case _:
            return shown


def _with(
    shown: tuple[Refund, ...],
    payment_id: UUID,
    number: int,
    at: datetime,
    state: RefundState,
    why: str | None = None,
) -> tuple[Refund, ...]:
    return tuple(
        replace(one, since=at, state=state, why=why) if (one.payment_id, one.number) == (payment_id, number) else one
        for one in shown
    )


def payment_after(shown: Payment | None, event: payments.Event, refunds: tuple[Refund, ...]) -> Payment | None:
    """The payment to show: the latest one, but none instead of one that brought money and has not given it back."""
    match event:
        case payments.PaymentInitiated(payment_id=payment_id, amount=amount, gateway=gateway):
            if shown is not None and shown.state == "completed":
                return shown
            return Payment(payment_id, "initiated", amount, gateway)
        case payments.PaymentCompleted(payment_id=payment_id, amount=amount, gateway=gateway):
            if shown is None or shown.state == "completed":
                return shown
            return Payment(payment_id, "completed", amount, gateway)
        case _ if shown is None or event.payment_id != shown.payment_id:
            return shown
        case payments.PaymentRejected():
            return replace(shown, state="rejected")
        case payments.PaymentCancelled():
            return replace(shown, state="cancelled")
        case payments.PaymentRefunded() | payments.RefundFailed():
            back = sum(one.amount for one in refunds if one.payment_id == shown.payment_id and one.state == "completed")
            return replace(shown, refunded=back, state="refunded" if back == shown.amount else "completed")
        case _:
            return shown


def due_since(refunds: tuple[Refund, ...]) -> datetime | None:
    """Since when the organizer has to see to one of them; None: to none."""
    return min((refund.since for refund in refunds if refund.due), default=None)
