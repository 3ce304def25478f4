"""H6: processes that are killed at random moments while people book at all of them, and started again."""

import asyncio
import random

import pytest

from tests.acceptance.crowd import Crowd, dice
from tests.acceptance.process import ServerProcess
from tests.torture.conftest import House, count

PEOPLE = 6
QUOTAS = {"GA": 400, "WS": 120}
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


async def kill_and_start(processes: list[ServerProcess], times: int, crowd: Crowd, chance: random.Random) -> None:
    """Kill one of them, or two at once, and start them again while the others go on."""
    killed = 0
    while killed < times:
        await crowd.answered(chance.randint(1, 3 * PEOPLE))
        some = chance.sample(processes, min(chance.choice((1, 2, 2)), times - killed))
        await asyncio.gather(*(asyncio.to_thread(process.kill) for process in some))
        await asyncio.gather(*(asyncio.to_thread(process.start) for process in some))
        killed += len(some)


async def test_several_processes_that_are_killed_again_and_again(house: House) -> None:
    chance = dice()
    processes = await house.start("serve", "serve", "serve --without-work", "work")
    crowd = Crowd(house.driver(*processes[:3]), chance)
    await crowd.open(QUOTAS)
    await crowd.book(PEOPLE, until=lambda: kill_and_start(processes, count(10, 100), crowd, chance))
    print(await crowd.adds_up(house.database))
