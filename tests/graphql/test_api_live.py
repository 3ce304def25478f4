"""What is pushed over the API: the whole of it at once, after every change, and only to those who may see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.requests import HTTPConnection
from strawberry.types import ExecutionResult

from plenary.graphql.context import Contexts
from plenary.graphql.schema import SCHEMA
from tests.house import ADA, Browser, House, conference_input, open_house

SEATS = """subscription($id: UUID!) { seatAvailability(conference: $id) {
  slug open position stale seats { name quota held sold available retired price { amount } } } }"""
ORDER = "subscription($id: UUID!) { order(id: $id) { state position registrant { email } lines { granted } } }"


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


@asynccontextmanager
async def watching(house: House, browser: Browser, query: str, id: UUID | str) -> AsyncIterator[AsyncIterator[Any]]:
    """What a socket of this browser is sent."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
    connection = HTTPConnection({"type": "websocket", "headers": [(b"cookie", cookies.encode())]})
    context = Contexts(house.engine, house.built.settings).make(connection, None)
    results = await SCHEMA.subscribe(query, variable_values={"id": str(id)}, context_value=context)
    assert not isinstance(results, ExecutionResult), results.errors
    try:
        yield results
    finally:
        await results.aclose()


async def until(results: AsyncIterator[Any], field: str, true_of: Any) -> Any:
    """The first push that something is true of."""
    async for result in results:
        assert not result.errors, result.errors
        if true_of(result.data[field]):
            return result.data[field]
    raise AssertionError("nothing more was pushed")


async def test_everybody_watches_seats_being_held_sold_and_added(house: House) -> None:
    sold = await house.on_sale({"GA": (100, 10)})
    ga = sold.types["GA"]
    async with watching(house, house.browser(), SEATS, sold.id) as pushed:
        first = await until(pushed, "seatAvailability", lambda view: True)
        assert (first["open"], first["slug"], first["seats"][0]["available"]) == (True, "cqrs-days", 10)
        registrant = house.browser()
        placed = await registrant.place(sold.id, {ga: 4})
        held = await until(pushed, "seatAvailability", lambda view: view["seats"][0]["held"] == 4)
        assert held["seats"][0]["available"] == 6
        await sold.organizer.conference("changeQuota", sold.id, seatTypeId=ga, quota=3)
        lowered = await until(pushed, "seatAvailability", lambda view: view["seats"][0]["quota"] == 3)
        assert lowered["seats"][0]["available"] == 0
        await registrant.order("cancelOrder", UUID(placed["order"]["id"]))
        await until(pushed, "seatAvailability", lambda view: view["seats"][0]["available"] == 3)
        await sold.organizer.conference("unpublishConference", sold.id)
        await until(pushed, "seatAvailability", lambda view: not view["open"])


async def test_a_registrant_watches_the_order_until_it_expires(house: House) -> None:
    sold, browser = await house.on_sale({"GA": (100, 10)}), house.browser()
    placed = await browser.place(sold.id, {sold.types["GA"]: 2})
    async with watching(house, browser, ORDER, placed["order"]["id"]) as pushed:
        first = await until(pushed, "order", lambda order: True)
        assert (first["state"], first["lines"]) == ("HELD", [{"granted": 2}])
        await browser.order("enterDetails", UUID(placed["order"]["id"]), registrant=ADA)
        await until(pushed, "order", lambda order: order["registrant"] == {"email": ADA["email"]})
        house.clock.advance(timedelta(minutes=16))
        await until(pushed, "order", lambda order: order["state"] == "EXPIRED")


async def test_what_one_may_not_see_is_not_pushed(house: House) -> None:
    sold, stranger, organizer = await house.on_sale({"GA": (100, 10)}), house.browser(), house.browser()
    order = (await house.browser().place(sold.id, {sold.types["GA"]: 2}))["order"]["id"]
    draft = uuid4()
    await house.create(organizer, conferenceId=draft, input=conference_input(slug="a-draft"))
    for query, id in ((ORDER, order), (ORDER, uuid4()), (SEATS, draft), (SEATS, uuid4())):
        async with watching(house, stranger, query, id) as pushed:
            result = await anext(pushed)
            assert result.data is None
            assert result.errors[0].extensions == {"code": "NOT_ALLOWED"}
    async with watching(house, organizer, SEATS, draft) as pushed:
        assert (await until(pushed, "seatAvailability", lambda view: True))["open"] is False


async def test_seats_can_be_asked_for_as_fresh_as_a_change(house: House) -> None:
    sold = await house.on_sale({"GA": (100, 10)})
    changed = await sold.organizer.conference("changeQuota", sold.id, seatTypeId=sold.types["GA"], quota=50)
    query = (
        "query($id: UUID!, $at: Position) { seatAvailability(conference: $id, atLeast: $at) { seats { quota } stale } }"
    )
    seen = (await house.browser().ask(query, id=sold.id, at=changed["position"]))["seatAvailability"]
    assert seen == {"seats": [{"quota": 50}], "stale": False}


async def test_of_a_retired_seat_type_only_what_was_sold_is_shown(house: House) -> None:
    sold = await house.on_sale({"Sold": (0, 10), "Unsold": (0, 10)})
    await house.browser().place(sold.id, {sold.types["Sold"]: 1})
    for seat_type in sold.types.values():
        await sold.organizer.conference("retireSeatType", sold.id, seatTypeId=seat_type)
    async with watching(house, house.browser(), SEATS, sold.id) as pushed:
        shown = await until(pushed, "seatAvailability", lambda view: any(seat["retired"] for seat in view["seats"]))
        while len(shown["seats"]) > 1:
            shown = await until(pushed, "seatAvailability", lambda view: True)
        assert [(seat["name"], seat["retired"], seat["held"]) for seat in shown["seats"]] == [("Sold", True, 1)]
