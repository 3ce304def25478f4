"""Processes that write one stream take turns: nobody starves, little is decided twice, nobody waits for the dead."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from plenary.engine.actors import ALONE
from plenary.engine.answers import Accepted
from plenary.engine.engine import Engine
from plenary.log import postgres
from plenary.log.postgres import PostgresLog
from tests.engine.jars import JAR, PATIENCE, FillJar, open_engine
from tests.engine.turn_taker import Counting, hammer
from tests.servers import PgBouncer

ROOT = Path(__file__).parents[2]
TOTAL = 1500
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7537 AND granted"
ASKED = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7537 AND NOT granted"
END = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7537"


@pytest.fixture(params=["directly", "through PgBouncer"])
def another_log(request: pytest.FixtureRequest, postgres_url: str) -> Callable[[], Counting]:
    """Makes the log of one more process."""
    if request.param == "directly":
        return lambda: Counting(postgres_url)
    pgbouncer: PgBouncer = request.getfixturevalue("pgbouncer_server")
    return lambda: Counting(pgbouncer.url(postgres_url.rpartition("/")[2]), pgbouncer=True)


@asynccontextmanager
async def engines(url: str, logs: list[Counting]) -> AsyncIterator[list[Engine]]:
    """One for each log, as if in processes of their own; none of them works off what happens."""
    async with AsyncExitStack() as running:
        opened = []
        for log in logs:
            engine = await open_engine(url, log=log)
            running.push_async_callback(engine.close)
            opened.append(await running.enter_async_context(engine.running(work=False)))
        yield opened


@pytest.fixture
async def stranger(postgres_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def until(stranger: "asyncpg.Connection[asyncpg.Record]", query: str, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while await stranger.fetchval(query) != number:
            await asyncio.sleep(0.01)


async def versions(url: str, jar: UUID) -> list[int]:
    log = PostgresLog(url)
    found = [event.version for event in await log.stream(JAR.stream_of(jar))]
    await log.close()
    return found


async def hammered(url: str, logs: list[Counting]) -> list[int]:
    """How many commands each process had carried out when all write one stream."""
    jar = uuid4()
    async with engines(url, logs) as processes:
        for engine, log in zip(processes, logs, strict=True):
            await hammer(engine, uuid4(), 1)  # a pooler may take a second for a new connection
            async with PostgresLog.turn(log, "any"):
                pass
            log.refused = 0
        shares = list(await asyncio.gather(*(hammer(engine, jar, TOTAL) for engine in processes)))
        state, version = await processes[0].state(JAR, jar, fresh=True)
    assert state.left == version == sum(shares) >= TOTAL
    assert await versions(url, jar) == list(range(1, version + 1))
    return shares


async def test_everybody_gets_a_share_and_little_is_decided_twice(
    postgres_url: str, another_log: Callable[[], Counting], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = [another_log() for _ in range(3)]
    shares = await hammered(postgres_url, logs)
    assert min(shares) > TOTAL / 3 / 3
    assert all(log.turns for log in logs)
    racing = [another_log() for _ in range(3)]
    monkeypatch.setattr(Counting, "turn", lambda *_: nullcontext())
    await hammered(postgres_url, racing)
    assert sum(log.refused for log in logs) * 3 < sum(log.refused for log in racing)


async def test_a_turn_ends_before_the_next_begins(
    another_log: Callable[[], Counting], stranger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    one, two, order = another_log(), another_log(), list[str]()

    async def second() -> None:
        async with two.turn("s"):
            order.append("two")

    async with one.turn("s"), two.turn("another"):
        waiting = asyncio.create_task(second())
        await until(stranger, ASKED, 1)
        order.append("one")
    await waiting
    assert order == ["one", "two"]
    await until(stranger, HELD, 0)
    await one.close()
    await two.close()


async def test_a_turn_that_is_lost_or_not_to_be_had_fails_nothing(
    another_log: Callable[[], Counting], stranger: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    log, had = another_log(), 0
    for _ in range(3):
        async with log.turn("s"):
            had += await stranger.fetchval(END)
    assert had == 3
    with pytest.raises(ZeroDivisionError):
        async with log.turn("s"):
            raise ZeroDivisionError
    await until(stranger, HELD, 0)
    monkeypatch.setattr(postgres, "TURN", "SELECT no_such_function($1::text)")
    async with log.turn("s"):
        assert await stranger.fetchval(HELD) == 0
    await log.close()
    nowhere = PostgresLog("postgresql+asyncpg://plenary@127.0.0.1:1/nothing")
    async with nowhere.turn("s"):
        pass
    await nowhere.close()


async def test_who_is_alone_again_takes_no_turns(postgres_url: str) -> None:
    logs, jar = [Counting(postgres_url), Counting(postgres_url)], uuid4()
    async with engines(postgres_url, logs) as (one, two):

        async def fill(engine: Engine) -> None:
            assert isinstance(await engine.send(FillJar(jar, 1), id=uuid4(), sender="test"), Accepted)

        await fill(one)
        await fill(one)
        assert logs[0].turns == 0
        await fill(two)  # which guessed the stream to be new
        await fill(one)
        assert [log.refused for log in logs] == [1, 1]
        for _ in range(4 * ALONE):
            await fill(one)
        assert logs[0].turns < 1.5 * ALONE
        await fill(two)
        assert [log.refused for log in logs] == [1, 1]  # it looked first, when its turn had come


@asynccontextmanager
async def process(what: str, url: str, jar: UUID, *more: int) -> AsyncIterator[Process]:
    arguments = ["-m", "tests.engine.turn_taker", what, url, str(jar), *map(str, more)]
    child = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=PIPE, stdout=PIPE, cwd=ROOT)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


async def said(child: Process) -> str:
    assert child.stdout
    async with asyncio.timeout(3 * PATIENCE):
        return (await child.stdout.readline()).decode().strip()


async def go_on(child: Process) -> None:
    assert child.stdin
    child.stdin.write(b"\n")
    await child.stdin.drain()


async def test_real_processes_share_a_stream(postgres_url: str) -> None:
    jar = uuid4()
    await (await open_engine(postgres_url)).close()  # which made the tables
    async with (
        process("hammer", postgres_url, jar, TOTAL) as one,
        process("hammer", postgres_url, jar, TOTAL) as two,
    ):
        assert [await said(child) for child in (one, two)] == ["ready", "ready"]
        await go_on(one)
        await go_on(two)
        shares = [int(await said(child)) for child in (one, two)]
    assert await versions(postgres_url, jar) == list(range(1, sum(shares) + 1))
    assert min(shares) > TOTAL / 2 / 4


async def test_who_stands_still_in_a_turn_is_passed_by(
    postgres_url: str, another_log: Callable[[], Counting], stranger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    jar, log = uuid4(), another_log()
    async with process("hold", postgres_url, jar) as frozen, engines(postgres_url, [log]) as (engine,):
        assert await said(frozen) == "held"
        frozen.send_signal(signal.SIGSTOP)
        assert await stranger.fetchval(HELD) == 1
        engine._actors._actor(JAR, JAR.stream_of(jar)).alone = 0  # as after a conflict
        async with asyncio.timeout(PATIENCE):
            for _ in range(3):
                assert isinstance(await engine.send(FillJar(jar, 1), id=uuid4(), sender="test"), Accepted)
        assert log.turns == 3
        await until(stranger, HELD, 0)
        frozen.send_signal(signal.SIGCONT)
        await go_on(frozen)
        assert await said(frozen) == "ended"
