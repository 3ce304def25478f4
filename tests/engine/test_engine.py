"""The engine as its users meet it: commands, answers, views, processes, timers and live rows, on both databases."""

import asyncio
import dataclasses
from contextlib import aclosing
from uuid import uuid4

import pytest
import sqlalchemy as sa

from plenary.engine import actors
from plenary.engine.answers import Accepted, GuardMoved, KeyReused
from plenary.engine.clock import HandClock
from plenary.engine.engine import Engine, Plan
from plenary.engine.messages import Event
from plenary.engine.tables import bookmarks, timers
from plenary.engine.views import View, read_row
from tests.engine.jars import (
    JAR,
    JARS,
    LATER,
    NOON,
    PATIENCE,
    FillJar,
    JarEmpty,
    JarRow,
    TakeMarble,
    fill,
    open_engine,
    take,
    until,
)


async def test_a_command_is_accepted_stored_and_shown(engine: Engine) -> None:
    jar = await fill(engine, 3)
    answer = await take(engine, jar)
    assert isinstance(answer, Accepted)
    assert await engine.caught_up(JARS, answer.position, PATIENCE)
    found = await read_row(engine.database, JARS, jar)
    row = found[0]
    assert row is not None
    assert (row.marbles, row.last_taker) == (2, "Ann")


async def test_what_the_state_does_not_allow_is_refused_and_leaves_no_trace(engine: Engine) -> None:
    jar = await fill(engine, 0)
    head = await engine.log.head()
    assert await take(engine, jar) == JarEmpty()
    assert await engine.log.head() == head


async def test_as_many_as_there_are_get_one_and_nobody_else(engine: Engine) -> None:
    jar = await fill(engine, 10)
    answers = await asyncio.gather(*(take(engine, jar) for _ in range(40)))
    assert sum(isinstance(answer, Accepted) for answer in answers) == 10
    assert answers.count(JarEmpty()) == 30


async def test_a_command_repeated_has_one_effect_and_the_same_answer(engine: Engine) -> None:
    jar, taker, id_ = await fill(engine, 10), await engine.subject("ann@example.org"), uuid4()
    repeat = [engine.send(TakeMarble(jar, taker, "Ann"), id=id_, sender="test") for _ in range(50)]
    answers = await asyncio.gather(*repeat)
    assert set(answers) == {answers[0]}
    assert (await engine.state(JAR, jar))[0].left == 9
    assert await engine.send(TakeMarble(jar, taker, "Ann"), id=id_, sender="test") == answers[0]


async def test_a_command_accepted_once_is_not_refused_when_it_comes_again(engine: Engine) -> None:
    jar, taker, id_ = await fill(engine, 1), await engine.subject("ann@example.org"), uuid4()
    first = await engine.send(TakeMarble(jar, taker, "Ann"), id=id_, sender="test")
    assert isinstance(first, Accepted)  # and now the jar is empty
    assert await engine.send(TakeMarble(jar, taker, "Ann"), id=id_, sender="test") == first


async def test_an_id_cannot_be_used_for_something_else(engine: Engine) -> None:
    jar, taker, id_ = await fill(engine, 10), await engine.subject("ann@example.org"), uuid4()
    await engine.send(TakeMarble(jar, taker, "Ann"), id=id_, sender="test")
    assert await engine.send(TakeMarble(jar, taker, "Bob"), id=id_, sender="test") == KeyReused()
    assert await engine.send(TakeMarble(jar, taker, "Ann"), id=id_, sender="other") == KeyReused()


async def test_a_command_based_on_a_stream_that_has_moved_is_to_be_made_anew(engine: Engine) -> None:
    jar, other = await fill(engine, 10), await fill(engine, 10)
    _, version = await engine.state(JAR, other)
    await take(engine, other)
    await until(engine, other, lambda row: row.thanked == 1)
    guard = (f"jar-{other}", version)
    answer = await engine.send(FillJar(jar, 1), id=uuid4(), sender="test", guards=[guard])
    assert answer == GuardMoved(f"jar-{other}")
    _, version = await engine.state(JAR, other, fresh=True)
    answer = await engine.send(FillJar(jar, 1), id=uuid4(), sender="test", guards=[(f"jar-{other}", version)])
    assert isinstance(answer, Accepted)


async def test_commands_for_two_streams_happen_together_or_not_at_all(engine: Engine) -> None:
    full, empty = await fill(engine, 1), await fill(engine, 0)
    taker = await engine.subject("ann@example.org")
    both: list[object] = [TakeMarble(full, taker, "Ann"), TakeMarble(empty, taker, "Ann")]
    assert await engine.send_together(both, id=uuid4(), sender="test") == JarEmpty()
    assert (await engine.state(JAR, full, fresh=True))[0].left == 1
    id_, both = uuid4(), [TakeMarble(full, taker, "Ann"), FillJar(empty, 1)]
    first = await engine.send_together(both, id=id_, sender="test")
    assert isinstance(first, Accepted)
    assert await engine.send_together(both, id=id_, sender="test") == first
    for fresh in (False, True):  # what is remembered is what is stored
        assert [(await engine.state(JAR, jar, fresh=fresh))[0].left for jar in (full, empty)] == [0, 1]


async def test_two_processes_on_one_log_never_hand_out_the_same_marble(postgres_url: str) -> None:
    one, two = await open_engine(postgres_url), await open_engine(postgres_url)
    async with one.running(), two.running(work=False):
        jar = await fill(one, 20)
        answers = await asyncio.gather(*(take(engine, jar) for _ in range(20) for engine in (one, two)))
        assert sum(isinstance(answer, Accepted) for answer in answers) == 20
        row = await two.until(JARS, jar, lambda row: row is not None and row.marbles == 0, PATIENCE)
        assert row is not None
        assert row.marbles == 0
        assert await two.caught_up(JARS, await two.log.head(), PATIENCE)
    await one.close()
    await two.close()


async def test_a_process_answers_an_event_with_a_command(engine: Engine) -> None:
    jar = await fill(engine, 3)
    await take(engine, jar)
    await until(engine, jar, lambda row: row.thanked == 1)
    events = await engine.messages.decode(await engine.log.stream(f"jar-{jar}"))
    taken, thanked = events[1], events[2]
    assert thanked.metadata.correlation == taken.metadata.command
    assert thanked.metadata.causation == f"event {taken.position}"
    assert thanked.metadata.actor == "process:thanks"


async def test_a_dated_command_waits_for_its_time(engine: Engine, clock: HandClock) -> None:
    jar = await fill(engine, 3)
    await take(engine, jar, thank_at=NOON + LATER)
    answer = await take(engine, jar)
    row = await until(engine, jar, lambda row: row.thanked == 1)  # the second one's, at once
    assert isinstance(answer, Accepted)
    assert row.thanked == 1
    clock.advance(LATER)
    assert (await until(engine, jar, lambda row: row.thanked == 2)).thanked == 2


async def test_timers_and_bookmarks_survive_a_restart(database_url: str) -> None:
    clock = HandClock(NOON)
    engine = await open_engine(database_url, clock)
    async with engine.running():
        jar = await fill(engine, 3)
        answer = await take(engine, jar, thank_at=NOON + LATER)
        assert isinstance(answer, Accepted)
        await engine.until_reached("thanks", answer.position)
    await engine.close()
    clock.advance(LATER)
    engine = await open_engine(database_url, clock)
    async with engine.running():
        await until(engine, jar, lambda row: row.thanked == 1)
        async with engine.database.reading() as db:
            moved = {row.name: row.position for row in await db.execute(sa.select(bookmarks))}
        assert moved["thanks"] >= answer.position
    await engine.close()


async def test_a_timer_that_fires_twice_has_one_effect(engine: Engine, clock: HandClock) -> None:
    jar = await fill(engine, 3)
    answer = await take(engine, jar, thank_at=NOON + LATER)
    assert isinstance(answer, Accepted)
    await engine.until_reached("thanks", answer.position)
    async with engine.database.reading() as db:
        row = dict((await db.execute(sa.select(timers))).mappings().one())
    clock.advance(LATER)
    await until(engine, jar, lambda row: row.thanked == 1)
    await engine.until_no_timer_is_due()
    async with engine.database.transaction() as db:  # as if the process had died before it put the timer away
        await db.execute(sa.insert(timers).values(row))
    await engine.until_no_timer_is_due()
    assert len(await engine.log.stream(f"jar-{jar}")) == 3


async def test_a_watcher_sees_the_row_at_once_and_its_last_state_always(engine: Engine) -> None:
    jar = await fill(engine, 100)
    seen: list[int] = []

    async def watch() -> None:
        watched = engine.watch(JARS, jar)
        async with aclosing(watched) as rows:
            async for row in rows:
                seen.append(-1 if row is None else row.marbles)
                if row is not None and row.marbles == 0:
                    return

    watching = asyncio.create_task(watch())
    await until(engine, jar, lambda row: row.marbles == 100)
    await asyncio.gather(*(take(engine, jar) for _ in range(100)))
    async with asyncio.timeout(PATIENCE):
        await watching
    if seen[0] == -1:
        seen.pop(0)  # it watched before the jar was there
    assert seen == sorted(seen, reverse=True)
    assert len(seen) < 50  # a hundred changes in a moment are not a hundred pushes
    assert not any(topics for _, topics in engine.live._topics.values())


async def test_a_watcher_of_nothing_is_told_when_it_begins(engine: Engine) -> None:
    jar = uuid4()
    watched = engine.watch(JARS, jar)
    async with aclosing(watched) as rows, asyncio.timeout(PATIENCE):
        assert await anext(rows) is None
        await engine.send(FillJar(jar, 1), id=uuid4(), sender="test")
        row = await anext(rows)
        assert row is not None
        assert row.marbles == 1


async def test_a_row_that_was_just_born_is_found_without_the_database(engine: Engine) -> None:
    jar = uuid4()
    answer = await engine.send(FillJar(jar, 7), id=uuid4(), sender="test")
    assert isinstance(answer, Accepted)
    row = await engine.until(JARS, jar, lambda row: row is not None, PATIENCE, born=answer.position)
    assert row is not None
    assert row.marbles == 7


async def test_more_streams_may_be_busy_than_are_remembered(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actors, "KEPT", 10)
    async with asyncio.timeout(PATIENCE):
        jars = await asyncio.gather(*(fill(engine, 1) for _ in range(30)))
        answers = await asyncio.gather(*(take(engine, jar) for jar in jars))
    assert all(isinstance(answer, Accepted) for answer in answers)


async def test_a_part_that_dies_is_not_left_behind_in_silence(sqlite_url: str) -> None:
    def broken(row: JarRow | None, event: Event) -> JarRow | None:
        raise asyncio.CancelledError

    view: View[JarRow] = dataclasses.replace(JARS, project=broken)
    engine = await open_engine(sqlite_url, plan=Plan(deciders=[JAR], views=[view], processes=[]))
    died = asyncio.get_running_loop().create_future()
    async with engine.running(died=died.set_result):
        await fill(engine, 1)
        async with asyncio.timeout(PATIENCE):
            assert isinstance(await died, asyncio.CancelledError)
    await engine.close()
