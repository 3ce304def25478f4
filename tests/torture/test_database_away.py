"""A database that is stopped, or stands still, under several processes: all say so, and go on when it is back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.acceptance.crowd import Crowd, dice
from tests.acceptance.driver import Fault
from tests.acceptance.process import ServerProcess
from tests.servers import Postgres
from tests.torture.conftest import House, count

PEOPLE = 4
PATIENCE = 60.0
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


async def says(server: ServerProcess, status: int) -> None:
    """Return as soon as a server says so of itself."""
    async with asyncio.timeout(PATIENCE):
        while await asyncio.to_thread(server.status, "ready") != status:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def stop(server: Postgres) -> AsyncIterator[None]:
    """An operator stops it for a while."""
    await asyncio.to_thread(server.stop)
    yield
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def crash(server: Postgres) -> AsyncIterator[None]:
    """Its machine goes down."""
    await asyncio.to_thread(server.kill)
    yield
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def freeze(server: Postgres) -> AsyncIterator[None]:
    """All of its processes stand still; connections stay open, and nothing is answered."""
    assert server.process is not None
    family = [server.process.pid, *_children(server.process.pid)]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(family):
            os.kill(pid, signal.SIGCONT)


def _children(parent: int) -> list[int]:
    stats = (path.read_text() for path in Path("/proc").glob("[0-9]*/stat") if path.exists())
    fields = (stat.rpartition(")")[2].split()[1] + " " + stat.split(" ", 1)[0] for stat in stats)
    return [int(field.split()[1]) for field in fields if int(field.split()[0]) == parent]


async def test_everybody_outlasts_it(fragile_house: House, own_postgres: Postgres) -> None:
    house = fragile_house
    processes = await house.start("serve", "serve --without-work", "work")
    servers = processes[:2]
    crowd = Crowd(house.driver(*servers), dice())

    async def all_say(status: int) -> None:
        await asyncio.gather(*(says(server, status) for server in servers))

    async def go_away() -> None:
        for away in (stop, crash, freeze):
            print(away.__name__)
            await crowd.answered(PEOPLE)
            async with away(own_postgres):
                await all_say(503)
                assert [await asyncio.to_thread(server.status, "live") for server in servers] == [200, 200]
                if away is not freeze or count(0, 1):
                    with pytest.raises(Fault):  # an answer; where nothing is refused, it comes after half a minute
                        await house.driver(servers[0]).create_conference()
            await all_say(200)
            await crowd.answered(3 * PEOPLE)

    await crowd.open()
    await crowd.book(PEOPLE, until=go_away)
    assert all(process.is_alive for process in processes), [process.said()[-2000:] for process in processes]
    print(await crowd.adds_up(house.database))
