"""The log on PostgreSQL when connections break, servers die and strangers hold transactions open."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from plenary.log.contract import Append, CommandId, NewEvent, Recorded, Write
from plenary.log.group_commit import GroupCommit
from plenary.log.postgres import PostgresLog
from tests.databases import execute
from tests.servers import Postgres


@pytest.fixture
async def log(postgres_url: str) -> AsyncIterator[PostgresLog]:
    log = PostgresLog(postgres_url)
    yield log
    await log.close()


@pytest.fixture
async def stranger(postgres_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


def change(stream: str, expected: int = 0) -> Append:
    id = uuid4()
    return Append((CommandId(id, "anyone", "said"),), (Write(stream, expected, (NewEvent("Changed", str(id), "{}"),)),))


async def everything(log: PostgresLog) -> list[Recorded]:
    events: list[Recorded] = []
    while page := await log.after(len(events)):
        events += page
    return events


async def test_every_command_is_stored_once_while_connections_are_killed(
    log: PostgresLog, prepared_postgres: Postgres, stranger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    commit, dice, acknowledged = GroupCommit(log, lambda head: None), random.Random(11), list[str]()
    finished = asyncio.Event()

    async def caller(number: int) -> None:
        for version in range(40):
            append = change(f"s-{number}", version)
            verdict = await commit.append(append)
            assert verdict.accepted
            acknowledged.append(str(append.commands[0].id))

    async def killer() -> int:
        killed = 0
        while not finished.is_set():
            killed += await stranger.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%append_to_log%'"
            )
            flushed = commit.flushes + dice.randrange(1, 3)  # let something through, however slow the machine is
            while commit.flushes < flushed and not finished.is_set():
                await asyncio.sleep(0.001)
        return killed

    killing = asyncio.create_task(killer())
    try:
        await asyncio.gather(*(caller(number) for number in range(16)))
    finally:
        finished.set()
        assert await killing > 0
    events = await everything(log)
    assert [e.position for e in events] == list(range(1, 16 * 40 + 1))
    assert sorted(e.data for e in events) == sorted(acknowledged)
    await commit.close()


async def test_appends_wait_for_a_server_that_crashed_and_came_back(
    log: PostgresLog, prepared_postgres: Postgres
) -> None:
    commit = GroupCommit(log, lambda head: None)
    assert (await commit.append(change("a"))).accepted
    await asyncio.to_thread(prepared_postgres.kill)
    waiting = [asyncio.create_task(commit.append(change(f"b-{number}"))) for number in range(20)]
    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
        await log.head()
    await asyncio.to_thread(prepared_postgres.start)
    assert all(verdict.accepted for verdict in await asyncio.gather(*waiting))
    assert await log.head() == 21
    await commit.close()


async def test_reading_survives_a_killed_connection(
    log: PostgresLog, stranger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await log.append([change("a")])
    for _ in range(5):
        assert await log.head() == 1
        await stranger.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert len(await log.after(0)) == 1


async def test_a_transaction_left_open_elsewhere_delays_nobody(
    log: PostgresLog, prepared_postgres: Postgres, stranger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    transaction = stranger.transaction()
    await transaction.start()
    await stranger.execute("INSERT INTO keys VALUES (gen_random_uuid(), 'x', '', now())")
    await execute(prepared_postgres, "CHECKPOINT")
    async with asyncio.timeout(10):
        assert (await log.append([change("a")]))[0].accepted
        assert [event.position for event in await log.after(0)] == [1]
    await transaction.rollback()


async def test_the_lane_is_not_waited_for_without_end(
    log: PostgresLog, stranger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    (settings,) = await stranger.fetchrow("SELECT proconfig FROM pg_proc WHERE proname = 'append_to_log'") or ((),)
    assert "lock_timeout=5s" in settings
    commit = GroupCommit(log, lambda head: None)
    transaction = stranger.transaction()
    await transaction.start()
    await stranger.execute("SELECT pg_advisory_xact_lock(7536, 1)")
    waiting = asyncio.create_task(commit.append(change("a")))
    blocked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(10):
        while not await stranger.fetchval(blocked):
            await asyncio.sleep(0)
    assert not waiting.done()
    await transaction.rollback()
    assert (await waiting).accepted


async def test_without_prepared_statements_it_works_the_same(postgres_url: str) -> None:
    log = PostgresLog(postgres_url, pgbouncer=True)
    assert [v.accepted for v in await log.append([change("a"), change("b")])] == [True, True]
    assert await log.head() == 2
    await log.close()


async def test_an_append_reads_only_what_it_names_however_long_the_log_is(
    log: PostgresLog, stranger: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    for _ in range(3):
        await log.append([change(f"{uuid4()}") for _ in range(1000)])

    async def rows_read() -> int:
        assert log._writer is not None
        await log._writer.execute("SELECT pg_stat_force_next_flush()")
        read = await stranger.fetchval("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables")
        return int(read) + int(await stranger.fetchval("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes"))

    before = await rows_read()
    verdicts = await log.append([change(f"{uuid4()}") for _ in range(10)])
    assert all(verdict.accepted for verdict in verdicts)
    assert await rows_read() - before < 100
