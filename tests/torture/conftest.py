"""Installations of several processes on one PostgreSQL and one Redis of their own, and how long they are attacked."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.acceptance.driver import Driver
from tests.acceptance.process import ServerProcess
from tests.databases import fresh_postgres, prepare_postgres
from tests.servers import Postgres, Redis, start_postgres

END_SOME = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.2
"""
ALL_HELD = "SELECT bool_and(owner IS NOT NULL AND lease_until > now()) FROM bookmarks"
OWNERS = "SELECT count(DISTINCT owner) FROM bookmarks WHERE lease_until > now()"


def count(short: int, long: int) -> int:
    """How often something is done: `short` in `make test`, `long` where TORTURE is all, or the number that it is."""
    wanted = os.environ.get("TORTURE", "")
    return int(wanted) if wanted.isdigit() else long if wanted else short


class House:
    """An installation: some processes, of which each may be attacked."""

    def __init__(self, folder: Path, database: str, **settings: Any) -> None:
        """No process yet; `settings` are those of all of them."""
        self.database = database
        self._folder, self._settings = folder, {"lease_seconds": 1, "grace_seconds": 1} | settings
        self.processes: list[ServerProcess] = []
        self._drivers: list[Driver] = []

    def add(self, *command: str, environment: dict[str, str] | None = None, **settings: Any) -> ServerProcess:
        """One more process, which does not run yet."""
        process = ServerProcess(
            self._folder, self.database, *command, environment=environment, **(self._settings | settings)
        )
        self.processes.append(process)
        return process

    async def start(self, *commands: str) -> list[ServerProcess]:
        """Start a process for each command, all at the same time."""
        processes = [self.add(*command.split()) for command in commands]
        await asyncio.gather(*(asyncio.to_thread(process.start) for process in processes))
        return processes

    def driver(self, *servers: ServerProcess) -> Driver:
        """People who are spread over some servers."""
        self._drivers.append(Driver(*(server.url for server in servers)))
        return self._drivers[-1]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection to the database, none of its processes'."""
        connection = await asyncpg.connect(self.database.replace("+asyncpg", ""))
        try:
            yield connection
        finally:
            await connection.close()

    async def ask(self, query: str, *arguments: object) -> Any:
        """One value from the database."""
        async with self.connected() as connection:
            return await connection.fetchval(query, *arguments)

    async def until(self, query: str, *arguments: object, patience: float = 60.0) -> None:
        """Return when a question to the database is answered with yes."""
        async with asyncio.timeout(patience):
            while not await self.ask(query, *arguments):
                await asyncio.sleep(0.05)

    async def end(self) -> None:
        """End all processes, and look at what they said."""
        for driver in self._drivers:
            await driver.close()
        with ThreadPoolExecutor() as threads:
            list(threads.map(ServerProcess.kill, self.processes))

    def check(self) -> None:
        """Nobody said that something unforeseen happened. What they said is shown where the test fails."""
        for process in self.processes:
            print(process.said()[-4000:])
            assert "Traceback" not in process.said()


@pytest.fixture
async def house(postgres_url: str, redis_server: Redis, tmp_path: Path) -> AsyncIterator[House]:
    """An installation on a database of its own; what it said is looked at in the end."""
    house = House(tmp_path, postgres_url, redis=redis_server.url)
    yield house
    await house.end()
    house.check()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that a test may stop, freeze and destroy."""
    server = start_postgres()
    prepare_postgres(server)
    yield server
    server.discard()


@pytest.fixture
async def fragile_house(own_postgres: Postgres, redis_server: Redis, tmp_path: Path) -> AsyncIterator[House]:
    """An installation on a PostgreSQL that may be stopped; the test looks at what its processes said."""
    async with fresh_postgres(own_postgres) as url:
        house = House(tmp_path, url, redis=redis_server.url)
        yield house
        await house.end()
