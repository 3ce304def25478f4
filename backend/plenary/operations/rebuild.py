"""Rebuilding a view: a new one is folded from the whole log beside the one in use, then takes its place at once."""

import dataclasses
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import passes
from plenary.engine.engine import Engine
from plenary.engine.leases import Lease, LeaseLost
from plenary.engine.messages import UnknownMessage
from plenary.engine.parked import described
from plenary.engine.tables import bookmarks, parked
from plenary.engine.views import Projector, View

PAGE: Final = 5000
CLOSE: Final = 1000
"""With fewer events than this to go, the follower of the view is held up for the rest."""


class CannotRebuild(Exception):
    """Why a view was not rebuilt; the one in use stays as it is."""


async def rebuild(engine: Engine, name: str, progress: Callable[[int, int], None]) -> int:
    """Fold a view anew and put it in the place of the one in use; the position up to which it is true.

    `progress(position, head)` is called as it goes. May be killed at any moment and begun again. Raises CannotRebuild
    for what is no view, and when an event cannot be folded.
    """
    views = {view.name: view for view in engine.plan.views}
    if name not in views:
        raise CannotRebuild(
            f"{name} is no view. Only views can be rebuilt, they do nothing to the world: {', '.join(views)}."
        )
    building = _Building(engine, views[name])
    await building.begin()
    while (head := await engine.log.head()) - building.position > CLOSE:
        await building.fold(PAGE)
        progress(building.position, head)
    position = await building.take_its_place()
    progress(position, position)
    return position


class _Building:
    """A table beside the one in use, and how far it is."""

    def __init__(self, engine: Engine, view: View[Any]) -> None:
        self._engine, self._view, self.position, self._generation = engine, view, 0, 0
        # Nobody else has this fence: whoever begins to rebuild the same view later ends this building.
        self._lease = Lease(f"{view.name}:beside", secrets.randbelow(2**62), 0)
        columns = [column._copy() for column in view.table.columns]
        self._table = sa.Table(f"{view.table.name}_beside", sa.MetaData(), *columns)
        self._types = {event.__name__ for event in view.events}
        self._projector = Projector(dataclasses.replace(view, table=self._table), engine.database)

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return bookmarks.c.name == self._view.name

    async def begin(self) -> None:
        """Make the table anew; one that was left by an earlier try is dropped."""
        fresh = {"position": 0, "fence": self._lease.fence, "updated_at": datetime.now(UTC)}
        async with self._engine.database.transaction() as db:
            begun = self._engine.database.insert_new(bookmarks).values(name=self._lease.name, **fresh)
            if not (await db.execute(begun)).rowcount:
                await db.execute(sa.update(bookmarks).where(bookmarks.c.name == self._lease.name).values(fresh))
            self._generation = await db.scalar(sa.select(bookmarks.c.generation).where(self._mine)) or 0
            await db.run_sync(lambda sync: self._table.drop(sync, checkfirst=True))
            await db.run_sync(self._table.create)

    async def fold(self, limit: int) -> None:
        """Fold the next events."""
        async with self._engine.database.transaction() as db:
            await self._fold(db, limit)

    async def _fold(self, db: AsyncConnection, limit: int) -> None:
        first = self.position + 1
        try:
            rows = await self._engine.log.after(self.position, limit)
            if newer := next((row for row in rows if not self._engine.messages.knows(row.type)), None):
                raise UnknownMessage(newer.type)
            await self._lease.move(db, self.position, rows[-1].position)
            concerned = await self._engine.messages.decode([row for row in rows if row.type in self._types])
            written = await self._projector.write(db, concerned)
        except LeaseLost as lost:
            raise self._overtaken() from lost
        except Exception as problem:
            if passes(problem):
                raise
            raise CannotRebuild(
                f"{self._view.name} cannot be folded beyond event {first}: {described(problem)}. It stays as it is."
            ) from problem
        written()
        self.position = rows[-1].position

    async def take_its_place(self) -> int:
        """In one transaction: fold the rest, at least what the view in use has seen, and become it."""
        in_use = sa.select(bookmarks.c.position, bookmarks.c.generation).where(self._mine).with_for_update()
        async with self._engine.database.transaction() as db:
            shown, generation = (await db.execute(in_use)).one_or_none() or (0, 0)
            if generation != self._generation:
                raise self._overtaken()
            end = max(shown, await self._engine.log.head())
            while self.position < end:
                await self._fold(db, min(PAGE, end - self.position))
            await db.execute(sa.delete(self._view.table))
            names = [column.name for column in self._view.table.columns]
            await db.execute(sa.insert(self._view.table).from_select(names, sa.select(self._table)))
            await db.execute(sa.delete(parked).where(parked.c.name == self._view.name))
            anew = {
                "position": self.position,
                "fence": bookmarks.c.fence + 1,  # whoever follows for the old one has lost its lease
                "generation": bookmarks.c.generation + 1,
                "owner": None,
                "lease_until": self._engine.database.now(),
                "updated_at": datetime.now(UTC),
            }
            await db.execute(sa.update(bookmarks).where(self._mine).values(anew))
            await db.execute(sa.delete(bookmarks).where(bookmarks.c.name == self._lease.name))
            await db.run_sync(self._table.drop)
        return self.position

    def _overtaken(self) -> CannotRebuild:
        return CannotRebuild(f"{self._view.name} is being rebuilt by somebody else, who began later.")
