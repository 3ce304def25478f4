"""A crowd: people who book at random and insist, whatever happens to the servers, and what must be true afterwards."""

import asyncio
import itertools
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.acceptance.driver import Answer, Driver, Fault
from tests.invariants import all_followed, check_log

PATIENCE = 120.0
LOOK_AGAIN = 0.05
QUOTAS = {"GA": 40, "WS": 12}
OVER = ("expired", "sold_out", "cancelled", "refunded", "waitlisted")
"""How orders end that got no seats; who waits when nobody holds any more waits for sold seats."""


def dice() -> random.Random:
    """What everything random in a test is decided by; repeatable by SEED, and printed."""
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    print(f"seed {seed}")
    return random.Random(seed)


class Crowd:
    """People who come as long as others go; each insists on an answer, with the same command, at another server."""

    def __init__(self, driver: Driver, dice: random.Random) -> None:
        """`dice` decides everything that people do."""
        self._driver, self._dice = driver, dice
        self._numbers = itertools.count(1)
        self._answered = asyncio.Condition()
        self._waiting: list[str] = []
        self.answers = 0
        self.confirmed: set[str] = set()
        """The codes of orders whose registrants were told that they are confirmed."""

    async def open(self, quotas: dict[str, int] = QUOTAS, hold_seconds: int = 3) -> None:
        """A conference to book at."""
        await self._driver.create_conference(hold_seconds=hold_seconds, cancel_days=7)
        for name, quota in quotas.items():
            await self._driver.add_seat_type(name=name, price="$10", quota=quota)
        await self._driver.create_code(code="FEW", percent=50, limit=7)
        await self._driver.publish()

    async def book(self, people: int, until: Callable[[], Awaitable[None]]) -> None:
        """So many at a time, one after the other, until something has ended; then everybody finishes."""
        over = asyncio.ensure_future(until())

        async def one_after_the_other() -> None:
            while not over.done():
                await self._book(f"R{next(self._numbers)}")

        await asyncio.gather(over, *(one_after_the_other() for _ in range(people)))
        for who in self._waiting[2:]:  # two are patient
            await self._insist(who, self._leave, key=f"{who} leave")

    async def answered(self, more: int) -> None:
        """Return when so many more requests were answered."""
        wanted = self.answers + more
        async with asyncio.timeout(PATIENCE), self._answered:
            await self._answered.wait_for(lambda: self.answers >= wanted)

    async def _book(self, who: str) -> None:
        """Place an order and go on with it, more or less far; all by chance, thrown before anybody is asked."""
        seats = {"GA": self._dice.randint(0, 3), "WS": self._dice.randint(1, 2)}
        other = {"GA": self._dice.randint(1, 2)}
        steps: list[Callable[..., Awaitable[Answer]]] = self._dice.choice(
            [
                [],
                [self._driver.cancel],
                [self._driver.enter_details, self._driver.pay],
                [self._driver.enter_details, self._driver.pay],
                [self._driver.enter_details, self._driver.pay],
                [self._driver.enter_details, self._driver.start_payment, self._driver.abandon_payment],
                [self._change(other), self._driver.enter_details, self._driver.pay],
                [self._use_code, self._driver.enter_details, self._driver.pay],
                [self._driver.extend_hold, self._driver.enter_details, self._use_code, self._driver.pay],
                [self._driver.enter_details, self._driver.pay, self._give_one_up],
                [self._driver.pay],
            ]
        )
        if len(steps) == 1 and steps[0] == self._driver.pay:
            self._waiting.append(who)
            await self._insist(who, self._driver.join_waitlist, seats={"WS": 1}, key=f"{who} join")
        else:
            await self._insist(who, self._driver.place_order, seats=seats, key=f"{who} place")
        for number, step in enumerate(steps):
            await self._insist(who, step, key=f"{who} {number}")

    async def _use_code(self, who: str, **more: Any) -> Answer:
        return await self._driver.apply_code(who, code="FEW", **more)

    async def _leave(self, who: str, **more: Any) -> Answer:
        """The line, by whoever still stands in it."""
        order = await self._driver.order(who)
        return await self._driver.cancel(who, **more) if order.get("state") == "waitlisted" else order

    async def _give_one_up(self, who: str, **more: Any) -> Answer:
        """One of several seats, the last."""
        order = await self._driver.order(who)
        seats = order.get("attendees", [])
        return await self._driver.cancel(who, seats=seats[-1]["seat"], **more) if len(seats) > 1 else order

    def _change(self, seats: dict[str, int]) -> Callable[..., Awaitable[Answer]]:
        return lambda who, **more: self._driver.change_order(who, seats, **more)

    async def _insist(self, who: str, step: Callable[..., Awaitable[Answer]], **arguments: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = await step(who, **arguments)
                if answer.get("refused") != "Busy":
                    break
            except (httpx.TransportError, Fault):
                if time.monotonic() > deadline:
                    raise
                self._driver.line.move(who)
            await asyncio.sleep(LOOK_AGAIN)
        if answer.get("state") == "confirmed":
            self.confirmed.add(answer["code"])
        async with self._answered:
            self.answers += 1
            self._answered.notify_all()

    async def adds_up(self, url: str, *, patience: float = PATIENCE) -> str:
        """As soon as all orders have ended: seats, orders, mails and the log itself tell one story."""
        orders = await self._all_ended(url, patience)
        shown = await self._nothing_held(patience)
        confirmed = [order for order in orders if order["state"] == "confirmed"]
        lost = self.confirmed - {order["code"] for order in confirmed}
        assert not lost, f"registrants of {lost} were told that they are confirmed"
        sold = Counter[str]()
        for order in confirmed:
            sold.update(order["seats"])
            assert len(order["attendees"]) == sum(order["seats"].values())
        assert shown["sold"] == {name: sold[name] for name in shown["sold"]}
        return await self._told_alike(url, confirmed, patience)

    async def _told_alike(self, url: str, confirmed: list[Answer], patience: float) -> str:
        """The mails may take a moment, the log is checked whenever it is looked at."""
        deadline = time.monotonic() + patience
        while True:
            told = await check_log(url, self._driver.acknowledged)
            mails = (await self._driver.mails(about="your seats at"))["mails"]
            about = Counter(mail["subject"].rpartition(" ")[2] for mail in mails)
            expected = Counter(order["code"] for order in confirmed)
            if about == expected:
                return told
            assert time.monotonic() < deadline, f"mails {about}, confirmed {expected}"
            await asyncio.sleep(LOOK_AGAIN)

    async def _all_ended(self, url: str, patience: float) -> list[Answer]:
        async with asyncio.timeout(patience):
            while True:
                followed = await all_followed(url)
                orders: list[Answer] = (await self._driver.sales())["orders"]
                if followed and all(one["state"] in OVER or one["attendees"] for one in orders):
                    return orders
                if self._driver.moves_time and followed:  # what was offered meanwhile has a deadline of its own
                    await self._driver.let_time_pass(by="1 min")
                await asyncio.sleep(LOOK_AGAIN)

    async def _nothing_held(self, patience: float) -> Answer:
        """The seats, as soon as none is held: those of an order that ended are released a moment later."""
        async with asyncio.timeout(patience):
            while any((shown := await self._driver.availability())["held"].values()):
                await asyncio.sleep(LOOK_AGAIN)
        return shown
