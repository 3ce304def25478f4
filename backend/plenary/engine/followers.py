"""A follower of the log: reads every event in order, keeps its bookmark in the same transaction as what it wrote."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database
from plenary.engine.messages import Event
from plenary.engine.observer import Observer
from plenary.engine.tables import bookmarks
from plenary.engine.tail import Tail

MOVE: Final = (
    sa.update(bookmarks)
    .where(bookmarks.c.name == sa.bindparam("follower"), bookmarks.c.position == sa.bindparam("here"))
    .values(position=sa.bindparam("there"), updated_at=sa.bindparam("now"))
)


class Handler(Protocol):
    """What a follower does with a batch of events."""

    async def act(self, events: Sequence[Event]) -> None:
        """What happens outside the database; may be repeated after a crash, so it must be harmless twice."""
        ...

    async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
        """What happens in the bookmark's transaction; the answer is called after its commit."""
        ...


class BookmarkMoved(RuntimeError):
    """Somebody else moved this follower's bookmark: two of them run, and this one stops."""


class Follower:
    """One name, one bookmark, one handler."""

    def __init__(self, name: str, handler: Handler, tail: Tail, database: Database, observer: Observer) -> None:
        """Stands still until `run`."""
        self.name, self._handler, self._tail, self._database = name, handler, tail, database
        self._observer = observer
        self.position = 0
        self.step = asyncio.Lock()
        """Held while a batch is handled: whoever ends this follower does it between two of them."""
        self._moved = asyncio.Event()

    async def begin(self) -> None:
        """Find the bookmark; a new follower's is at the beginning of the log."""
        async with self._database.transaction() as db:
            found = await db.scalar(sa.select(bookmarks.c.position).where(bookmarks.c.name == self.name))
            if found is None:
                row = {"name": self.name, "position": 0, "fence": 0, "updated_at": datetime.now(UTC)}
                await db.execute(sa.insert(bookmarks).values(row))
        self.position = found or 0

    async def run(self) -> None:
        """Follow for ever."""
        while True:
            await self._tail.wait(self.position)
            async with self.step:
                await self._take_batch()

    async def _take_batch(self) -> None:
        events = await self._tail.after(self.position)
        began = time.monotonic()
        await self._handler.act(events)
        async with self._database.transaction() as db:
            committed = await self._handler.write(db, events)
            await self._move(db, events[-1].position)
        committed()
        self.position = events[-1].position
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        self._observer.handled(self.name, events, time.monotonic() - began)

    async def _move(self, db: AsyncConnection, position: int) -> None:
        places = {"follower": self.name, "here": self.position, "there": position, "now": datetime.now(UTC)}
        if (await db.execute(MOVE, places)).rowcount != 1:
            raise BookmarkMoved(f"the bookmark of {self.name} is no longer at {self.position}")

    async def reached(self, position: int) -> None:
        """Return when the bookmark is at or beyond a position."""
        while self.position < position:
            await self._moved.wait()
