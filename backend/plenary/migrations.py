"""Bringing a database to the newest shape: runs the revisions of the top-level `alembic/` folder, all or none."""

import asyncio
from pathlib import Path
from threading import Lock
from uuid import uuid4

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

REVISIONS = Path(__file__).resolve().parents[2] / "alembic"
# Two processes that start at once migrate one after the other. The pair of numbers is ours alone.
MIGRATION_LOCK = "SELECT pg_advisory_xact_lock(7536, 2)"
# SQLite remembers this in the file.
READERS_BESIDE_A_WRITER = "PRAGMA journal_mode = WAL"
# Alembic keeps what it is working on in module variables, so one process migrates one database at a time.
ONE_AT_A_TIME = Lock()


async def migrate(database_url: str, revisions: Path = REVISIONS, to: str = "head") -> None:
    """Upgrade a database, in one transaction; one that is up to date is left alone.

    `database_url` is `sqlite+aiosqlite:///…` (the file and its folder are made if missing) or `postgresql+asyncpg://…`.
    """
    if not (revisions / "env.py").is_file():
        raise FileNotFoundError(f"There are no database migrations in {revisions}.")
    await asyncio.to_thread(_migrate, sa.make_url(database_url), revisions, to)


async def is_newest(database_url: str, revisions: Path = REVISIONS) -> bool:
    """Whether a database is in its newest shape. Raises the driver's error when it cannot be reached."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):  # noqa: ASYNC240  once, at the start
        return False
    newest = ScriptDirectory(str(revisions)).get_current_head()
    database = create_async_engine(
        url, connect_args={} if url.get_backend_name() == "sqlite" else _through_any_pooler()
    )
    try:
        async with database.connect() as connection:
            return await connection.run_sync(_revision) == newest
    finally:
        await database.dispose()


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _migrate(url: sa.URL, revisions: Path, to: str) -> None:
    with ONE_AT_A_TIME:
        asyncio.run(_upgrade(url, revisions, to))


async def _upgrade(url: sa.URL, revisions: Path, to: str) -> None:
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    database = create_async_engine(url, connect_args={} if sqlite else _through_any_pooler())
    try:
        async with database.begin() as connection:
            if sqlite:
                await connection.exec_driver_sql(READERS_BESIDE_A_WRITER)
            await connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else MIGRATION_LOCK)
            await connection.run_sync(_run_revisions, revisions, to)
    finally:
        await database.dispose()


def _run_revisions(connection: sa.Connection, revisions: Path, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(revisions).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _through_any_pooler() -> dict[str, object]:
    """Connection arguments that also work where a pooler hands one server connection to many clients."""
    return {
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"plenary_{uuid4().hex}",
    }
