"""Served houses for the acceptance tests, each on a database of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.served import Served
from tests.databases import fresh_postgres, fresh_sqlite


@contextmanager
def database_of(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    """The address of a fresh, migrated database; `kind` is sqlite or postgres."""
    if kind == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("served")
        yield fresh_sqlite(request.getfixturevalue("prepared_sqlite"), folder)
        return
    with asyncio.Runner() as runner:
        fresh = fresh_postgres(request.getfixturevalue("prepared_postgres"))
        yield runner.run(fresh.__aenter__())
        runner.run(fresh.__aexit__(None, None, None))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A server on each kind of database, shared by plays that come one after another."""
    with database_of(request, request.param) as database:
        server = Served(database).start()
        yield server
        server.stop()
