"""What a decider is: two pure functions over one stream of events, and the few words they share.

`decide(command, state)` answers with the events to store, or with a `Refusal`. `evolve(state, event)` is the state
after an event. Neither reads a clock, draws a number or calls anything: times and ids arrive in the command.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from immutables import Map

__all__ = ["Decider", "FieldError", "InvalidInput", "Map", "Personal", "Refusal", "fold"]

Command = TypeVar("Command")
State = TypeVar("State")
Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a text field of an event as personal: `Annotated[str, Personal("registrant")]`.

    It is stored sealed with the key of the person whose id stands in the named field of the same event. After that
    person was erased it reads as `plenary.engine.sealed.ERASED`.
    """

    subject: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command was not carried out: an answer, not an exception. Subclasses are frozen dataclasses.

    `text` is one sentence for people; names in braces are filled from the refusal's own fields. `field` names the input
    that is to blame, in the words of the command, or is None.
    """

    text: ClassVar[str] = "This is not possible."
    field: ClassVar[str | None] = None

    @property
    def message(self) -> str:
        """The sentence for people."""
        return self.text.format(**{f.name: getattr(self, f.name) for f in dataclasses.fields(self)})


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one input: `field` in the command's words ("ends_on", "items.0.quantity"), one sentence."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class InvalidInput(Refusal):
    """Inputs that can never be right, each named; nothing was done."""

    errors: tuple[FieldError, ...]
    text: ClassVar[str] = "Please correct the marked fields."


@dataclass(frozen=True)
class Decider(Generic[Command, State, Event]):
    """One kind of stream: its commands and events, first state, two functions, and whose stream a command means.

    `creating` names the commands that usually begin a stream; for them an unknown stream is first assumed to be empty
    (the append checks it), which saves a read. `snapshot` is the class of the state of streams that grow long: such a
    state is stored now and then, so it must hold nothing personal.
    """

    name: str
    commands: tuple[type[Any], ...]
    events: tuple[type[Any], ...]
    initial: State
    decide: Callable[[Command, State], Sequence[Event] | Refusal]
    evolve: Callable[[State, Event], State]
    key: Callable[[Command], object]
    creating: tuple[type[Any], ...] = ()
    snapshot: type[Any] | None = None

    def stream(self, command: Command) -> str:
        """The name of the stream that a command is for."""
        return self.stream_of(self.key(command))

    def stream_of(self, key: object) -> str:
        """The name of the stream with a key: "<decider>-<key>"."""
        return f"{self.name}-{key}"


def fold(decider: Decider[Any, State, Any], events: Sequence[Any]) -> State:
    """The state after some events, from the beginning."""
    state = decider.initial
    for event in events:
        state = decider.evolve(state, event)
    return state
