"""Number 20: views that are rebuilt under servers that go on selling; nobody is mailed, charged or reserved again."""

import asyncio

import pytest

from plenary import app
from tests.acceptance.crowd import Crowd, dice
from tests.torture.conftest import House

PEOPLE = 4
DONE = """
SELECT array[(SELECT count(*) FROM events), (SELECT count(*) FROM mailbox),
             (SELECT count(*) FROM commands WHERE sender <> 'timer')]
"""
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


async def test_views_are_rebuilt_and_nobody_acts_again(house: House) -> None:
    server, worker = await house.start("serve --without-work", "work")
    crowd = Crowd(house.driver(server), dice())

    async def rebuild(*names: str) -> None:
        await asyncio.gather(*(asyncio.to_thread(worker.run, "rebuild", name) for name in names))

    await crowd.open()
    await crowd.book(PEOPLE, until=lambda: rebuild("availability"))
    await crowd.adds_up(house.database)
    before = await house.ask(DONE)
    await rebuild(*(view.name for view in app.VIEWS))
    print(await crowd.adds_up(house.database))
    assert await house.ask(DONE) == before
