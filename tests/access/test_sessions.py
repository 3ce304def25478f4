"""A browser keeps its rights for thirty days, and the database never knows its token."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from plenary.access import scopes
from plenary.access import sessions as sessions_module
from plenary.access.sessions import Sessions
from plenary.access.tables import session_scopes, sessions
from plenary.engine.clock import HandClock
from plenary.engine.database import Database

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
async def house(database_url: str, clock: HandClock) -> Sessions:
    return Sessions(Database(database_url), clock.now)


async def test_rights_gather_in_one_session(house: Sessions) -> None:
    token = await house.grant(None, ["order:1"])
    assert await house.grant(token, ["order:1", "conference:2"]) == token
    assert await house.scopes(token) == {"order:1", "conference:2"}
    assert await house.scopes("somebody else's") == frozenset()
    await house.database.close()


async def test_a_session_ends_after_thirty_days_without_a_new_right(house: Sessions, clock: HandClock) -> None:
    token = await house.grant(None, ["order:1"])
    clock.advance(timedelta(days=29))
    await house.grant(token, ["order:2"])
    clock.advance(timedelta(days=29))
    assert await house.scopes(token) == {"order:1", "order:2"}
    clock.advance(timedelta(days=1))
    assert await house.scopes(token) == frozenset()
    new = await house.grant(token, ["order:3"])
    assert new != token
    assert await house.scopes(new) == {"order:3"}
    async with house.database.reading() as db:
        assert len((await db.execute(sa.select(sessions))).all()) == 1
        assert len((await db.execute(sa.select(session_scopes))).all()) == 1
    await house.database.close()


async def test_an_ended_session_is_worth_nothing(house: Sessions) -> None:
    token = await house.grant(None, ["order:1"])
    told: list[str] = []

    async def left() -> None:
        told.append("left")

    with house.watching(token, left), house.watching(None, left):
        await house.end(token)
        await house.end("somebody else's")
    await house.end(token)
    assert told == ["left"]
    assert await house.scopes(token) == frozenset()
    assert await house.grant(token, []) != token
    await house.database.close()


async def test_the_database_does_not_know_the_token(house: Sessions) -> None:
    token = await house.grant(None, ["order:1"])
    async with house.database.reading() as db:
        rows = [row for table in (sessions, session_scopes) for row in await db.execute(sa.select(table))]
    assert rows
    assert token not in repr(rows)
    await house.database.close()


def test_scopes_say_what_they_are() -> None:
    one, two = sorted((uuid4(), uuid4()))
    held = frozenset({scopes.order(two), scopes.order(one), scopes.conference(one)})
    assert scopes.ids("order", held) == [one, two]
    assert scopes.ids("conference", held) == [one]


async def test_one_look_that_fails_is_not_the_last(
    house: Sessions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sessions_module, "LOOK_EVERY", 0)
    database, left = house.database, asyncio.Event()
    token = await house.grant(None, ["order:1"])

    async def leave() -> None:
        left.set()

    reading, fails = database.reading, iter([True])

    def sometimes() -> Any:
        if next(fails, False):
            raise OSError("ann@example.org")
        return reading()

    monkeypatch.setattr(database, "reading", sometimes)
    with house.watching(token, leave):
        await Sessions(database, lambda: NOON).end(token)
        looking = asyncio.create_task(house.look_for_ended())
        async with asyncio.timeout(10):
            await left.wait()
        looking.cancel()
    assert "could not be seen" in caplog.text
    await database.close()


async def test_nobody_is_waited_for_who_does_not_let_himself_be_closed(
    house: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "PATIENCE", 0.01)
    token = await house.grant(None, ["order:1"])
    told: list[str] = []

    async def stuck() -> None:
        told.append("stuck")
        await asyncio.Event().wait()

    async def fails() -> None:
        told.append("fails")
        raise ConnectionError

    async def leaves() -> None:
        told.append("leaves")

    with house.watching(token, stuck), house.watching(token, fails), house.watching(token, leaves):
        await house.end(token)
    assert sorted(told) == ["fails", "leaves", "stuck"]
    await house.database.close()


async def test_a_cookie_of_no_living_session_is_shown_out_once_and_then_let_be(house: Sessions) -> None:
    shown_out: list[int] = []

    async def leave() -> None:
        shown_out.append(1)

    for _ in range(3):  # a page that comes back at once
        with house.watching("a token of an earlier database", leave):
            await house.tell_ended()
    assert shown_out == [1]
    await house.database.close()
