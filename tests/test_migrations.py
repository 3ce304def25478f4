"""Migrations bring an empty database to the shape that the engine's tables describe, wholly or not at all."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from plenary.engine.tables import bookmarks, events, kept, timers
from plenary.migrations import REVISIONS, migrate
from tests.databases import execute
from tests.servers import Postgres


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database in which nobody has made anything yet."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'a folder' / 'plenary.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid4().hex}"
    await execute(server, f"CREATE DATABASE {name}")
    yield server.url(name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url)
    yield engine
    await engine.dispose()


async def table_names(url: str) -> set[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda db: set(sa.inspect(db).get_table_names()))
    await engine.dispose()
    return names


async def test_an_empty_database_gets_the_tables_that_the_engine_describes(empty_url: str) -> None:
    await migrate(empty_url)
    await migrate(empty_url)  # once more changes nothing

    def differences(connection: sa.Connection) -> list[Any]:
        options = {"compare_server_default": True, "include_object": ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), kept))

    def ours(thing: Any, name: str, kind: str, reflected: bool, compared: Any) -> bool:
        return kind != "table" or name in kept.tables  # other tables are described elsewhere

    engine = create_async_engine(empty_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
    assert set(kept.tables) <= await table_names(empty_url)


async def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    await asyncio.gather(migrate(empty_url), migrate(empty_url), migrate(empty_url))
    assert "events" in await table_names(empty_url)


async def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str, tmp_path: Path) -> None:
    broken = tmp_path / "revisions"
    (broken / "versions").mkdir(parents=True)
    for file in ("env.py", "versions/0001_log.py"):
        shutil.copy(REVISIONS / file, broken / file)
    (broken / "versions" / "0002_broken.py").write_text(
        "from alembic import op\n"
        "revision, down_revision, branch_labels, depends_on = '0002', '0001', None, None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (a INTEGER)')\n"
        "    op.execute('INSERT INTO nowhere VALUES (1)')\n"
    )
    with pytest.raises(sa.exc.DBAPIError):
        await migrate(empty_url, broken)
    assert await table_names(empty_url) == set()
    await migrate(empty_url, broken, to="0001")
    with pytest.raises(sa.exc.DBAPIError):
        await migrate(empty_url, broken)
    assert "half" not in await table_names(empty_url)


async def test_a_missing_folder_of_revisions_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no database migrations"):
        await migrate(f"sqlite+aiosqlite:///{tmp_path / 'plenary.db'}", tmp_path)


async def test_events_never_change(database: AsyncEngine) -> None:
    stored: dict[str, Any] = {"position": 1, "stream": "a", "version": 1, "type": "Changed", "schema_version": 1}
    stored |= {"data": "{}", "metadata": "{}", "recorded_at": datetime.now(UTC)}
    async with database.begin() as connection:
        await connection.execute(events.insert().values(stored))
    forbidden: list[sa.Executable] = [
        events.update().values(data="[]"),
        events.delete(),
        sa.text("DELETE FROM events WHERE position = 1"),
    ]
    if database.dialect.name == "postgresql":
        forbidden.append(sa.text("TRUNCATE events"))
    for statement in forbidden:
        with pytest.raises(sa.exc.DBAPIError, match="Events never change"):
            async with database.begin() as connection:
                await connection.execute(statement)
    async with database.connect() as connection:
        assert (await connection.execute(events.select())).mappings().one() == stored


async def test_times_are_kept_in_utc(database: AsyncEngine) -> None:
    zones = [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]
    times = [datetime(2027, 3, 1, 12, 0, 0, 123456, zone) for zone in zones]
    async with database.begin() as connection:
        for number, moment in enumerate(times):
            row = {"timer_id": str(number), "due_at": moment, "command": "{}", "metadata": "{}", "set_at": number}
            await connection.execute(timers.insert().values(row))
    async with database.connect() as connection:
        rows = (await connection.execute(sa.select(timers.c.due_at).order_by(timers.c.due_at))).scalars().all()
        due = await connection.execute(sa.select(timers.c.timer_id).where(timers.c.due_at <= times[0]))
        assert sorted(due.scalars()) == ["0", "1"]
    assert rows == sorted(times)
    assert all(row.tzinfo is UTC for row in rows)
    with pytest.raises((ValueError, sa.exc.StatementError), match="no time zone"):
        async with database.begin() as connection:
            await connection.execute(sa.update(timers).values(due_at=datetime(2027, 3, 1)))  # noqa: DTZ001 - the point


async def test_a_new_bookmark_has_no_fence(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(bookmarks.insert().values(name="orders", position=0, updated_at=datetime.now(UTC)))
        assert (await connection.execute(sa.select(bookmarks.c.fence))).scalar_one() == 0
