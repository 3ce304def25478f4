"""What tests may ask for: servers of their own, and a fresh, migrated database each."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.databases import fresh_postgres, fresh_sqlite, prepare_postgres, prepare_sqlite
from tests.servers import PgBouncer, Postgres, Redis, start_pgbouncer, start_postgres, start_redis


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
def pgbouncer_server(postgres_server: Postgres) -> Iterator[PgBouncer]:
    """A PgBouncer before the run's PostgreSQL."""
    server = start_pgbouncer(postgres_server)
    yield server
    server.discard()


@pytest.fixture(scope="session")
def prepared_postgres(postgres_server: Postgres) -> Postgres:
    """The run's PostgreSQL, ready for `fresh_postgres`."""
    prepare_postgres(postgres_server)
    return postgres_server


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file, ready for `fresh_sqlite`."""
    file = tmp_path_factory.mktemp("prepared") / "plenary.db"
    prepare_sqlite(file)
    return file


@pytest.fixture
async def postgres_url(prepared_postgres: Postgres) -> AsyncIterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    async with fresh_postgres(prepared_postgres) as url:
        yield url


@pytest.fixture
def sqlite_url(prepared_sqlite: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    return fresh_sqlite(prepared_sqlite, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield fresh_sqlite(request.getfixturevalue("prepared_sqlite"), tmp_path)
    else:
        async with fresh_postgres(request.getfixturevalue("prepared_postgres")) as url:
            yield url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest, and must come one after another, begins first: else a worker is left alone with it."""
    items.sort(key=lambda item: "torture" not in item.path.parts)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: garbage is looked for among the rest, and seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)
