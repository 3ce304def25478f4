"""A house that cannot do its work says so, and what is wrong, in a sentence."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from plenary.engine.engine import Engine
from plenary.engine.tables import bookmarks
from plenary.log.contract import Append, CommandId, NewEvent, Write
from plenary.operations import health
from plenary.operations.health import Health, wrong
from tests.house import House

PATIENCE = 20.0


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def asked(house: House, watch: Watch) -> Health:
    """The questions, once the house has begun to work."""
    asked = Health(house.engine, watch)
    async with asyncio.timeout(PATIENCE):
        while await wrong(asked.readiness):
            await asyncio.sleep(0.01)
    return asked


async def test_a_house_that_works_is_live_and_ready(house: House, asked: Health) -> None:
    assert asked.engine is house.engine
    http = house.browser().http
    for path, what in (("/health/live", "live"), ("/health/ready", "ready")):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()) == (200, {what: True})
        assert answer.headers["cache-control"] == "no-store"


async def test_a_part_that_died_makes_it_neither(house: House, asked: Health) -> None:
    assert asked.engine is house.engine
    house.engine.death = RuntimeError("ann@example.org")
    http = house.browser().http
    for path, what in (("/health/live", "live"), ("/health/ready", "ready")):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()) == (503, {what: False, "because": ["A part of the engine died."]})


async def test_the_engine_remembers_that_a_part_died(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = Engine(house.engine.plan, house.engine.database, house.engine.log, b"k" * 32, house.clock)
    deaths: list[BaseException] = []

    async def fails() -> None:
        raise RuntimeError("the tail broke")

    monkeypatch.setattr(dead.tail, "run", fails)
    async with dead.running(work=False, died=deaths.append):
        while not deaths:
            await asyncio.sleep(0)
        assert await wrong(Health(dead).liveness) == ["A part of the engine died."]


async def test_a_silent_database_is_live_but_not_ready(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.engine.database, "reading", _unreachable)
    http = house.browser().http
    assert (await http.get("/health/live")).status_code == 200
    answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["because"]) == (503, ["The database does not answer."])


def _unreachable() -> Any:
    raise OSError


async def test_a_database_of_an_older_shape_is_not_ready(asked: Health, house: House) -> None:
    async with house.engine.database.transaction() as db:
        await db.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    assert await wrong(asked.readiness) == []  # it was the newest when this process began, and is not asked again
    (sentence,) = await wrong(Health(house.engine).readiness)
    assert "plenary migrate" in sentence


async def test_a_full_queue_is_not_ready(asked: Health, house: House) -> None:
    house.engine.commit._queue_limit = 0
    assert await wrong(asked.readiness) == ["Too much is waiting to be stored."]


async def grow(house: House) -> None:
    """Let another process write one event, of which this one is not told."""
    head = await house.engine.log.head()
    known = next(row for row in await house.engine.log.after(0, head) if row.type == "QuotaSet")
    event = NewEvent(known.type, known.data, known.metadata, known.schema_version)
    command = CommandId(uuid4(), "x", "y")
    (verdict,) = await house.engine.log.append([Append((command,), (Write(f"unread-{head}", 0, (event,)),), ())])
    assert verdict.accepted


async def test_a_tail_that_stands_still_is_not_ready(asked: Health, house: House, watch: Watch) -> None:
    await house.on_sale({"GA": (0, 5)})
    await house.engine.until_reached("orders", await house.engine.log.head())
    async with house.engine.tail.step:
        assert await wrong(asked.readiness) == []
        await grow(house)
        assert await wrong(asked.readiness) == []
        watch.seconds += health.MOST_SECONDS + 1
        (sentence,) = await wrong(asked.readiness)
        assert sentence.startswith("This process has not read in 6 s")
    async with asyncio.timeout(PATIENCE):
        while await wrong(asked.readiness):
            await asyncio.sleep(0)


async def test_a_tail_that_is_far_behind_is_not_ready(
    asked: Health, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "MOST_EVENTS", 2)
    await house.on_sale({"GA": (0, 5)})
    await house.engine.until_reached("orders", await house.engine.log.head())
    async with house.engine.tail.step:
        for _ in range(3):
            await grow(house)
        (sentence,) = await wrong(asked.readiness)
        unread = await house.engine.log.head() - house.engine.tail.head
        assert unread >= 3
        assert sentence == f"This process has {unread} events of the log still to read."


async def test_work_that_nobody_does_is_not_ready(asked: Health, house: House) -> None:
    assert await wrong(asked.readiness) == []
    async with house.engine.database.transaction() as db:
        gone = {"owner": None, "lease_until": None}
        await db.execute(sa.update(bookmarks).where(bookmarks.c.name == "mail").values(gone))
    assert await wrong(asked.readiness) == ["Nobody does this work: mail. Start `plenary work`."]
