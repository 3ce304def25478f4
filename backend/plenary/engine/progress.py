"""Progress: how far every follower has come, wherever it runs, for whoever waits until a view shows something."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import sqlalchemy as sa

from plenary.engine.database import Database, outlast
from plenary.engine.tables import bookmarks

SOON: Final = 0.02
"""Seconds between two looks at the bookmarks while somebody waits for a follower of another process."""
LOOK: Final = 0.5
"""Seconds between two looks while nobody waits."""
ALL: Final = sa.select(bookmarks.c.name, bookmarks.c.position, bookmarks.c.generation)


class Progress:
    """The bookmarks as this process knows them: told by the followers that run here, asked for all others."""

    def __init__(self, database: Database, rebuilt: Callable[[str], None]) -> None:
        """`rebuilt(name)` is called when a view was replaced by a new one."""
        self._database, self._rebuilt = database, rebuilt
        self._positions: dict[str, int] = {}
        self._generations: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self.here: set[str] = set()
        """The followers of this process, which tell by themselves."""

    def moved(self, name: str, position: int) -> None:
        """A follower has come this far."""
        self._positions[name] = position
        self._changed.set()
        self._changed = asyncio.Event()

    def shown(self, name: str) -> int:
        """How far a follower has come at least."""
        return self._positions.get(name, 0)

    def generation(self, name: str) -> int:
        """How often a view was replaced by a new one, as far as is known here."""
        return self._generations.get(name, 0)

    async def reached(self, name: str, position: int) -> None:
        """Return when a follower's bookmark is at or beyond a position."""
        while self._positions.get(name, 0) < position:
            changed = self._changed
            if name not in self.here:
                self._wanted.set()
            await changed.wait()

    async def run(self) -> None:
        """Look at the bookmarks for ever: seldom, and often while somebody waits for another process."""
        while True:
            await outlast(self.look)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._wanted.wait()
                self._wanted.clear()
                await asyncio.sleep(SOON)

    async def look(self) -> None:
        """Take over where all bookmarks are now."""
        async with self._database.reading() as db:
            found = (await db.execute(ALL)).all()
        for name, position, generation in found:
            if self._generations.setdefault(name, generation) != generation:
                self._generations[name] = generation
                self._rebuilt(name)
            self.moved(name, position if name not in self.here else max(position, self._positions.get(name, 0)))
