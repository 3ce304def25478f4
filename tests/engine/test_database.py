"""The database when those who use it are cancelled, or make mistakes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from plenary.engine.database import MOST_IDLE, Database


async def test_a_cancelled_transaction_lets_go_of_sqlite(tmp_path: Path) -> None:
    database, under_way = Database(f"sqlite+aiosqlite:///{tmp_path / 'plenary.db'}"), asyncio.Event()
    loop = asyncio.get_running_loop()
    async with database.transaction() as db:
        await db.exec_driver_sql("CREATE TABLE notes (text TEXT)")

    async def write() -> None:
        async with database.transaction() as db:
            connection: Any = (await db.get_raw_connection()).driver_connection
            await connection.create_function("tell", 0, lambda: loop.call_soon_threadsafe(under_way.set))
            await db.exec_driver_sql("INSERT INTO notes VALUES ('half')")
            await db.exec_driver_sql(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT tell() FROM n"
            )

    writing = asyncio.create_task(write())
    await under_way.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError) as cancelled:
        await writing
    async with asyncio.timeout(5), database.transaction() as db:  # SQLite itself would wait for ten seconds
        await db.exec_driver_sql("INSERT INTO notes VALUES ('whole')")
    async with database.reading() as db:
        assert (await db.exec_driver_sql("SELECT text FROM notes")).scalars().all() == ["whole"]
    await database.close()
    assert cancelled.value.__traceback__ is not None  # what is kept of the cancelled transaction kept no lock


async def test_a_cancelled_read_gives_its_connection_back(database_url: str) -> None:
    database = Database(database_url, pool_size=2)

    async def read() -> None:
        async with database.reading() as db:
            await db.exec_driver_sql("SELECT 1")

    await read()
    reads = list[asyncio.Task[None]]()
    for moments in range(20):
        reads.append(asyncio.create_task(read()))
        for _ in range(moments):
            await asyncio.sleep(0)
        reads[-1].cancel()
    await asyncio.gather(*reads, return_exceptions=True)
    async with asyncio.timeout(5):
        await asyncio.gather(read(), read())
    await database.close()


async def test_what_went_wrong_is_told_without_anybodys_data(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(sa.exc.DBAPIError) as wrong:
        async with database.transaction() as db:
            await db.execute(sa.text("INSERT INTO nowhere (email) VALUES (:email)"), {"email": "ada@example.org"})
    assert "ada@example.org" not in str(wrong.value)
    await database.close()


async def test_postgresql_waits_for_nobody_in_the_middle_of_a_transaction(postgres_url: str) -> None:
    """A process that stands still there keeps its locks for a moment only; also where connections are shared."""
    allowed = sa.text("SHOW idle_in_transaction_session_timeout")
    for pgbouncer in (False, True):
        database = Database(postgres_url, pgbouncer=pgbouncer)
        async with database.transaction() as db:
            assert await db.scalar(allowed) == MOST_IDLE
        async with database.reading() as db:
            assert await db.scalar(allowed) == ("0" if pgbouncer else MOST_IDLE)
        await database.close()
