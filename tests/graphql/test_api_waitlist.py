"""The place in the line, as it is pushed to those who wait."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.engine.answers import Accepted
from plenary.operations.erase import erase
from plenary.registration.entries import AddEntry
from plenary.registration.order import ORDER
from plenary.registration.order_state import Waiting
from plenary.registration.orders import ORDERS
from plenary.registration.waitlist import places
from tests.graphql.test_api_live import watching
from tests.house import ADA, JON, REFUSAL, Browser, House, Sold, open_house

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


async def ask_to_join(browser: Browser, sold: Sold, order_id: UUID, person: Mapping[str, str] = ADA) -> Any:
    """What joining the line answers."""
    item = {"seatTypeId": str(sold.types["GA"]), "quantity": 1}
    asked = {"commandId": uuid4(), "orderId": order_id, "conferenceId": sold.id, "item": item, "registrant": person}
    return (await browser.ask(JOIN, **asked))["done"]


async def join(browser: Browser, sold: Sold, order_id: UUID, person: Mapping[str, str] = ADA) -> None:
    answer = await ask_to_join(browser, sold, order_id, person)
    assert "order" in answer, answer
    assert answer["order"]["state"] == "WAITLISTED"


async def next_place(pushed: AsyncIterator[Any]) -> Any:
    async with asyncio.timeout(5):
        result = await anext(pushed)
    assert not result.errors, result.errors
    return result.data["waitlistPlace"]


async def test_an_entry_that_has_not_been_ended_yet_stands_in_nobodys_way(house: House) -> None:
    sold, _, held = await sold_out(house)
    person = await house.engine.subject(ADA["email"])
    stale = AddEntry(person, UUID(str(sold.types["GA"])), held)  # of an order that waits no more
    assert isinstance(await house.engine.send(stale, id=uuid4(), sender="test"), Accepted)
    waiting = uuid4()
    await join(house.browser(), sold, waiting)
    answer = await ask_to_join(house.browser(), sold, uuid4())
    assert answer["code"] == "ALREADY_WAITING"


async def test_who_waits_moves_up_and_is_told_the_end(house: House) -> None:
    sold, holder, order = await sold_out(house)
    one, two, first, second = house.browser(), house.browser(), uuid4(), uuid4()
    await join(one, sold, first)
    await join(two, sold, second, JON)
    async with watching(house, two, PLACE, second) as pushed, watching(house, one, PLACE, first) as ended:
        assert await next_place(pushed) == {"place": 2, "waiting": 2}
        assert await next_place(ended) == {"place": 1, "waiting": 2}
        await holder.order("cancelOrder", order)
        assert await next_place(pushed) == {"place": 1, "waiting": 1}
        assert await next_place(ended) is None
        with pytest.raises(StopAsyncIteration):
            await anext(ended)


async def test_nobody_stands_in_one_line_twice_however_they_write_their_address(house: House) -> None:
    sold, _, _ = await sold_out(house)
    browser, first, second = house.browser(), uuid4(), uuid4()
    both = (
        ask_to_join(browser, sold, first),
        ask_to_join(house.browser(), sold, second, ADA | {"email": "ADA@example.ORG"}),
    )
    answers = await asyncio.gather(*both)
    assert sorted(answer["__typename"] for answer in answers) == ["OrderDecided", "Refused"]
    (refusal,) = (answer for answer in answers if "code" in answer)
    assert (refusal["code"], refusal["errors"][0]["field"]) == ("ALREADY_WAITING", "item")
    orders = [(await house.engine.state(ORDER, order))[0] for order in (first, second)]
    assert [type(order) for order in orders if order is not None] == [Waiting], "the refused order was left behind"


async def test_who_left_the_line_may_join_it_again_at_once(house: House) -> None:
    sold, _, _ = await sold_out(house)
    browser = house.browser()
    for order in (uuid4(), uuid4(), uuid4()):
        await join(browser, sold, order)
        assert (await browser.order("cancelOrder", order))["order"]["state"] == "CANCELLED"


async def test_who_is_erased_leaves_the_line_and_the_next_moves_up(house: House) -> None:
    sold, holder, order = await sold_out(house)
    one, two, first, second = house.browser(), house.browser(), uuid4(), uuid4()
    await join(one, sold, first)
    await join(two, sold, second, JON)
    async with watching(house, two, PLACE, second) as pushed:
        assert await next_place(pushed) == {"place": 2, "waiting": 2}
        await erase(house.engine, ADA["email"], [], lambda _: None)
        assert await next_place(pushed) == {"place": 1, "waiting": 1}
        await holder.order("cancelOrder", order)
        assert await next_place(pushed) is None
    ended = await house.engine.until(ORDERS, first, lambda row: row is not None and row.state == "cancelled")
    offered = await house.engine.until(ORDERS, second, lambda row: row is not None and row.offered)
    assert [row and row.state for row in (ended, offered)] == ["cancelled", "held"]


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
        await join(house.browser(), sold, uuid4(), JON)
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
