"""What can be asked of a promo code, what can happen to it, and why it may say no."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plenary.engine.decider import Refusal
from plenary.words import Promo

# Commands


@dataclass(frozen=True, slots=True)
class CreateCode:
    """`limit` is the most orders that may use it, None for any number; `quota` how many seats are in its scope now.

    No quota: its scope names seats that the conference does not have.
    """

    code_id: UUID
    conference_id: UUID
    promo: Promo
    limit: int | None
    quota: int | None


@dataclass(frozen=True, slots=True)
class ChangeCode:
    """It is like this from now on, and may be used again if it had ended. Orders keep their price."""

    code_id: UUID
    promo: Promo
    limit: int | None
    quota: int | None


@dataclass(frozen=True, slots=True)
class EndCode:
    code_id: UUID


@dataclass(frozen=True, slots=True)
class ReserveUse:
    """An order takes the code as `promo` says it is."""

    code_id: UUID
    order_id: UUID
    revision: int
    promo: Promo


@dataclass(frozen=True, slots=True)
class SpendUse:
    code_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class ReturnUse:
    """Give back what the order took up to this revision."""

    code_id: UUID
    order_id: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class RetakeUse:
    """An order that was paid too late wants it again, even if it has ended."""

    code_id: UUID
    order_id: UUID
    revision: int


Command = CreateCode | ChangeCode | EndCode | ReserveUse | SpendUse | ReturnUse | RetakeUse

# Events; `used` is the number of uses after it


@dataclass(frozen=True, slots=True)
class CodeCreated:
    code_id: UUID
    conference_id: UUID
    promo: Promo
    limit: int | None


@dataclass(frozen=True, slots=True)
class CodeChanged:
    code_id: UUID
    promo: Promo
    limit: int | None


@dataclass(frozen=True, slots=True)
class CodeEnded:
    code_id: UUID


@dataclass(frozen=True, slots=True)
class UseReserved:
    code_id: UUID
    order_id: UUID
    revision: int
    used: int


@dataclass(frozen=True, slots=True)
class UseSpent:
    code_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class UseReturned:
    code_id: UUID
    order_id: UUID
    revision: int
    used: int


@dataclass(frozen=True, slots=True)
class UseRetaken:
    """The answer to an order that wants it again: whether it has it."""

    code_id: UUID
    order_id: UUID
    revision: int
    taken: bool
    used: int


Event = CodeCreated | CodeChanged | CodeEnded | UseReserved | UseSpent | UseReturned | UseRetaken

# Refusals


@dataclass(frozen=True, slots=True)
class CodeNotFound(Refusal):
    text: ClassVar[str] = "There is no such promo code here."
    field: ClassVar[str | None] = "code"


@dataclass(frozen=True, slots=True)
class CodeExists(Refusal):
    text: ClassVar[str] = "This conference has a promo code of this name already."
    field: ClassVar[str | None] = "code"


@dataclass(frozen=True, slots=True)
class CodeHasEnded(Refusal):
    text: ClassVar[str] = "This promo code can no longer be used."
    field: ClassVar[str | None] = "code"


@dataclass(frozen=True, slots=True)
class CodeUsedUp(Refusal):
    text: ClassVar[str] = "This promo code was used as often as it may be."
    field: ClassVar[str | None] = "code"


@dataclass(frozen=True, slots=True)
class CodeMoved(Refusal):
    text: ClassVar[str] = "This promo code was changed at this moment. Please try again."
