"""A view that is rebuilt is the same as before, or mended; whoever looks at it meanwhile sees it whole."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from plenary.engine.engine import Engine
from plenary.engine.messages import Event
from plenary.engine.tables import bookmarks, parked
from plenary.engine.views import read_row
from plenary.operations import rebuild as rebuilding
from plenary.operations.rebuild import CannotRebuild, rebuild
from tests.engine.jars import (
    JARS,
    PATIENCE,
    PLAN,
    JarRow,
    MarbleTaken,
    fill,
    jars,
    open_engine,
    project,
    settled,
    take,
    until,
)
from tests.engine.test_unknown import append_unknown

GENERATION = sa.select(bookmarks.c.generation).where(bookmarks.c.name == "jars")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", 7)
    monkeypatch.setattr(rebuilding, "CLOSE", 3)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[Engine]:
    engine = await open_engine(database_url)
    deaths: list[BaseException] = []
    async with engine.running(died=deaths.append):
        yield engine
    await engine.close()
    assert not deaths


async def table(engine: Engine) -> list[tuple[object, ...]]:
    async with engine.database.reading() as db:
        return [tuple(row) for row in await db.execute(sa.select(jars).order_by(jars.c.jar_id))]


async def test_it_is_the_same_again_in_whatever_portions_it_is_folded(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        jar = await fill(engine, 9)
        await asyncio.gather(*(take(engine, jar) for _ in range(4)))
    await settled(engine)
    before = await table(engine)
    for page in (1, 7, 1000):
        monkeypatch.setattr(rebuilding, "PAGE", page)
        seen: list[tuple[int, int]] = []
        position = await rebuild(engine, "jars", lambda *at, seen=seen: seen.append(at))
        assert position == await engine.log.head()
        assert seen[-1] == (position, position)
        assert await table(engine) == before


async def test_sales_go_on_while_it_is_rebuilt(engine: Engine) -> None:
    jar = await fill(engine, 200)
    selling = asyncio.create_task(sell(engine, jar))
    for _ in range(3):
        await rebuild(engine, "jars", lambda *_: None)
    await selling
    await settled(engine)
    row = (await read_row(engine.database, JARS, jar))[0]
    assert row is not None
    assert (row.marbles, row.thanked) == (100, 100)


async def sell(engine: Engine, jar: object) -> None:
    for _ in range(100):
        await take(engine, jar)  # type: ignore[arg-type]  # the jar's id


async def test_what_was_wrong_is_mended_on_every_screen(database_url: str) -> None:
    def wrong(row: JarRow | None, event: Event) -> JarRow | None:
        after = project(row, event)
        return replace(after, marbles=after.marbles + 1) if after and isinstance(event.data, MarbleTaken) else after

    engine = await open_engine(database_url, plan=replace(PLAN, views=[replace(JARS, project=wrong)]))
    async with engine.running():
        jar = await fill(engine, 9)
        await take(engine, jar)
        await settled(engine)
        (view,) = engine.plan.views
        row = (await read_row(engine.database, view, jar))[0]
        assert row is not None
        assert row.marbles == 9
        watched = engine.watch(view, jar)
        first = await anext(watched)
        assert first is not None
        assert first.marbles == 9
        engine.plan = PLAN  # as a newer program has it
        await rebuild(engine, "jars", lambda *_: None)
        async with asyncio.timeout(PATIENCE):
            while (row := await anext(watched)) is None or row.marbles != 8:
                pass
        await watched.aclose()
    await engine.close()


async def test_only_views_are_rebuilt(engine: Engine) -> None:
    with pytest.raises(CannotRebuild, match="thanks is no view"):
        await rebuild(engine, "thanks", lambda *_: None)


async def test_one_that_cannot_be_folded_leaves_the_one_in_use_alone(engine: Engine) -> None:
    jar = await fill(engine, 9)
    await take(engine, jar)
    await settled(engine)
    before = await table(engine)

    def broken(row: JarRow | None, event: Event) -> JarRow | None:
        raise ZeroDivisionError("Ann")

    good, engine.plan = engine.plan, replace(engine.plan, views=[replace(JARS, project=broken)])
    with pytest.raises(CannotRebuild, match=r"beyond event 1: builtins\.ZeroDivisionError") as why:
        await rebuild(engine, "jars", lambda *_: None)
    assert "Ann" not in str(why.value)
    engine.plan = good
    assert await table(engine) == before
    await rebuild(engine, "jars", lambda *_: None)  # what the failed one left is no hindrance
    assert await table(engine) == before


async def test_nobody_acts_again_and_what_was_put_aside_of_it_is_done(engine: Engine) -> None:
    jar = await fill(engine, 9)
    await take(engine, jar)
    await settled(engine)
    head = await engine.log.head()
    aside = {"name": "jars", "position": 1, "stream": "x", "error": "?", "tries": 1, "again": False}
    async with engine.database.transaction() as db:
        await db.execute(sa.insert(parked).values(**aside, parked_at=engine.now()))
        generation = await db.scalar(GENERATION) or 0
    await rebuild(engine, "jars", lambda *_: None)
    await until(engine, jar, lambda row: row.thanked == 1)
    async with engine.database.reading() as db:
        assert (await db.execute(sa.select(parked))).all() == []
        assert await db.scalar(GENERATION) == generation + 1
    assert await engine.log.head() == head


async def test_of_two_who_rebuild_one_view_the_later_one_does(engine: Engine) -> None:
    for _ in range(4):
        jar = await fill(engine, 9)
        await asyncio.gather(*(take(engine, jar) for _ in range(4)))
    await settled(engine)
    before = await table(engine)
    first = rebuilding._Building(engine, JARS)
    await first.begin()
    await first.fold(7)
    await rebuild(engine, "jars", lambda *_: None)
    for step in (lambda: first.fold(7), first.take_its_place):
        with pytest.raises(CannotRebuild, match="somebody else"):
            await step()
    assert await table(engine) == before
    await rebuild(engine, "jars", lambda *_: None)
    assert await table(engine) == before


async def test_an_older_program_rebuilds_nothing_that_a_newer_one_has_added_to(engine: Engine) -> None:
    jar = await fill(engine, 9)
    await settled(engine)
    await append_unknown(engine, jar, 1)
    with pytest.raises(CannotRebuild, match="MarblePolished"):
        await rebuild(engine, "jars", lambda *_: None)
