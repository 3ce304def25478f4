"""What a command is answered with: it was carried out, or why it was not."""

from dataclasses import dataclass, field
from typing import ClassVar

from plenary.engine.decider import Refusal
from plenary.log.contract import Answered, CommandId


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command was carried out. `position` is the log's head right after it; a repeated command gets the same."""

    position: int
    again: bool = field(default=False, compare=False, repr=False)  # for those who count


@dataclass(frozen=True, slots=True)
class KeyReused(Refusal):
    """The id of a command came again with other content, or from somebody else."""

    text: ClassVar[str] = "This command id was already used for something else. Use a new one."
    field: ClassVar[str | None] = "command_id"


@dataclass(frozen=True, slots=True)
class Busy(Refusal):
    """Too much is waiting to be stored; nothing was done."""

    retry_after: float
    text: ClassVar[str] = "Very many people are booking right now. Please try again in a moment."


@dataclass(frozen=True, slots=True)
class GuardMoved(Refusal):
    """A stream that the command was based on has changed; whoever made the command looks again and makes it anew."""

    stream: str
    text: ClassVar[str] = "This changed a moment ago. Please try again."


Answer = Accepted | Refusal


def repeated(id_: CommandId, answered: Answered) -> Answer:
    """The answer to a command whose id was carried out before: the same, if it is the same command."""
    if (id_.sender, id_.digest) != (answered.sender, answered.digest):
        return KeyReused()
    return Accepted(answered.position, again=True)
