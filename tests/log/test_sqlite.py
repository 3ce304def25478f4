"""The log in a SQLite file shares the file with other writers and never loses a commit."""

import asyncio
import sqlite3
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from plenary.log.contract import Append, CommandId, NewEvent, Write
from plenary.log.sqlite import SqliteLog


def change(stream: str) -> Append:
    return Append((CommandId(uuid4(), "anyone", "said"),), (Write(stream, 0, (NewEvent("Changed", "{}", "{}"),)),))


async def test_it_takes_turns_with_other_writers_of_the_file(sqlite_url: str) -> None:
    lock = asyncio.Lock()
    log, database = SqliteLog(sqlite_url, lock), create_async_engine(sqlite_url)
    async with lock, database.connect() as follower:
        await follower.exec_driver_sql("BEGIN IMMEDIATE")
        await follower.execute(
            sa.text(
                "INSERT INTO bookmarks (name, position, fence, updated_at) "
                "VALUES ('orders', 0, 0, '2027-01-01 00:00:00.000000')"
            )
        )
        appending = asyncio.create_task(log.append([change("a")]))
        await asyncio.sleep(0)
        assert await log.head() == 0  # readers do not wait
        assert not appending.done()
        await follower.commit()
    assert (await appending)[0].accepted
    assert await log.head() == 1
    await log.close()
    await database.dispose()


async def test_a_cancelled_append_holds_the_lock_until_it_has_committed(sqlite_url: str) -> None:
    lock = asyncio.Lock()
    log = SqliteLog(sqlite_url, lock)
    for number in range(20):
        appending = asyncio.create_task(log.append([change(f"s-{number}")]))
        while not lock.locked():
            await asyncio.sleep(0)
        appending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await appending
        async with lock:
            assert await log.head() == number + 1
    await log.close()


async def test_closing_waits_for_a_running_append(sqlite_url: str) -> None:
    log = SqliteLog(sqlite_url)
    appending = asyncio.create_task(log.append([change("a")]))
    await asyncio.sleep(0)
    await log.close()
    assert (await appending)[0].accepted


async def test_a_failed_append_leaves_no_open_transaction(sqlite_url: str) -> None:
    log, other = SqliteLog(sqlite_url), sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
    other.execute("ALTER TABLE commands RENAME TO elsewhere")
    with pytest.raises(sqlite3.OperationalError):
        await log.append([change("a")])
    other.execute("ALTER TABLE elsewhere RENAME TO commands")
    assert (await log.append([change("a")]))[0].position == 1
    other.close()
    await log.close()


async def test_a_missing_file_is_not_taken_for_an_empty_log(sqlite_url: str) -> None:
    log = SqliteLog(sqlite_url.replace("plenary.db", "other.db"))
    with pytest.raises(sqlite3.OperationalError):
        await log.head()
    await log.close()


async def test_a_commit_is_on_the_disk_and_readers_do_not_disturb_it(sqlite_url: str) -> None:
    log = SqliteLog(sqlite_url)
    await log.append([change("a")])
    settings = await log._writing.run(
        lambda db: [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    )
    assert settings == ["wal", 2]
    await log.close()
