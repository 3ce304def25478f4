"""What tests may ask for: servers of their own, and a fresh, migrated database each."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.servers import Postgres, Redis, start_postgres, start_redis

from plenary.engine.migrations import migrate

TEMPLATE = "template"
numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL for this run, or this worker of a parallel run. Tests that stop or kill it start it again."""
    server = start_postgres()
    yield server
    server.discard()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """A Redis for this run, or this worker of a parallel run. Tests that stop or kill it start it again."""
    server = start_redis()
    yield server
    server.discard()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Postgres) -> Postgres:
    """The run's PostgreSQL with a migrated database to copy."""

    async def make() -> None:
        await _execute(postgres_server, f'CREATE DATABASE "{TEMPLATE}"')
        await migrate(postgres_server.url(TEMPLATE))

    _run(make)
    return postgres_server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("migrated") / "plenary.db"
    _run(lambda: migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
async def postgres_url(migrated_postgres: Postgres) -> AsyncIterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    async with fresh_postgres(migrated_postgres) as url:
        yield url


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    return fresh_sqlite(migrated_sqlite, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield fresh_sqlite(request.getfixturevalue("migrated_sqlite"), tmp_path)
    else:
        async with fresh_postgres(request.getfixturevalue("migrated_postgres")) as url:
            yield url


@asynccontextmanager
async def fresh_postgres(server: Postgres) -> AsyncIterator[str]:
    """A copy of the migrated database, dropped in the end."""
    name = f"test_{next(numbers)}"
    await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    yield server.url(name)
    await _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def fresh_sqlite(migrated: Path, folder: Path) -> str:
    """A copy of the migrated file."""
    return f"sqlite+aiosqlite:///{shutil.copy(migrated, folder / 'plenary.db')}"


async def _execute(server: Postgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url().replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run async work from a fixture of the session, apart from the event loops of the tests."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()
