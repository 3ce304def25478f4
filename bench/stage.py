"""Where measurements take place: one durable PostgreSQL, fresh databases on it, and how much is to be measured."""

import resource
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from bench import checked
from bench.machine import describe, fsync_cost
from plenary.migrations import migrate
from tests.servers import Postgres, start_postgres

MASTER = b"k" * 32
"""What every house on the stage seals with."""
SECRET = "a secret of these measurements alone"


@dataclass
class Stage:
    """A server for all figures of a run. `small` tries a measurement out: its figures mean nothing."""

    postgres: Postgres
    machine: str
    small: bool = False
    databases: int = 0

    @property
    def pairs(self) -> int:
        """How often both sides run in turn."""
        return 2 if self.small else 5

    def count(self, full: int) -> int:
        """How many of something a run takes."""
        return max(full // 20, min(full, 100)) if self.small else full

    async def database(self, migrated: bool = True) -> str:
        """The name of a fresh database."""
        self.databases += 1
        name = f"bench_{self.databases}"
        connection = await asyncpg.connect(self.dsn("postgres"))
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        if migrated:
            await migrate(self.postgres.url(name))
        return name

    async def drop(self, name: str) -> None:
        """Make room on the disk."""
        connection = await asyncpg.connect(self.dsn("postgres"))
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()

    def dsn(self, name: str) -> str:
        """The address of a database, as asyncpg and other drivers read it."""
        return self.postgres.url(name).replace("+asyncpg", "")

    def settings(self, name: str) -> dict[str, str]:
        """What a Plenary on a database is started with."""
        return {
            "PLENARY_DATABASE": self.postgres.url(name),
            "PLENARY_VAR": str(self.postgres.folder / f"var-{name}"),
            "PLENARY_SECRET": SECRET,
            "PLENARY_KEY": MASTER.hex(),
        }

    async def check(self, name: str, acknowledged: Collection[UUID] = ()) -> str:
        """What a log says about itself after a run, in one sentence; AssertionError when it breaks a promise."""
        connection = await asyncpg.connect(self.dsn(name))
        try:
            return await checked.check(connection, acknowledged)
        finally:
            await connection.close()


@contextmanager
def stage(small: bool = False) -> Iterator[Stage]:
    """A server that lasts for one run."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    postgres = start_postgres(durable=True)
    try:
        yield Stage(postgres, describe(fsync_cost(postgres.folder)), small)
    finally:
        postgres.discard()
