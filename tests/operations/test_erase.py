"""A person who is erased can be read nowhere any more: not in the log, not in views, not in memory, not in mails."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from plenary.engine.engine import Engine
from plenary.engine.person import PERSON
from plenary.engine.sealed import ERASED
from plenary.engine.tables import events, keys
from plenary.engine.views import read_row
from plenary.operations import erase as erasing
from plenary.operations.erase import erase
from tests.engine.jars import JARS, PATIENCE, PLAN, JarRow, fill, open_engine, take, until

PEOPLE = replace(PLAN, deciders=[*PLAN.deciders, PERSON])


async def shown(engine: Engine, jar: UUID) -> str:
    """Whose name stands in the view."""
    row = (await read_row(engine.database, JARS, jar))[0]
    assert row is not None
    return row.last_taker


async def read(engine: Engine, jar: UUID) -> set[str]:
    """All names that the log still tells."""
    found = await engine.messages.decode(await engine.log.stream(f"jar-{jar}"))
    return {event.data.name for event in found if hasattr(event.data, "name")}


async def forgotten(*_: object) -> None:
    """Nothing else is kept of anybody here."""


async def test_a_person_is_gone_from_everywhere_and_nobody_else_is(database_url: str) -> None:
    engine = await open_engine(database_url, plan=PEOPLE)
    async with engine.running():
        hers, his = await fill(engine, 9), await fill(engine, 9)
        await take(engine, hers, "Ann")
        await take(engine, his, "Bob")
        await until(engine, hers, lambda row: row.thanked == 1)
        stored = await until(engine, his, lambda row: row.thanked == 1)
        assert await engine.caught_up(JARS, stored.position, PATIENCE)
        watched = engine.watch(JARS, hers)
        assert (await anext(watched) or JarRow(hers, 0, 0, 0, "")).last_taker == "Ann"
        asked: list[UUID] = []

        async def forget(_: object, person: UUID) -> None:
            asked.append(person)

        person = await engine.subject("Ann@example.org")
        assert await erase(engine, "ANN@example.org", [forget], lambda _: None) == 1
        assert asked == [person]
        assert (await shown(engine, hers), await shown(engine, his)) == (ERASED, "Bob")
        assert (await read(engine, hers), await read(engine, his)) == ({ERASED}, {"Bob"})
        async with asyncio.timeout(PATIENCE):
            while (row := await anext(watched)) is None or row.last_taker != ERASED:
                pass
        await watched.aclose()
        async with engine.database.reading() as db:
            assert (await db.execute(sa.select(keys.c.subject).where(keys.c.subject == person))).all() == []
            text = " ".join((await db.execute(sa.select(events.c.data))).scalars())
        assert "ann@" not in text.lower()
        # Who comes again with the same address is somebody new.
        await take(engine, hers, "Ann")
        row = await until(engine, hers, lambda row: row.thanked == 2)
        assert row.last_taker == "Ann"
        assert await engine.subject("ann@example.org") != person
    await engine.close()


async def test_other_processes_forget_what_they_had_in_memory(postgres_url: str) -> None:
    one, two = await open_engine(postgres_url, plan=PEOPLE), await open_engine(postgres_url, plan=PEOPLE)
    async with one.running(), two.running(work=False):
        jar = await fill(one, 9)
        await take(one, jar, "Ann")
        await until(two, jar, lambda row: row.thanked == 1)
        assert await read(two, jar) == {"Ann"}  # so that it has her key now
        await erase(one, "ann@example.org", [], lambda _: None)
        async with asyncio.timeout(PATIENCE):
            while await read(two, jar) != {ERASED}:
                await asyncio.sleep(0.02)
            row = None
            while row is None or row.last_taker != ERASED:
                row = await two.until(JARS, jar, lambda _: True, 0)
                await asyncio.sleep(0.02)
    await one.close()
    await two.close()


@pytest.mark.parametrize("step", ["_heard_by_all", "rebuild"])
async def test_an_erasing_that_was_interrupted_is_finished_by_another(
    sqlite_url: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise asyncio.CancelledError

    engine = await open_engine(sqlite_url, plan=PEOPLE)
    async with engine.running():
        jar = await fill(engine, 9)
        await take(engine, jar, "Ann")
        await until(engine, jar, lambda row: row.thanked == 1)
        with monkeypatch.context() as patched:
            patched.setattr(erasing, step, killed)
            with pytest.raises(asyncio.CancelledError):
                await erase(engine, "ann@example.org", [], lambda _: None)
        assert await erase(engine, "ann@example.org", [], lambda _: None) == 1
        assert await shown(engine, jar) == ERASED
        assert await erase(engine, "ann@example.org", [], lambda _: None) == 0
    await engine.close()


async def test_somebody_who_came_back_before_an_erasing_was_finished_is_erased_with_the_rest(database_url: str) -> None:
    engine = await open_engine(database_url, plan=PEOPLE)
    async with engine.running():
        jar = await fill(engine, 9)
        await take(engine, jar, "Ann")
        first = await engine.subject("ann@example.org")
        await engine.keys.destroy(first, "ann@example.org")  # and there it was interrupted
        await take(engine, jar, "Ann")
        assert await engine.subject("ann@example.org") != first
        assert await erase(engine, "ann@example.org", [], lambda _: None) == 2
        assert await read(engine, jar) == {ERASED}
        assert await erase(engine, "ann@example.org", [], lambda _: None) == 0
    await engine.close()
