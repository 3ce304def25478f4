"""The event log: one total order of events, appended in batches, read by position or by stream.

Three implementations keep one contract (`memory`, `sqlite`, `postgres`): positions are gapless and in commit order,
each append of a batch is accepted or refused on its own, and the ids of the commands that it answers are stored with
it, once.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to store. `data` and `metadata` are JSON texts; personal fields in `data` are already sealed."""

    type: str
    data: str
    metadata: str
    schema_version: int = 1


class Recorded(NamedTuple):
    """A stored event. `position` counts all events from 1 without gaps, `version` those of its stream from 1."""

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    data: str
    metadata: str
    recorded_at: datetime


COLUMNS: Final = ", ".join(Recorded._fields)
"""The columns of the table of events, as SQL names them."""


@dataclass(frozen=True, slots=True)
class CommandId:
    """A command that an append answers: its id, who sent it, and a keyed hash of what it said."""

    id: UUID
    sender: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What is remembered of a command that was carried out: `position` is the head of the log right after it."""

    id: UUID
    sender: str
    digest: str
    position: int


@dataclass(frozen=True, slots=True)
class Write:
    """Events for one stream. `expected` is the version that the decision was based on; 0: the stream must not exist."""

    stream: str
    expected: int
    events: tuple[NewEvent, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A stream that is not written and must still be at this version."""

    stream: str
    version: int


@dataclass(frozen=True, slots=True)
class Append:
    """Accepted or refused as a whole. Carries at least one command id, so that repeating it is always harmless.

    It may have no writes (a command that changed nothing): then its command ids are stored if its guards hold.
    No stream stands twice in it.
    """

    commands: tuple[CommandId, ...]
    writes: tuple[Write, ...] = ()
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an append.

    `versions` gives the current version of every stream it named, after the call, whether accepted or not. `position`
    is that of its last event (of the head where it wrote none), None if refused. `duplicates` are those of its
    commands that were answered before; any of them makes it refused.
    """

    accepted: bool
    versions: dict[str, int]
    position: int | None = None
    duplicates: tuple[Answered, ...] = ()


class EventLog(Protocol):
    """The log's whole interface."""

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        """Decide and store a batch in one transaction; one verdict each, in order, durable when this returns.

        Events of one append get neighbouring positions. Within a batch the earlier append wins: a later one is
        refused that writes or guards a stream the earlier one writes, that writes a stream it guards, or that repeats
        a command id.
        """
        ...

    async def stream(self, name: str, after: int = 0) -> list[Recorded]:
        """All events of one stream with a version greater than `after`, in order."""
        ...

    async def after(self, position: int, limit: int = 1000) -> list[Recorded]:
        """Up to `limit` events of all streams that follow a position, in order."""
        ...

    async def head(self) -> int:
        """The position of the newest event; 0 when there is none."""
        ...

    async def answered(self, ids: Sequence[UUID]) -> dict[UUID, Answered]:
        """Which of these commands were carried out before, and what is remembered of them."""
        ...

    def turn(self, stream: str) -> AbstractAsyncContextManager[None]:
        """Wait for one's turn among all processes that want to write a stream, and have it meanwhile.

        It saves refused appends and guarantees nothing: after a second or so, or when it fails, one goes on without it.
        """
        ...

    async def close(self) -> None:
        """Let running appends end and give everything back."""
        ...
