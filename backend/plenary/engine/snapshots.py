"""Snapshots: states of long streams, stored now and then, so that a stream is loaded by what happened since.

They are never the truth: one that cannot be read, or belongs to other code or another history, is passed over.
"""

import asyncio
import dataclasses
import hashlib
import inspect
import logging
import sys
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import msgspec
import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.decider import Decider, Map
from plenary.engine.tables import events, snapshots
from plenary.log.contract import EventLog, Recorded

EVERY: Final = 1000  # events
logger = logging.getLogger(__name__)


class Snapshots:
    """The snapshots of all streams whose decider asks for them."""

    def __init__(self, database: Database, log: EventLog) -> None:
        """`database` is the one that `log` is in."""
        self._database, self._log = database, log

    async def load(self, decider: Decider[Any, Any, Any], stream: str) -> tuple[Any, int, list[Recorded]]:
        """A state of a stream to begin with, its version, and the events after it.

        The event that the snapshot was made after is read as well: it proves that the stream has that past.
        """
        try:
            if decider.snapshot and (found := await self._find(decider, stream)):
                last, *after = await self._log.stream(stream, found.version - 1)
                if (last.version, last.recorded_at) == (found.version, found.recorded_at):
                    state = msgspec.json.decode(found.state, type=decider.snapshot, dec_hook=_unpack)
                    return state, last.version, after
        except Exception:  # whatever is wrong with a snapshot, the events are there
            logger.warning("A snapshot of %s cannot be used.", stream, exc_info=True)
        return decider.initial, 0, await self._log.stream(stream)

    async def _find(self, decider: Decider[Any, Any, Any], stream: str) -> Any:
        found = sa.select(snapshots).where(snapshots.c.stream == stream, snapshots.c.shape == shape(decider))
        async with self._database.reading() as db:
            return (await db.execute(found)).one_or_none()

    def keep(self, decider: Decider[Any, Any, Any], stream: str, version: int, state: Any, *, newest: int) -> int:
        """Store a state in the background if its stream has grown enough since the newest snapshot; which is that now.

        Enough is a tenth, so that an event costs the same however large the state is, and at least `EVERY` events.
        """
        if decider.snapshot is None or version - newest < max(EVERY, version // 10):
            return newest
        self._database.later(self._store(decider, stream, version, state))
        return version

    async def _store(self, decider: Decider[Any, Any, Any], stream: str, version: int, state: Any) -> None:
        try:
            text = (await asyncio.to_thread(msgspec.json.encode, state, enc_hook=_pack)).decode()
            made_after = sa.select(
                *(events.c.stream, sa.literal(shape(decider)), events.c.version, sa.literal(text), events.c.recorded_at)
            ).where(events.c.stream == stream, events.c.version == version)
            async with self._database.transaction() as db:
                await db.execute(sa.delete(snapshots).where(snapshots.c.stream == stream))
                insert = self._database.insert_new(snapshots)  # another process may be as far
                await db.execute(insert.from_select(list(snapshots.c.keys()), made_after))
        except Exception:  # nobody waits for it, and the next one will do
            logger.warning("A snapshot of %s was not stored.", stream, exc_info=True)


async def drop_snapshots(database: Database) -> None:
    """Forget all snapshots; they come again."""
    async with database.transaction() as db:
        await db.execute(sa.delete(snapshots))


@cache
def shape(decider: Decider[Any, Any, Any]) -> str:
    """What a snapshot rests on, as a hash: the fields and types of the state, and the code that folds and stores it."""
    parts: list[Any] = [decider.snapshot]
    for part in parts:  # which grows meanwhile
        inner = get_type_hints(part).values() if dataclasses.is_dataclass(part) else get_args(part)
        parts += [other for other in inner if other not in parts]
    ours = [
        part for part in parts if isinstance(part, type) and (dataclasses.is_dataclass(part) or issubclass(part, Enum))
    ]
    said = [repr((part.__qualname__, get_type_hints(part))) for part in ours]
    modules = {__name__, decider.evolve.__module__, *(part.__module__ for part in (*ours, *decider.events))}
    said += [inspect.getsource(sys.modules[module]) for module in sorted(modules)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def _pack(value: object) -> dict[str, list[msgspec.Raw]]:
    """A Map as pairs, by the class of their values, which JSON does not tell; one by one, so that others can go on."""
    if not isinstance(value, Map):
        raise NotImplementedError(f"a {type(value).__name__} cannot be part of a snapshot")
    packed: dict[str, list[msgspec.Raw]] = {}
    for pair in value.items():
        packed.setdefault(type(pair[1]).__name__, []).append(msgspec.Raw(msgspec.json.encode(pair, enc_hook=_pack)))
    return packed


def _unpack(kind: Any, packed: Any) -> Any:
    """A Map again."""
    if get_origin(kind) is not Map:
        raise NotImplementedError(f"a {kind} cannot be part of a snapshot")
    key, value = get_args(kind)
    classes = {each.__name__: each for each in (get_args(value) if isinstance(value, UnionType) else (value,))}
    pairs = (msgspec.convert(packed[name], list[tuple[key, classes[name]]], dec_hook=_unpack) for name in packed)  # type: ignore[valid-type]  # known only now
    return Map(pair for several in pairs for pair in several)
