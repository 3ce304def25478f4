"""Failures that need several engines, clusters or clocks; the table in README.md says which other tests there are."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import make_dataclass, replace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from plenary.engine.answers import Accepted
from plenary.engine.clock import HandClock
from plenary.engine.doorbell import Doorbell
from plenary.engine.engine import Engine, Plan
from plenary.engine.messages import UnknownMessage
from plenary.engine.process import Process
from plenary.engine.tables import bookmarks, parked, timers
from plenary.engine.views import find_rows
from plenary.log.contract import Recorded
from tests.databases import execute
from tests.engine.jars import JAR, JARS, LATER, NOON, PATIENCE, PLAN, fill, jars, open_engine, react, take, until
from tests.servers import Postgres, Redis, postgres_programs, start_postgres

pytestmark = pytest.mark.xdist_group("torture")


@asynccontextmanager
async def several(*engines: Engine) -> AsyncIterator[None]:
    """Processes at work, none of which may die."""
    deaths: list[BaseException] = []
    async with AsyncExitStack() as stack:
        for engine in engines:
            stack.push_async_callback(engine.close)
            await stack.enter_async_context(engine.running(died=deaths.append))
        yield
    assert not deaths


async def program(name: str, *arguments: str, hears: bytes = b"") -> bytes:
    """What a program of PostgreSQL says."""
    pipe = subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        postgres_programs() / name, *arguments, stdin=pipe, stdout=pipe, stderr=pipe
    )
    said, wrong = await running.communicate(hears)
    assert running.returncode == 0, wrong
    return said


async def test_what_was_stored_by_a_process_that_died_before_it_told_anybody(postgres_url: str) -> None:
    """Number 4: nobody rings, and nobody looks because of its own commands."""
    dead, alive = await open_engine(postgres_url), await open_engine(postgres_url)
    async with several(alive):
        jar = await fill(dead, 3)  # it does not run, so it rings for nobody
        await take(dead, jar)
        await dead.close()
        assert (await until(alive, jar, lambda row: row.thanked == 1)).marbles == 2


# redis-py leaves the streams of a killed server to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_next_event_arrives_though_redis_is_gone(postgres_url: str, redis_server: Redis) -> None:
    """Number 5: before, while and after Redis is there."""
    one = await open_engine(postgres_url, doorbell=Doorbell(redis_server.url))
    two = await open_engine(postgres_url, doorbell=Doorbell(redis_server.url))
    async with several(one, two):
        jar = await fill(one, 9)
        await until(two, jar, lambda row: row.marbles == 9)
        redis_server.kill()
        try:
            await take(one, jar)
            await until(two, jar, lambda row: row.thanked == 1)
        finally:
            redis_server.start()
        await take(one, jar)
        await until(two, jar, lambda row: row.thanked == 2)


async def test_a_dump_restored_into_another_cluster_is_read_from_the_beginning(
    postgres_url: str, prepared_postgres: Postgres
) -> None:
    """Number 7: every event is there, in the same order, and followers and commands go on."""
    old = await open_engine(postgres_url)
    async with several(old):
        filled = [await fill(old, 9) for _ in range(3)]
        for jar in filled:
            await take(old, jar)
            await until(old, jar, lambda row: row.thanked == 1)
        before = await old.log.after(0)
    database = sa.make_url(postgres_url).database or ""
    dumped = await program("pg_dump", "-Fc", prepared_postgres.dsn(database))
    cluster = start_postgres()
    try:
        await execute(cluster, "CREATE DATABASE restored")
        await program("pg_restore", "-d", cluster.dsn("restored"), hears=dumped)
        new = await open_engine(cluster.url("restored"))
        async with new.database.transaction() as db:
            await db.execute(sa.delete(bookmarks).where(bookmarks.c.name == "jars"))  # the view is read from 0
        async with several(new):
            assert await new.log.after(0) == before
            await take(new, filled[0])
            assert (await until(new, filled[0], lambda row: row.thanked == 2)).marbles == 7
            assert await new.caught_up(JARS, len(before) + 2, PATIENCE)
            async with new.database.reading() as db:
                assert {row.jar_id: row.thanked for row in await find_rows(db, JARS)} == {
                    jar: 1 + (jar == filled[0]) for jar in filled
                }
            assert [event.position for event in await new.log.after(0)] == list(range(1, len(before) + 3))
    finally:
        cluster.discard()


async def test_two_who_send_the_same_timers_have_one_effect(postgres_url: str) -> None:
    """Number 14: both look at the same instant, and one of them dies before it puts away what it sent."""
    clock = HandClock(NOON)
    one, two = await open_engine(postgres_url, clock), await open_engine(postgres_url, clock)
    async with several(one):
        jar = await fill(one, 40)
        for _ in range(20):
            answer = await take(one, jar, thank_at=NOON + LATER)
        assert isinstance(answer, Accepted)
        await one.until_reached("thanks", answer.position)
    one, dying = await open_engine(postgres_url, clock), await open_engine(postgres_url, clock)
    clock.advance(LATER)
    async with dying.database.reading() as db:
        due = (await db.execute(sa.select(timers))).mappings().all()
    assert len(due) == 20
    assert isinstance((await asyncio.gather(*map(dying._timers._send_one, due)))[0], Accepted)
    await asyncio.gather(one.until_no_timer_is_due(), two.until_no_timer_is_due())
    async with one.database.reading() as db:
        assert (await db.execute(sa.select(timers))).all() == []
    events = await one.log.stream(f"jar-{jar}")
    assert [event.type for event in events].count("ThanksGiven") == 20
    for engine in (one, two, dying):
        await engine.close()


JarPolished = make_dataclass("JarPolished", [("jar_id", UUID)], frozen=True)
PolishJar = make_dataclass("PolishJar", [("jar_id", UUID)], frozen=True)
NEWER = Plan(
    deciders=[
        replace(
            JAR,
            commands=(*JAR.commands, PolishJar),
            events=(*JAR.events, JarPolished),
            decide=lambda c, s: [JarPolished(c.jar_id)] if isinstance(c, PolishJar) else JAR.decide(c, s),
            evolve=lambda s, e: s if isinstance(e, JarPolished) else JAR.evolve(s, e),
        )
    ],
    views=[JARS],
    processes=[Process("thanks", react)],
)


async def test_two_versions_of_the_program_on_one_log(postgres_url: str) -> None:
    """Number 17: each at work on what the other writes; the older one passes over what it does not know."""
    old = await open_engine(postgres_url, plan=PLAN, lease_seconds=1.0)
    new = await open_engine(postgres_url, plan=NEWER, lease_seconds=1.0)
    async with several(new):
        async with several(old):
            mine, polished = await fill(old, 9), await fill(old, 9)
            await take(new, mine)  # the newer one goes on with what the older one wrote, and the other way round
            await take(old, mine)
            assert isinstance(await new.send(PolishJar(polished), id=uuid4(), sender="test"), Accepted)
            await take(new, polished)
            for engine in (old, new):
                await until(engine, mine, lambda row: row.thanked == 2)
            with pytest.raises(UnknownMessage):  # never decided on half of what happened
                await old.state(JAR, polished, fresh=True)
            await take(old, mine)
            for engine in (old, new):
                await until(engine, mine, lambda row: row.thanked == 3)
        async with asyncio.timeout(PATIENCE):
            while await aside(new) or not await thanked(new, polished):
                await asyncio.sleep(0.05)
        events = await new.log.after(0)
        assert sorted(event.position for event in events) == list(range(1, len(events) + 1))
        assert [event.type for event in of(events, mine)].count("ThanksGiven") == 3
        assert [event.type for event in of(events, polished)].count("ThanksGiven") == 1


def of(events: Sequence[Recorded], jar: UUID) -> list[Recorded]:
    return [event for event in events if event.stream == f"jar-{jar}"]


async def aside(engine: Engine) -> bool:
    async with engine.database.reading() as db:
        return bool((await db.execute(sa.select(parked))).all())


async def thanked(engine: Engine, jar: UUID) -> bool:
    async with engine.database.reading() as db:
        return bool(await db.scalar(sa.select(jars.c.thanked).where(jars.c.jar_id == jar)))
