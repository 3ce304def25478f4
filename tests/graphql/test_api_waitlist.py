"""The place in the line, as it is pushed to those who wait."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.registration.orders import ORDERS
from plenary.registration.waitlist import places
from tests.graphql.test_api_live import watching
from tests.house import ADA, REFUSAL, Browser, House, Sold, open_house

PLACE = "subscription($id: UUID!) { waitlistPlace(order: $id) { place waiting } }"
JOIN = f"""mutation($commandId: UUID!, $orderId: UUID!, $conferenceId: UUID!, $item: OrderItemInput!,
  $registrant: PersonInput!) {{ done: joinWaitlist(commandId: $commandId, orderId: $orderId,
  conferenceId: $conferenceId, item: $item, registrant: $registrant) {{
  ... on OrderDecided {{ order {{ state }} }} {REFUSAL} }} }}"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def sold_out(house: House) -> tuple[Sold, Browser, UUID]:
    """A conference with one seat, and who holds it."""
    sold, holder, order = await house.on_sale({"GA": (100, 1)}), house.browser(), uuid4()
    await holder.place(sold.id, {sold.types["GA"]: 1}, orderId=order)
    return sold, holder, order


async def join(browser: Browser, sold: Sold, order_id: UUID) -> None:
    item = {"seatTypeId": str(sold.types["GA"]), "quantity": 1}
    asked = {"commandId": uuid4(), "orderId": order_id, "conferenceId": sold.id, "item": item, "registrant": ADA}
    assert (await browser.ask(JOIN, **asked))["done"]["order"]["state"] == "WAITLISTED"


async def next_place(pushed: AsyncIterator[Any]) -> Any:
    async with asyncio.timeout(5):
        result = await anext(pushed)
    assert not result.errors, result.errors
    return result.data["waitlistPlace"]


async def test_who_waits_moves_up_and_is_told_the_end(house: House) -> None:
    sold, holder, order = await sold_out(house)
    one, two, first, second = house.browser(), house.browser(), uuid4(), uuid4()
    await join(one, sold, first)
    await join(two, sold, second)
    async with watching(house, two, PLACE, second) as pushed, watching(house, one, PLACE, first) as ended:
        assert await next_place(pushed) == {"place": 2, "waiting": 2}
        assert await next_place(ended) == {"place": 1, "waiting": 2}
        await holder.order("cancelOrder", order)
        assert await next_place(pushed) == {"place": 1, "waiting": 1}
        assert await next_place(ended) is None
        with pytest.raises(StopAsyncIteration):
            await anext(ended)


async def test_a_process_that_is_behind_ends_nobodys_wait(house: House) -> None:
    """What another process has answered may not have been read here yet."""
    sold, _, _ = await sold_out(house)
    browser, order = house.browser(), uuid4()
    await join(browser, sold, order)
    known = places(house.engine)
    known._lines[sold.id] = (1_000_000, {})  # as it is counted where nobody has joined yet
    async with watching(house, browser, PLACE, order) as pushed:
        waiting = asyncio.create_task(next_place(pushed))
        await asyncio.sleep(0.5)  # nothing may come of it, and of nothing there is no sign to wait for
        assert not waiting.done()
        known._lines.clear()
        await join(house.browser(), sold, uuid4())
        assert await waiting == {"place": 1, "waiting": 2}


async def test_lines_that_were_counted_too_early_are_counted_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold, _, _ = await sold_out(house)
    browser, order = house.browser(), uuid4()
    await join(browser, sold, order)
    await house.engine.until(ORDERS, order, lambda row: row is not None and row.waiting_since is not None)

    async def is_behind(*_: object) -> bool:
        return False

    async def nobody(_: UUID) -> dict[UUID, tuple[int, int]]:
        return {}

    known = places(house.engine)
    known._lines.clear()
    with monkeypatch.context() as behind:
        behind.setattr("plenary.registration.waitlist.AGAIN", 0.01)
        behind.setattr(house.engine, "caught_up", is_behind)
        behind.setattr(known, "_count", nobody)
        assert await known.of(sold.id, order) is None
    async with asyncio.timeout(10):
        while await known.of(sold.id, order) != (1, 1):  # as soon as it is counted again
            await asyncio.sleep(0.02)
