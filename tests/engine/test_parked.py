"""What a follower cannot handle is put aside with its stream, in order, and everything else goes on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from plenary.engine import followers
from plenary.engine.engine import Engine, Plan
from plenary.engine.messages import Event
from plenary.engine.process import Process, Send
from plenary.engine.tables import bookmarks, parked
from plenary.engine.views import View, find_rows
from plenary.operations.doctor import resume
from tests.engine.jars import (
    JAR,
    JARS,
    PATIENCE,
    GiveThanks,
    JarRow,
    MarbleTaken,
    fill,
    open_engine,
    project,
    react,
    settled,
    take,
)


class Fragile:
    """A view, and a process, that cannot bear marbles of some jars."""

    def __init__(self) -> None:
        self.poison: set[UUID] = set()
        self.thanked: dict[tuple[UUID, int], None] = {}
        """In the order in which it was first thought of; a process may think twice."""

    def project(self, row: JarRow | None, event: Event) -> JarRow | None:
        self._taste(event.data)
        return project(row, event)

    def react(self, event: object, now: datetime) -> Sequence[Send]:
        self._taste(event)
        sends = react(event, now)
        for send in sends:
            assert isinstance(send.command, GiveThanks)
            self.thanked[send.command.jar_id, send.command.taken] = None
        return sends

    def _taste(self, event: object) -> None:
        if isinstance(event, MarbleTaken) and event.jar_id in self.poison:
            raise ZeroDivisionError(event.name)

    @property
    def plan(self) -> Plan:
        view: View[JarRow] = replace(JARS, project=self.project)
        return Plan(deciders=[JAR], views=[view], processes=[Process("thanks", self.react)])


@asynccontextmanager
async def running(url: str, plan: Plan) -> AsyncIterator[Engine]:
    engine = await open_engine(url, plan=plan)
    deaths: list[BaseException] = []
    async with engine.running(died=deaths.append):
        yield engine
    await engine.close()
    assert not deaths


async def rows(engine: Engine, table: sa.Table) -> list[Any]:
    async with engine.database.reading() as db:
        return list((await db.execute(sa.select(table).order_by(*table.primary_key))).all())


async def marbles(engine: Engine, jar: UUID) -> tuple[int, int]:
    async with engine.database.reading() as db:
        (row,) = await find_rows(db, JARS, JARS.table.c.jar_id == jar)
    return row.marbles, row.thanked


async def none_aside(engine: Engine) -> None:
    async with asyncio.timeout(PATIENCE):
        while await rows(engine, parked):
            await asyncio.sleep(0.02)


async def test_only_the_stream_that_fails_stands_still_and_later_goes_on_in_order(database_url: str) -> None:
    fragile = Fragile()
    async with running(database_url, fragile.plan) as engine:
        bad, good = await fill(engine, 9), await fill(engine, 9)
        fragile.poison.add(bad)
        for _ in range(3):
            await take(engine, bad, "Bad")
            await take(engine, good)
        await settled(engine)
        assert (await marbles(engine, good), await marbles(engine, bad)) == ((6, 3), (9, 0))
        aside = await rows(engine, parked)
        for name in ("jars", "thanks"):
            mine = [row for row in aside if row.name == name]
            assert [row.stream for row in mine] == [f"jar-{bad}"] * len(mine)
            assert "ZeroDivisionError at " in mine[0].error
            assert "Bad" not in mine[0].error  # somebody's name
            assert {row.error for row in mine[1:]} == {"waits behind an earlier event"}
        assert (bad, 1) not in fragile.thanked
        # Asked for while it still fails, it stays where it is; mended, all of it is handled in its order.
        assert await resume(engine, "jars", None) == 3
        async with asyncio.timeout(PATIENCE):
            while not any(row.tries > 1 for row in await rows(engine, parked)):
                await asyncio.sleep(0.02)
        fragile.poison.clear()
        await take(engine, bad, "Bad")
        for name in ("jars", "thanks"):
            await resume(engine, name, f"jar-{bad}")
        await none_aside(engine)
        await settled(engine)
        assert await marbles(engine, bad) == (5, 4)
        assert [taken for jar, taken in fragile.thanked if jar == bad] == [1, 2, 3, 4]


async def test_what_is_put_aside_survives_a_restart_in_the_middle_of_resuming(database_url: str) -> None:
    fragile = Fragile()
    async with running(database_url, fragile.plan) as engine:
        bad = await fill(engine, 9)
        fragile.poison.add(bad)
        for _ in range(4):
            await take(engine, bad)
        await settled(engine)
        await resume(engine, "jars", None)  # and it ends before, or while, that is done
    fragile.poison.clear()
    async with running(database_url, fragile.plan) as engine:
        await resume(engine, "thanks", None)
        await none_aside(engine)
        await settled(engine)
        assert await marbles(engine, bad) == (5, 4)


async def test_too_much_put_aside_is_not_the_fault_of_events(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "MOST_STREAMS_ASIDE", 3)
    monkeypatch.setattr(followers, "LOOK_AT_ASIDE", 0.05)
    fragile = Fragile()
    async with running(sqlite_url, fragile.plan) as engine:
        jars = [await fill(engine, 5) for _ in range(8)]
        await settled(engine)
        fragile.poison.update(jars)
        for jar in jars:
            await take(engine, jar)
        async with asyncio.timeout(PATIENCE):
            while len({row.stream for row in await rows(engine, parked) if row.name == "jars"}) < 4:
                await asyncio.sleep(0.02)
        (bookmark,) = [row.position for row in await rows(engine, bookmarks) if row.name == "jars"]
        assert bookmark < await engine.log.head()  # it rests
        fragile.poison.clear()
        for name in ("jars", "thanks"):
            await resume(engine, name, None)
        await none_aside(engine)
        await settled(engine)
        assert [await marbles(engine, jar) for jar in jars] == [(4, 1)] * 8


async def test_what_is_resumed_is_seen_by_those_who_look(database_url: str) -> None:
    fragile = Fragile()
    async with running(database_url, fragile.plan) as engine:
        jar = await fill(engine, 9)
        fragile.poison.add(jar)
        await take(engine, jar)
        await settled(engine)
        watched = engine.watch(engine.plan.views[0], jar)
        first = await anext(watched)
        assert first is not None
        assert first.marbles == 9
        fragile.poison.clear()
        await resume(engine, "jars", None)
        async with asyncio.timeout(PATIENCE):
            while (row := await anext(watched)) is None or row.marbles != 8:
                pass
        await watched.aclose()
