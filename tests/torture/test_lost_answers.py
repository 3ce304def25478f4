"""Connections to the database that are lost after the question and before the answer: everything is stored once."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.acceptance.crowd import Crowd, dice
from tests.servers import Redis
from tests.torture.conftest import END_SOME, House, count
from tests.torture.proxy import Breaking

PEOPLE = 4
SHARE = 0.01
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


async def test_what_is_acknowledged_is_stored_and_nothing_twice(
    postgres_url: str, redis_server: Redis, tmp_path: Path
) -> None:
    chance = dice()
    address = sa.make_url(postgres_url)
    async with Breaking(address.port or 0, chance, SHARE).listening() as line:
        direct, broken = House(tmp_path, postgres_url), address.set(port=line.port).render_as_string()
        house = House(tmp_path, broken, redis=redis_server.url)
        processes = await house.start("serve", "serve --without-work", "work")
        crowd = Crowd(house.driver(*processes[:2]), chance)
        await crowd.open()

        async def lose_answers() -> None:
            line.breaks = True
            wanted = line.broken + count(30, 500)
            while line.broken < wanted:
                await crowd.answered(PEOPLE)
                await direct.ask(END_SOME)
            line.breaks = False

        try:
            await crowd.book(PEOPLE, until=lose_answers)
            assert all(process.is_alive for process in processes), [one.said()[-2000:] for one in processes]
            print(await crowd.adds_up(postgres_url))
        finally:
            await house.end()
