"""Servers that are killed while people book, and started again: nothing is lost or sold twice, and all orders end."""

import asyncio
import json
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from plenary.engine.database import Database
from plenary.log.contract import Recorded
from plenary.log.postgres import PostgresLog
from plenary.log.sqlite import SqliteLog
from tests.acceptance.driver import Answer, Driver, Fault
from tests.acceptance.process import ServerProcess

KILLS = 3
PEOPLE = 20
QUOTAS = {"GA": 40, "WS": 12}
ENDS = {"OrderConfirmed", "OrderExpired", "OrderSoldOut", "OrderCancelled", "OrderRefunded"}
PATIENCE = 60.0
LOOK_AGAIN = 0.05


class Crowd:
    """People who book at random, until they are done or the server is gone; everybody's last answers are kept."""

    def __init__(self, driver: Driver, dice: random.Random) -> None:
        """`dice` decides everything that people do."""
        self._driver, self._dice = driver, dice
        self._answered = 0
        self._enough = asyncio.Event()
        self.confirmed: set[str] = set()
        """The codes of orders whose registrants were told that they are confirmed."""

    async def book_until(self, number: int, kill: Any, round_: int) -> None:
        """Book, all at once; the server is killed as soon as so many requests were answered, or all are done."""
        self._enough.clear()
        self._answered, self._wanted = 0, number
        people = [asyncio.create_task(self._book(f"R{round_}-{n}")) for n in range(PEOPLE)]
        all_done = asyncio.gather(*people)
        all_done.add_done_callback(lambda _: self._enough.set())
        await self._enough.wait()
        await asyncio.to_thread(kill)
        await all_done

    async def _book(self, who: str) -> None:
        seats = {"GA": self._dice.randint(1, 3), "WS": self._dice.randint(0, 2)}
        steps = [self._driver.enter_details, self._driver.pay, self._driver.cancel][
            : self._dice.choice((0, 1, 2, 2, 2))
        ]
        try:
            await self._told(await self._driver.place_order(who, seats))
            for step in steps:
                await self._told(await step(who))
        except (httpx.TransportError, Fault):
            pass  # the server is gone, and they with it

    async def _told(self, answer: Answer) -> None:
        if answer.get("state") == "confirmed":
            self.confirmed.add(answer["code"])
        self._answered += 1
        if self._answered >= self._wanted:
            self._enough.set()


@pytest.mark.acceptance
@pytest.mark.xdist_group("killed servers")
async def test_a_server_that_is_killed_again_and_again(database_url: str, tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    server = ServerProcess(tmp_path, database_url, grace_seconds=1)
    await asyncio.to_thread(server.start)
    driver = Driver(server.url)
    try:
        await driver.create_conference(hold_seconds=2)
        for name, quota in QUOTAS.items():
            await driver.add_seat_type(name=name, price="$10", quota=quota)
        await driver.publish()
        crowd = Crowd(driver, dice)
        for round_ in range(KILLS):
            await crowd.book_until(dice.randint(5, PEOPLE * 2), server.kill, round_)
            await asyncio.to_thread(server.start)
        orders = await _all_ended(driver)
        mails = (await driver.mails(about="your seats"))["mails"]
        shown = await _nothing_held(driver)
    finally:
        await driver.close()
        server.kill()
    confirmed = [order for order in orders if order["state"] == "confirmed"]
    assert crowd.confirmed <= {order["code"] for order in confirmed}
    sold = Counter[str]()
    for order in confirmed:
        sold.update(order["seats"])
        assert len(order["attendees"]) == sum(order["seats"].values())
        assert [order["code"] in mail["subject"] for mail in mails].count(True) == 1, f"mails about {order['code']}"
    assert shown["sold"] == {name: sold[name] for name in QUOTAS}
    async with _log(database_url) as events:
        _adds_up(events, len(orders), len(confirmed), sold.total())
    assert "Traceback" not in server.said()


async def _all_ended(driver: Driver) -> list[Answer]:
    """All orders, once each of them has ended."""
    async with asyncio.timeout(PATIENCE):
        while True:
            orders: list[Answer] = (await driver.sales())["orders"]
            if all(
                one["state"] in ("expired", "sold_out", "cancelled", "refunded") or one["attendees"] for one in orders
            ):
                return orders
            await asyncio.sleep(LOOK_AGAIN)


async def _nothing_held(driver: Driver) -> Answer:
    """The seats, as soon as none is held: those of an order that ended are released a moment later."""
    async with asyncio.timeout(PATIENCE):
        while any((shown := await driver.availability())["held"].values()):
            await asyncio.sleep(LOOK_AGAIN)
    return shown


def _adds_up(events: list[Recorded], orders: int, confirmed: int, sold: int) -> None:
    """The log alone tells the same story: gapless, every order ended, no seat sold twice."""
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    streams: dict[str, list[Recorded]] = {}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    for stream in streams.values():
        assert [event.version for event in stream] == list(range(1, len(stream) + 1))
    placed = [stream for stream in streams.values() if stream[0].type == "OrderPlaced"]
    assert len(placed) == orders
    assert all(ENDS & {event.type for event in stream} for stream in placed)
    kinds = Counter(event.type for event in events)
    assert kinds["OrderConfirmed"] == kinds["AssignmentsCreated"] == confirmed
    seats: list[list[Answer]] = [
        json.loads(event.data)["levels"]
        for event in events
        if event.stream.startswith("seats-") and '"levels"' in event.data
    ]
    for levels in seats:
        assert all(level["held"] >= 0 and level["sold"] >= 0 for level in levels)
        assert all(level["held"] + level["sold"] <= level["quota"] for level in levels)
    last = {level["seat_type_id"]: level for levels in seats for level in levels}
    assert sum(level["sold"] for level in last.values()) == sold
    assert all(level["held"] == 0 for level in last.values())


@asynccontextmanager
async def _log(url: str) -> AsyncIterator[list[Recorded]]:
    """Every event of a database, read without any server."""
    database = Database(url)
    log = SqliteLog(url, database.write_lock) if database.is_sqlite else PostgresLog(url)
    try:
        yield await log.after(0, 1_000_000)
    finally:
        await log.close()
        await database.close()
