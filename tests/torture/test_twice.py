"""H5: every event delivered twice and out of turn, every command and timer sent twice; the outcome is the same."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine import engine as engines
from plenary.engine.database import Database
from plenary.engine.engine import Engine
from plenary.engine.messages import Event
from plenary.engine.reactor import Reactor
from plenary.engine.tables import bookmarks
from plenary.engine.timers import Timers
from plenary.notifications.mail import MailFollower
from tests.acceptance.crowd import Crowd, dice
from tests.acceptance.served import Served

PEOPLE, ORDERS = 6, 60
One = TypeVar("One")
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


def twice_and_swapped(events: Iterable[One]) -> list[One]:
    """Each twice, after its neighbour: 2 1 1 2 4 3 3 4 …"""
    all_ = list(events)
    pairs = [all_[n : n + 2] for n in range(0, len(all_), 2)]
    return [one for pair in pairs for one in (*reversed(pair), *pair)]


@pytest.fixture
def everything_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever acts on events hears them twice and out of turn, and what they send is sent twice, as are timers."""

    class Twice(Reactor):
        async def act(self, events: Sequence[Event]) -> None:
            for event in twice_and_swapped(events):
                await super().act([event])
            await super().act(twice_and_swapped(events))

        async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
            for event in twice_and_swapped(events):
                await super().write(db, [event])
            return lambda: None

    dispatch, send_one, mail = Engine._dispatch, Timers._send_one, MailFollower.act

    async def dispatch_twice(self: Engine, *sent: Any) -> Any:
        return (await asyncio.gather(dispatch(self, *sent), dispatch(self, *sent)))[0]

    async def send_twice(self: Timers, row: sa.RowMapping) -> Any:
        return (await asyncio.gather(send_one(self, row), send_one(self, row)))[0]

    async def mail_twice(self: MailFollower, events: Sequence[Event]) -> None:
        await mail(self, twice_and_swapped(events))

    monkeypatch.setattr(engines, "Reactor", Twice)
    monkeypatch.setattr(Engine, "_dispatch", dispatch_twice)
    monkeypatch.setattr(Timers, "_send_one", send_twice)
    monkeypatch.setattr(MailFollower, "act", mail_twice)


async def test_everything_twice_and_out_of_turn(everything_twice: None, postgres_url: str) -> None:
    served = Served(postgres_url).start()
    driver = served.driver()
    crowd = Crowd(driver, dice())
    try:
        await crowd.open()
        await crowd.book(PEOPLE, until=lambda: crowd.answered(ORDERS))
        # Whoever acts begins again with what it has done long ago.
        await asyncio.to_thread(served.stop)
        database = Database(postgres_url)
        async with database.transaction() as db:
            acting = bookmarks.c.name.in_(["registration", "mail", "cashier"])
            await db.execute(sa.update(bookmarks).where(acting).values(position=0))
        await database.close()
        head = await database_head(postgres_url)
        await asyncio.to_thread(served.start)
        await served.at_rest()
        assert await served.head() == head
        await driver.let_time_pass(by="15 min")
        told = await crowd.adds_up(postgres_url)
    finally:
        await driver.close()
        served.stop()
    print(told)
    served.check()


async def database_head(url: str) -> int:
    """How many events there are."""
    database = Database(url)
    async with database.reading() as db:
        head: int = (await db.execute(sa.text("SELECT max(position) FROM events"))).scalar_one()
    await database.close()
    return head
