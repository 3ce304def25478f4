"""Number 13: everything behind PgBouncer in transaction mode, while connections to the database are ended."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.crowd import Crowd, dice
from tests.servers import PgBouncer, Redis
from tests.torture.conftest import END_SOME, House, count

PEOPLE = 4
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


@pytest.fixture
async def behind(
    postgres_url: str, pgbouncer_server: PgBouncer, redis_server: Redis, tmp_path: Path
) -> AsyncIterator[House]:
    """An installation that reaches its database through PgBouncer only."""
    database = pgbouncer_server.url(postgres_url.rpartition("/")[2])
    house = House(tmp_path, database, redis=redis_server.url, pgbouncer=1)
    yield house
    await house.end()


async def test_connections_that_belong_to_nobody(behind: House, postgres_url: str, tmp_path: Path) -> None:
    *servers, worker = await behind.start("serve", "serve --without-work", "work")
    crowd = Crowd(behind.driver(*servers), dice())
    direct = House(tmp_path, postgres_url)

    async def end_some_and_a_worker() -> None:
        for _ in range(count(5, 50)):
            await crowd.answered(PEOPLE)
            await direct.ask(END_SOME)
        await asyncio.to_thread(worker.kill)
        await crowd.answered(PEOPLE)
        await asyncio.to_thread(worker.start)

    await crowd.open()
    await crowd.book(PEOPLE, until=end_some_and_a_worker)
    assert all(process.is_alive for process in behind.processes)
    print(await crowd.adds_up(postgres_url))
