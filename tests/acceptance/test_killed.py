"""A server that is killed while people book, and started again: nothing is lost or sold twice, and all orders end.

`tests/torture` does the same to several on one PostgreSQL.
"""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.crowd import Crowd, dice
from tests.acceptance.driver import Driver
from tests.acceptance.process import ServerProcess

KILLS = 3
PEOPLE = 12


@pytest.mark.acceptance
@pytest.mark.xdist_group("killed servers")
async def test_a_server_that_is_killed_again_and_again(sqlite_url: str, tmp_path: Path) -> None:
    chance = dice()
    server = ServerProcess(tmp_path, sqlite_url, grace_seconds=1)
    await asyncio.to_thread(server.start)
    driver = Driver(server.url)
    crowd = Crowd(driver, chance)

    async def kill() -> None:
        for _ in range(KILLS):
            await crowd.answered(chance.randint(5, PEOPLE * 2))
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)

    try:
        await crowd.open()
        await crowd.book(PEOPLE, until=kill)
        print(await crowd.adds_up(sqlite_url))
    finally:
        await driver.close()
        server.kill()
    assert "Traceback" not in server.said()
