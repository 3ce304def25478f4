"""Why an order may say no."""

from dataclasses import dataclass
from typing import ClassVar

from plenary.engine.decider import Refusal


@dataclass(frozen=True, slots=True)
class OrderNotFound(Refusal):
    text: ClassVar[str] = "There is no such order."


@dataclass(frozen=True, slots=True)
class OrderExists(Refusal):
    text: ClassVar[str] = "This order was already placed."


@dataclass(frozen=True, slots=True)
class NotOnSale(Refusal):
    text: ClassVar[str] = "This conference is not on sale now."


@dataclass(frozen=True, slots=True)
class ChooseAtLeastOneSeat(Refusal):
    text: ClassVar[str] = "Please choose at least one seat."
    field: ClassVar[str | None] = "items"


@dataclass(frozen=True, slots=True)
class SeatsPerOrderExceeded(Refusal):
    seats_per_order: int
    text: ClassVar[str] = "One order may have at most {seats_per_order} seats."
    field: ClassVar[str | None] = "items"


@dataclass(frozen=True, slots=True)
class OrderStillDeciding(Refusal):
    text: ClassVar[str] = "The seats are still being decided; please try again in a moment."


@dataclass(frozen=True, slots=True)
class DetailsMissing(Refusal):
    text: ClassVar[str] = "Please enter who the order is for first."


@dataclass(frozen=True, slots=True)
class NothingToPay(Refusal):
    text: ClassVar[str] = "There is nothing to pay for this order."


@dataclass(frozen=True, slots=True)
class OrderIsSoldOut(Refusal):
    text: ClassVar[str] = "No seats were left for this order."


@dataclass(frozen=True, slots=True)
class OrderIsConfirmed(Refusal):
    text: ClassVar[str] = "This order is confirmed and can no longer be changed here."


@dataclass(frozen=True, slots=True)
class OrderHasExpired(Refusal):
    text: ClassVar[str] = "The time to pay for this order has passed; its seats were released."


@dataclass(frozen=True, slots=True)
class OrderIsCancelled(Refusal):
    text: ClassVar[str] = "This order was cancelled."


@dataclass(frozen=True, slots=True)
class OrderIsRefunded(Refusal):
    text: ClassVar[str] = "This order was refunded."


@dataclass(frozen=True, slots=True)
class OrderIsWaiting(Refusal):
    text: ClassVar[str] = "This order is on the waitlist; nothing is held for it yet."


@dataclass(frozen=True, slots=True)
class HoldWasExtended(Refusal):
    text: ClassVar[str] = "The time to pay for this order was extended already, and can be only once."


@dataclass(frozen=True, slots=True)
class OfferIsNotExtended(Refusal):
    text: ClassVar[str] = "Seats from the waitlist are held only once: others are waiting for them."


@dataclass(frozen=True, slots=True)
class TransferTakesTooLong(Refusal):
    text: ClassVar[str] = "A bank transfer takes longer than these seats are held, and others are waiting for them."
    field: ClassVar[str | None] = "gateway"


@dataclass(frozen=True, slots=True)
class CodeDoesNotApply(Refusal):
    code: str
    text: ClassVar[str] = "The code {code} is not for the seats in this order."
    field: ClassVar[str | None] = "code"


@dataclass(frozen=True, slots=True)
class CodesDoNotCombine(Refusal):
    code: str
    other: str
    text: ClassVar[str] = "The code {code} cannot be combined with {other}."
    field: ClassVar[str | None] = "code"


@dataclass(frozen=True, slots=True)
class OrderIsNotConfirmed(Refusal):
    text: ClassVar[str] = "This order is not confirmed yet."


@dataclass(frozen=True, slots=True)
class SeatIsGivenUp(Refusal):
    position: int
    text: ClassVar[str] = "This order has no seat number {position}, or it was given up."
    field: ClassVar[str | None] = "positions"


@dataclass(frozen=True, slots=True)
class CancellingNotOffered(Refusal):
    text: ClassVar[str] = "Seats of this conference cannot be cancelled here. Please write to its organizer."


@dataclass(frozen=True, slots=True)
class TooLateToCancel(Refusal):
    text: ClassVar[str] = "The time to cancel seats of this conference has passed. Please write to its organizer."


@dataclass(frozen=True, slots=True)
class RefundExceedsPaid(Refusal):
    left: int
    text: ClassVar[str] = "A refund cannot exceed what was paid and not given back yet."
    field: ClassVar[str | None] = "refund"


@dataclass(frozen=True, slots=True)
class JustResent(Refusal):
    text: ClassVar[str] = "This mail was sent a moment ago. Please look for it, and try again in a minute."
