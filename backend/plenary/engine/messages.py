"""Messages as they are stored: events and commands to JSON and back, old shapes lifted, personal fields sealed."""

import dataclasses
import hashlib
import hmac
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from plenary.engine.decider import Personal
from plenary.engine.sealed import Keys
from plenary.log.contract import NewEvent, Recorded

log = logging.getLogger(__name__)
NOBODY: Final = UUID(int=0)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Lifts the stored fields of an event by one schema version; pure."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where an event comes from.

    `command`: the command that it answers. `correlation`: the first command of the whole chain. `causation`: what
    sent the command ("request", "event 17", "timer …"). `actor`: the authority that it was sent with. `at`: when it
    was sent, by the engine's clock; old events do not say.
    """

    command: UUID
    correlation: UUID
    causation: str
    actor: str
    at: datetime | None = None


class Event(NamedTuple):
    """A stored event as the rest of the house sees it: `data` is the domain's own event."""

    position: int
    stream: str
    version: int
    data: Any
    metadata: Metadata
    at: datetime


class UnknownMessage(LookupError):
    """The log holds a message that this version of the program does not know."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What stands in an event whose type or schema version is of a newer program than this one."""

    type: str


@dataclass(frozen=True, slots=True)
class _Shape:
    type: type[Any]
    personal: tuple[tuple[str, str], ...]  # (field, field that names the person)
    schema_version: int
    decoder: msgspec.json.Decoder[Any]


class Messages:
    """All events and commands that exist, by their permanent bare names."""

    def __init__(
        self,
        events: Iterable[type[Any]],
        commands: Iterable[type[Any]],
        keys: Keys,
        upcasters: Mapping[str, Sequence[Upcaster]] | None = None,
    ) -> None:
        """`upcasters[name][n]` lifts schema version n + 1 to n + 2; their number tells an event's current version."""
        self._keys = keys
        self._upcasters = upcasters or {}
        self._events = {
            name: _Shape(cls, _personal(cls), 1 + len(self._upcasters.get(name, ())), msgspec.json.Decoder(cls))
            for name, cls in _by_name(events).items()
        }
        self._commands = _by_name(commands)
        self._metadata = msgspec.json.Decoder(Metadata)

    def knows(self, name: str) -> bool:
        """Whether this version of the program knows a kind of event."""
        return name in self._events

    def is_personal(self, event: type[Any]) -> bool:
        """Whether a kind of event holds something about a person."""
        return bool(self._events[event.__name__].personal)

    async def load_people(self, events: Iterable[object]) -> None:
        """Bring the keys of all people in these events into memory, so that they can be encoded."""
        named = ((event, self._events[type(event).__name__].personal) for event in events)
        await self._keys.load([getattr(event, subject) for event, personal in named for _, subject in personal])

    def encode(self, event: object, stream: str, version: int, metadata: Metadata) -> NewEvent:
        """An event ready to store as the given version of its stream. The keys of its people must be loaded."""
        name = type(event).__name__
        shape = self._events[name]
        data: Any = event
        if shape.personal:
            data = msgspec.to_builtins(event)
            for field, subject in shape.personal:
                data[field] = self._keys.seal(getattr(event, subject), data[field], f"{stream}/{version}/{field}")
        return NewEvent(name, _json(data), _json(metadata), shape.schema_version)

    async def decode(self, rows: Sequence[Recorded], *, of_newer: bool = False) -> list[Event]:
        """Stored events as the house sees them.

        A type or version of a newer program raises `UnknownMessage`, or with `of_newer` becomes `Unknown`.
        """
        await self._keys.load([person for row in rows for person in self._people(row)])
        return [self._read(row, of_newer) for row in rows]

    def _read(self, row: Recorded, of_newer: bool) -> Event:
        """An event; one that cannot be read is as good as unknown to those who go on without it."""
        try:
            return self._open(row, of_newer)
        except Exception as problem:
            if not of_newer:
                raise
            log.error("event %d cannot be read: %s", row.position, type(problem).__name__)
            unreadable = Unknown(f"{row.type}, which cannot be read")
            about = Metadata(NOBODY, NOBODY, "unknown", "unknown")
            return Event(row.position, row.stream, row.version, unreadable, about, row.recorded_at)

    def _people(self, row: Recorded) -> list[UUID]:
        """Whose keys an event needs to be read; nobody's where it cannot be."""
        shape = self._events.get(row.type)
        if shape is None or not shape.personal or row.schema_version > shape.schema_version:
            return []
        with suppress(Exception):  # reading it will tell
            data = self._lift(row, shape)
            return [UUID(data[subject]) for _, subject in shape.personal]
        return []

    def _open(self, row: Recorded, of_newer: bool) -> Event:
        shape = self._events.get(row.type)
        data: Any
        if shape is None or row.schema_version > shape.schema_version:
            if not of_newer:
                about = f"event {row.position} is a {row.type}, version {row.schema_version}, of a newer program"
                raise UnknownMessage(about)
            data = Unknown(row.type)
        elif shape.personal or row.schema_version < shape.schema_version:
            fields = self._lift(row, shape)
            for field, subject in shape.personal:
                place = f"{row.stream}/{row.version}/{field}"
                fields[field] = self._keys.open(UUID(fields[subject]), fields[field], place)
            data = msgspec.convert(fields, shape.type)
        else:
            data = shape.decoder.decode(row.data)
        origin = self._metadata.decode(row.metadata)
        return Event(row.position, row.stream, row.version, data, origin, origin.at or row.recorded_at)

    def _lift(self, row: Recorded, shape: _Shape) -> dict[str, Any]:
        """The stored fields of an event in today's shape."""
        data: dict[str, Any] = msgspec.json.decode(row.data)
        if row.schema_version < shape.schema_version:
            for upcast in self._upcasters[row.type][row.schema_version - 1 :]:
                data = upcast(data)
        return data

    def write_command(self, command: object) -> str:
        """A command as JSON, for a timer. Commands that wait hold nothing personal."""
        return _json([type(command).__name__, command])

    def read_command(self, text: str) -> object:
        """A command again from its JSON."""
        name, fields = msgspec.json.decode(text, type=tuple[str, msgspec.Raw])
        if name not in self._commands:
            raise UnknownMessage(f"a timer holds a {name}, a command of a newer program")
        return msgspec.json.decode(fields, type=self._commands[name])


class Digest:
    """Keyed hashes of what was said, to tell a retry from another command that reuses its id."""

    def __init__(self, key: bytes) -> None:
        """`key`: secret, because what is said may be easy to guess."""
        self._key = key

    def __call__(self, said: object) -> str:
        """32 hexadecimal digits, equal for equal content."""
        return hmac.digest(self._key, msgspec.json.encode([type(said).__name__, said]), hashlib.sha256)[:16].hex()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _by_name(classes: Iterable[type[Any]]) -> dict[str, type[Any]]:
    named: dict[str, type[Any]] = {}
    for cls in classes:
        if named.setdefault(cls.__name__, cls) is not cls:
            raise ValueError(f"two messages are called {cls.__name__}")
    return named


def _personal(cls: type[Any]) -> tuple[tuple[str, str], ...]:
    hints = get_type_hints(cls, include_extras=True)
    found: list[tuple[str, str]] = []
    for field in dataclasses.fields(cls):
        hint = hints[field.name]
        marks = (
            [mark for mark in get_args(hint)[1:] if isinstance(mark, Personal)] if get_origin(hint) is Annotated else []
        )
        found += [(field.name, mark.subject) for mark in marks]
    return tuple(found)
