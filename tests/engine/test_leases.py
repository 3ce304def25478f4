"""Several processes share the background work: each part is done by one, handed over at once, taken over after a kill.

A process is an engine of its own here; `tests/torture` does the same with real ones.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.answers import Accepted
from plenary.engine.database import Database
from plenary.engine.engine import Engine
from plenary.engine.leases import Lease, LeaseLost, Leases
from plenary.engine.tables import bookmarks, workers
from tests.engine.jars import JARS, PATIENCE, FillJar, fill, open_engine, take, until

PARTS = ("jars", "thanks", "timers")


class Work:
    """A part that does nothing but be done; it can be made to fail."""

    def __init__(self, lease: Lease) -> None:
        self.lease, self.step, self.finished = lease, asyncio.Lock(), False
        self.fails: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        await self.fails

    async def finish(self) -> None:
        self.finished = True


class Worker:
    """The leases of one process."""

    def __init__(self, database: Database, seconds: float) -> None:
        self.parts: dict[str, Work] = {}
        self.leases = Leases(database, dict.fromkeys(PARTS, self._begin), seconds)
        self.task = asyncio.create_task(self.leases.run())

    def _begin(self, lease: Lease) -> Work:
        work = self.parts[lease.name] = Work(lease)
        return work

    @property
    def held(self) -> set[str]:
        return set(self.leases.held)

    def die(self) -> None:
        """End without a word, as a process that is killed does."""
        self.task.cancel()

    async def stop(self) -> None:
        async with self.leases.step:
            self.task.cancel()
        await self.leases.finish()


Begin = Callable[..., Worker]


@pytest.fixture
async def begin(postgres_url: str) -> AsyncIterator[Begin]:
    """Starts workers on one database; all are gone in the end."""
    database, all_ = Database(postgres_url), list[Worker]()
    async with database.transaction() as db:
        rows = [{"name": name, "position": 0, "updated_at": sa.func.now()} for name in PARTS]
        for row in rows:
            await db.execute(sa.insert(bookmarks).values(row))

    def worker(seconds: float = 60.0) -> Worker:
        all_.append(Worker(database, seconds))
        return all_[-1]

    yield worker
    for one in all_:
        one.die()
    await asyncio.gather(*(one.task for one in all_), return_exceptions=True)
    await database.close()


async def eventually(true: Callable[[], bool]) -> None:
    """Return when something has come true."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


async def test_one_alone_does_everything(begin: Begin) -> None:
    one = begin()
    await eventually(lambda: one.held == set(PARTS))


async def test_two_share_evenly_and_no_part_is_done_twice(begin: Begin) -> None:
    one = begin(2.0)
    await eventually(lambda: len(one.held) == 3)
    two = begin(2.0)
    await eventually(lambda: len(one.held) == 2 and len(two.held) == 1)
    assert one.held | two.held == set(PARTS)
    (moved,) = two.held
    assert one.parts[moved].finished
    assert two.parts[moved].lease.fence == one.parts[moved].lease.fence + 1


async def test_whoever_stops_hands_over_though_the_lease_would_last(begin: Begin) -> None:
    one = begin(60.0)
    await eventually(lambda: len(one.held) == 3)
    await one.stop()
    two = begin(60.0)  # it looks only every three seconds, and finds everything free the first time
    await eventually(lambda: two.held == set(PARTS))


async def test_whoever_is_killed_is_replaced_when_the_lease_has_ended(begin: Begin) -> None:
    one = begin(1.0)
    await eventually(lambda: len(one.held) == 3)
    one.die()
    two = begin(1.0)
    await eventually(lambda: two.held == set(PARTS))


async def test_a_lease_that_was_lost_moves_no_bookmark(begin: Begin, postgres_url: str) -> None:
    one, database = begin(1.0), Database(postgres_url)
    await eventually(lambda: len(one.held) == 3)
    one.die()  # paused, say
    old = one.parts["jars"].lease
    two = begin(1.0)
    await eventually(lambda: two.held == set(PARTS))
    async with database.transaction() as db:
        await two.parts["jars"].lease.move(db, 0, 5)
    with pytest.raises(LeaseLost):
        async with database.transaction() as db:
            await old.move(db, 5, 9)
    async with database.reading() as db:
        found = await db.scalar(sa.select(bookmarks.c.position).where(bookmarks.c.name == "jars"))
    assert found == 5
    await database.close()


async def test_a_part_that_lost_its_lease_is_taken_again_and_one_that_dies_is_told(begin: Begin) -> None:
    one = begin()
    await eventually(lambda: len(one.held) == 3)
    first = one.parts["jars"]
    first.fails.set_exception(LeaseLost("jars"))
    await eventually(lambda: one.parts["jars"] is not first)  # though the row still said that it was ours
    assert one.parts["jars"].lease.fence > first.lease.fence
    one.parts["thanks"].fails.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await one.task


@pytest.mark.parametrize("stands_still", ["between two statements", "in the middle of one"])
async def test_whoever_stands_still_in_a_transaction_keeps_nobody_out(
    begin: Begin, postgres_url: str, stands_still: str
) -> None:
    """A driver asks about a statement before it carries it out, and PostgreSQL does not call that idle."""
    database = Database(postgres_url)
    async with database.engine.connect() as db:
        await db.execute(sa.select(bookmarks).where(bookmarks.c.name == "jars").with_for_update())
        if stands_still == "in the middle of one":
            connection: Any = (await db.get_raw_connection()).driver_connection
            await connection.prepare("SELECT position FROM bookmarks")
        one = begin(1.0)
        await eventually(lambda: one.held == set(PARTS))
        await db.invalidate()
    await database.close()


async def test_nobody_is_counted_who_is_gone(begin: Begin, postgres_url: str) -> None:
    one, two = begin(1.0), begin(1.0)
    await eventually(lambda: len(one.held) + len(two.held) == 3)
    await two.stop()
    await eventually(lambda: len(one.held) == 3)
    database = Database(postgres_url)
    async with database.reading() as db:
        assert len((await db.execute(sa.select(workers.c.worker))).all()) == 1
    await database.close()


@asynccontextmanager
async def house(url: str, number: int) -> AsyncIterator[list[Engine]]:
    """Several processes on one database, all at work."""
    async with AsyncExitStack() as stack:
        engines = []
        for _ in range(number):
            engine = await open_engine(url, lease_seconds=1.0)
            stack.push_async_callback(engine.close)
            engines.append(await stack.enter_async_context(engine.running()))
        yield engines


async def test_what_one_process_accepts_another_follows_up_and_all_show(postgres_url: str) -> None:
    async with house(postgres_url, 3) as engines:
        jar = await fill(engines[0], 30)
        await asyncio.gather(*(take(engine, jar) for engine in engines for _ in range(10)))
        for engine in engines:
            row = await until(engine, jar, lambda row: row.thanked == 30)
            assert (row.marbles, row.thanked) == (0, 30)
            assert await engine.caught_up(JARS, row.position, PATIENCE)


async def test_rows_are_right_though_the_work_moves_about(postgres_url: str) -> None:
    """A process comes and goes while marbles are taken: what it remembered of rows is never older than its lease."""
    async with house(postgres_url, 1) as (first,):
        jar = await fill(first, 60)
        for _ in range(3):
            async with house(postgres_url, 2) as others:
                await asyncio.gather(*(take(engine, jar) for engine in (first, *others) for _ in range(6)))
        row = await until(first, jar, lambda row: row.thanked == 54)
        assert await first.caught_up(JARS, await first.log.head(), PATIENCE)
        async with first.database.reading() as db:
            stored = (await db.execute(sa.select(JARS.table))).one()
        assert (stored.marbles, stored.thanked) == (row.marbles, row.thanked) == (6, 54)


async def test_a_database_that_was_away_is_outlasted(postgres_url: str) -> None:
    async with house(postgres_url, 2) as engines:
        jar = await fill(engines[0], 10)
        async with engines[0].database.reading() as db:
            await _end_all_other_connections(db)
        more = [engine.send(FillJar(jar, 1), id=uuid4(), sender="test") for engine in engines]
        assert all(isinstance(answer, Accepted) for answer in await asyncio.gather(*more))
        await until(engines[1], jar, lambda row: row.marbles == 12)
        assert await engines[0].caught_up(JARS, await engines[0].log.head(), PATIENCE)


async def _end_all_other_connections(db: AsyncConnection) -> None:
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    await db.execute(sa.text(f"{end} AND pid <> pg_backend_pid()"))
