"""Events of newer programs, unreadable ones, wrong bookmarks and timers that cannot be sent: the sale goes on."""

import asyncio
from collections.abc import Sequence
from dataclasses import make_dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from msgspec.json import encode

from plenary.engine import followers
from plenary.engine.clock import HandClock
from plenary.engine.database import Database
from plenary.engine.engine import Engine, Plan
from plenary.engine.messages import Metadata
from plenary.engine.process import Process, Send
from plenary.engine.tables import bookmarks, parked, timers
from plenary.log.contract import Append, CommandId, NewEvent, Write
from plenary.operations.doctor import begin
from tests.engine.jars import JAR, JARS, LATER, NOON, PATIENCE, fill, open_engine, react, settled, take
from tests.engine.test_parked import Fragile, marbles, none_aside, rows, running


async def append_unknown(engine: Engine, jar: UUID, version: int) -> None:
    """What a newer program may have written."""
    about = encode(Metadata(uuid4(), uuid4(), "request", "test")).decode()
    new = NewEvent("MarblePolished", f'{{"jar_id":"{jar}"}}', about)
    (verdict,) = await engine.log.append(
        [Append((CommandId(uuid4(), "test", "x"),), (Write(f"jar-{jar}", version, (new,)),))]
    )
    assert verdict.accepted


async def test_an_event_of_a_newer_program_waits_for_one_that_knows_it(database_url: str) -> None:
    async with running(database_url, Fragile().plan) as old:
        jar, other = await fill(old, 9), await fill(old, 9)
        await settled(old)
        await append_unknown(old, jar, 1)
        await take(old, other)
        await settled(old)
        assert await marbles(old, other) == (8, 1)
        aside = await rows(old, parked)
        assert {row.error for row in aside} == {"unknown to this version of the program: MarblePolished"}
        assert {row.name for row in aside} == {"jars", "thanks"}

    polished: set[object] = set()

    known = make_dataclass("MarblePolished", [("jar_id", UUID)], frozen=True)
    newer = replace(
        JAR, events=(*JAR.events, known), evolve=lambda s, e: s if isinstance(e, known) else JAR.evolve(s, e)
    )

    def noticed(event: object, now: datetime) -> Sequence[Send]:
        if isinstance(event, known):
            polished.add(event)
        return react(event, now)

    plan = Plan(deciders=[newer], views=[JARS], processes=[Process("thanks", noticed)])
    async with running(database_url, plan) as new:
        await none_aside(new)
        assert polished == {known(jar)}
        await take(new, jar)
        await settled(new)
        assert await marbles(new, jar) == (8, 1)


async def test_a_bookmark_beyond_the_log_stops_with_a_sentence(database_url: str) -> None:
    engine = await open_engine(database_url)
    async with engine.running():
        await fill(engine, 1)
        await settled(engine)
    async with engine.database.transaction() as db:
        await db.execute(sa.update(bookmarks).where(bookmarks.c.name == "jars").values(position=99))
    await engine.close()
    engine, died = await open_engine(database_url), asyncio.get_running_loop().create_future()
    async with engine.running(died=died.set_result):
        async with asyncio.timeout(PATIENCE):
            death = await died
        assert isinstance(death, followers.BookmarkAhead)
        assert "jars has read up to event 99" in str(death)
    await engine.close()


async def test_who_acts_on_the_world_never_begins_again_by_itself(database_url: str) -> None:
    fragile = Fragile()
    async with running(database_url, fragile.plan) as engine:
        jar = await fill(engine, 9)
        await take(engine, jar)
        await settled(engine)
    database = Database(database_url)
    async with database.transaction() as db:
        await db.execute(sa.delete(bookmarks))
    await database.close()
    engine = await open_engine(database_url, plan=fragile.plan)
    with pytest.raises(RuntimeError, match="thanks has no bookmark"):
        async with engine.running():
            pass
    with pytest.raises(ValueError, match="no event 99"):
        await begin(engine, "thanks", 99)
    await begin(engine, "thanks", await engine.log.head())
    with pytest.raises(ValueError, match="has a bookmark"):
        await begin(engine, "thanks", 0)
    async with engine.running():
        await settled(engine)
        assert await marbles(engine, jar) == (8, 1)  # the view was made anew, not added to
    await engine.close()
    assert list(fragile.thanked) == [(jar, 1)]


async def test_a_timer_that_cannot_be_sent_holds_up_nobody(database_url: str) -> None:
    clock = HandClock(NOON)
    engine = await open_engine(database_url, clock)
    async with engine.running():
        jar = await fill(engine, 9)
        await take(engine, jar, thank_at=NOON + LATER)
        await settled(engine)
        bad = [
            {"timer_id": f"bad/{n}", "due_at": NOON, "command": '["Gone",{}]', "metadata": str(uuid4()), "set_at": n}
            for n in range(1000)
        ]
        async with engine.database.transaction() as db:
            await db.execute(sa.insert(timers), bad)
        clock.advance(LATER)
        async with asyncio.timeout(PATIENCE):
            while (await marbles(engine, jar))[1] < 1 or len(left := await rows(engine, timers)) > 1000:
                await asyncio.sleep(0.02)
        assert len(left) == 1000
        assert all(row.tries > 0 and row.due_at > NOON for row in left)
        async with engine.database.transaction() as db:  # and after days of that
            await db.execute(sa.update(timers).values(tries=5_000, due_at=NOON))
        await engine.until_no_timer_is_due()
    await engine.close()


async def test_an_event_that_cannot_even_be_read_stops_only_its_stream(database_url: str) -> None:
    async with running(database_url, Fragile().plan) as engine:
        broken, other = await fill(engine, 9), await fill(engine, 9)
        await take(engine, broken)
        (_, taken, *_) = await engine.log.stream(f"jar-{broken}")
        await settled(engine)
        version = (await engine.log.stream(f"jar-{broken}"))[-1].version
        moved = NewEvent(taken.type, taken.data, taken.metadata)  # its sealed name belongs to another place
        write = Write(f"jar-{broken}", version, (moved,))
        (verdict,) = await engine.log.append([Append((CommandId(uuid4(), "test", "x"),), (write,))])
        assert verdict.accepted
        await take(engine, other)
        await settled(engine)
        assert await marbles(engine, other) == (8, 1)
        assert {row.error for row in await rows(engine, parked)} == {
            "unknown to this version of the program: MarbleTaken, which cannot be read"
        }
