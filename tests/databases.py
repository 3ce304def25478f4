"""Fresh, migrated databases for tests: copies of one that was migrated once, because copying is quick."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from plenary.migrations import migrate
from tests.servers import Postgres

TEMPLATE = "template"
numbers = count(1)


def prepare_postgres(server: Postgres) -> None:
    """Make the database that the others are copies of."""

    async def make() -> None:
        await execute(server, f'CREATE DATABASE "{TEMPLATE}"')
        await migrate(server.url(TEMPLATE))

    _run(make)


@asynccontextmanager
async def fresh_postgres(server: Postgres) -> AsyncIterator[str]:
    """The address of a migrated database on a prepared server; dropped in the end."""
    name = f"test_{next(numbers)}"
    await execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    yield server.url(name)
    await execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def prepare_sqlite(file: Path) -> None:
    """Make the file that the others are copies of."""
    _run(lambda: migrate(f"sqlite+aiosqlite:///{file}"))


def fresh_sqlite(prepared: Path, folder: Path) -> str:
    """The address of a migrated file in an empty folder."""
    return f"sqlite+aiosqlite:///{shutil.copy(prepared, folder / 'plenary.db')}"


async def execute(server: Postgres, statement: str) -> None:
    """Run a statement in the server's own database."""
    connection = await asyncpg.connect(server.url().replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run async work outside of the event loops of the tests."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()
