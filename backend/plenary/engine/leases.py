"""Leases: which process does which part of the background work. Each part is done by one process at a time.

A lease is a row with an owner, a time until which it is theirs by the database's clock, and a fence: a number that
rises with every new owner. Nothing rests on the time: whoever was paused and wakes up with a lease that is no longer
theirs finds another fence in the very transaction that would write.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database, outlast
from plenary.engine.tables import bookmarks, workers

SECONDS: Final = 10.0
"""How long a lease lasts without being renewed: the work of a process that was killed rests for as long."""
LOOKS: Final = 20
"""Looks at the leases while one lasts."""
LAST_STEP: Final = 10.0
"""Seconds that a part of the work is given to end its step when it is handed over."""
END_STUCK: Final = sa.text("""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND state = 'active' AND wait_event = 'ClientRead'
  AND state_change < clock_timestamp() - interval '5 s' AND query NOT ILIKE 'copy%'
""")
"""Ends transactions whose process stands still in the middle of a statement, which PostgreSQL does not call idle."""
MOVE: Final = (
    sa.update(bookmarks)
    .where(
        bookmarks.c.name == sa.bindparam("part"),
        bookmarks.c.fence == sa.bindparam("ours"),
        bookmarks.c.position == sa.bindparam("here"),
    )
    .values(position=sa.bindparam("there"), updated_at=sa.bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do a part of the work while its fence stands in the database. Its bookmark was at `position`."""

    name: str
    fence: int
    position: int

    async def move(self, db: AsyncConnection, here: int, there: int) -> None:
        """Move the bookmark in a transaction; raises LeaseLost, which undoes it, if the lease is no longer ours."""
        places = {"part": self.name, "ours": self.fence, "here": here, "there": there, "now": datetime.now(UTC)}
        if (await db.execute(MOVE, places)).rowcount != 1:
            raise LeaseLost(self.name)

    async def show_anew(self, db: AsyncConnection) -> None:
        """Have every process read the rows of this view again: something in them changed that is no new event."""
        ours = sa.update(bookmarks).where(bookmarks.c.name == self.name)
        await db.execute(ours.values(generation=bookmarks.c.generation + 1))


class LeaseLost(Exception):
    """This part of the work was given to somebody else meanwhile."""


class Part(Protocol):
    """A part of the work, while this process does it; `step` is held in the middle of a step."""

    step: asyncio.Lock

    async def run(self) -> None:
        """Do it for ever."""
        ...

    async def finish(self) -> None:
        """Write what is left to write; called between two steps, before the end."""
        ...


class Leases:
    """Takes a fair share of the work, keeps it, and gives it back."""

    def __init__(
        self, database: Database, work: Mapping[str, Callable[[Lease], Part]], seconds: float = SECONDS
    ) -> None:
        """`work`: by the name of its bookmark, what does each part under a lease."""
        self._database, self._work, self._seconds = database, work, seconds
        self._worker = uuid4()
        self.held: dict[str, tuple[Part, asyncio.Task[None]]] = {}
        self._giving: dict[str, asyncio.Task[None]] = {}
        self.step = asyncio.Lock()

    async def run(self) -> None:
        """Do a fair share of the work for ever. Raises what a part of it died of."""
        while True:
            async with self.step:
                self._bury()
                await outlast(self._look)
            settled = self._database.is_sqlite and len(self.held) == len(self._work)
            pause = None if settled else self._seconds / LOOKS
            tasks = [task for _, task in self.held.values()] or [asyncio.create_task(asyncio.sleep(pause or 0))]
            await asyncio.wait(tasks, timeout=pause, return_when=asyncio.FIRST_COMPLETED)

    def _bury(self) -> None:
        for name, (_, task) in list(self.held.items()):
            if task.done():
                del self.held[name]
                if task.cancelled():
                    raise asyncio.CancelledError
                if not isinstance(task.exception(), LeaseLost):
                    raise task.exception() or RuntimeError(f"{name} ended by itself")

    async def _look(self) -> None:
        """Renew what is ours, drop what is lost, take or give back what makes the shares even."""
        self._giving = {name: giving for name, giving in self._giving.items() if not giving.done()}
        async with self._database.transaction() as db:
            share = -(-len(self._work) // await self._workers(db))
            kept = await self._renew(db)
            taken = await self._take(db, share - len(kept))
            if len(kept) + len(taken) < share and not self._database.is_sqlite:
                await db.execute(END_STUCK)
        for name in self.held.keys() - kept:
            self.held.pop(name)[1].cancel()
        for lease in taken:
            part = self._work[lease.name](lease)
            self.held[lease.name] = (part, asyncio.create_task(part.run()))
        for name in list(self.held)[share:]:  # beside us: it may take as long as a step, and the rest is to be renewed
            self._giving[name] = asyncio.create_task(self._give_back(name, *self.held.pop(name)))

    async def _workers(self, db: AsyncConnection) -> int:
        """Say that we are there, and count those who do."""
        until = self._database.now(self._seconds)
        await db.execute(self._database.upsert(workers).values(worker=self._worker, seen_until=until))
        await db.execute(sa.delete(workers).where(workers.c.seen_until < self._database.now(-10 * self._seconds)))
        there = workers.c.seen_until > self._database.now()
        return (await db.execute(sa.select(sa.func.count()).select_from(workers).where(there))).scalar_one()

    async def _renew(self, db: AsyncConnection) -> set[str]:
        ours = sa.select(bookmarks.c.name).where(bookmarks.c.owner == self._worker, bookmarks.c.name.in_(self.held))
        free = ours.with_for_update(skip_locked=True).scalar_subquery()  # what is locked is ours, and taken by nobody
        renewed = sa.update(bookmarks).where(bookmarks.c.name.in_(free))
        await db.execute(renewed.values(lease_until=self._database.now(self._seconds)))
        return set((await db.execute(ours)).scalars())

    async def _take(self, db: AsyncConnection, number: int) -> list[Lease]:
        """Take some of the work that nobody does."""
        forgotten = bookmarks.c.owner == self._worker  # an answer got lost: it is ours, and we do not know
        free = sa.or_(bookmarks.c.owner.is_(None), bookmarks.c.lease_until < self._database.now(), forgotten)
        if self._database.is_sqlite:
            free = sa.true()  # the file belongs to this process, so nobody else can be at work
        names = (
            sa.select(bookmarks.c.name)
            .where(bookmarks.c.name.in_(self._work), bookmarks.c.name.not_in([*self.held, *self._giving]), free)
            .limit(max(number, 0))
            .with_for_update(skip_locked=True)
        )
        taken = (
            sa.update(bookmarks)
            .where(bookmarks.c.name.in_(names.scalar_subquery()))
            .values(owner=self._worker, fence=bookmarks.c.fence + 1, lease_until=self._database.now(self._seconds))
            .returning(bookmarks.c.name, bookmarks.c.fence, bookmarks.c.position)
        )
        return [Lease(*row) for row in await db.execute(taken)]

    async def _give_back(self, name: str, part: Part, task: asyncio.Task[None]) -> None:
        """End a part of the work between two of its steps, and let others have it at once."""
        try:
            with suppress(TimeoutError, LeaseLost):
                async with asyncio.timeout(LAST_STEP), part.step:
                    await part.finish()
                    task.cancel()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        ours = (bookmarks.c.name == name, bookmarks.c.owner == self._worker)
        given = sa.update(bookmarks).where(*ours).values(owner=None, lease_until=self._database.now())
        with suppress(Exception):  # where the database is away, the lease ends by itself
            async with self._database.transaction() as db:
                await db.execute(given)

    async def finish(self) -> None:
        """Give everything back; where the database is away, the leases end by themselves."""
        giving = [self._give_back(name, *self.held.pop(name)) for name in list(self.held)]
        await asyncio.gather(*giving, *self._giving.values())
        with suppress(Exception):
            async with self._database.transaction() as db:
                await db.execute(sa.delete(workers).where(workers.c.worker == self._worker))
