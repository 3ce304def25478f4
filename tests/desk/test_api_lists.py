"""An organizer looks for orders and attendees over the API; nobody else sees any of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.registration.orders import ORDERS
from tests.house import ADA, JON, Browser, House, Sold, open_house

LIST = """query($id: UUID!, $search: String, $states: [OrderState!], $type: UUID, $first: Int! = 20, $after: String,
  $atLeast: Position) {
  orders(conference: $id, search: $search, states: $states, seatType: $type, first: $first, after: $after,
    atLeast: $atLeast) {
    totalCount hasMoreThanCounted edges { node { code state } } pageInfo { hasNextPage endCursor } } }"""
ATTENDEES = """query($id: UUID!, $search: String, $assigned: Boolean, $type: UUID, $first: Int! = 20, $after: String,
  $atLeast: Position) {
  attendees(conference: $id, search: $search, assigned: $assigned, seatType: $type, first: $first, after: $after,
    atLeast: $atLeast) {
    edges { node { orderId code state position seatType attendee { email } registrant { email } placedAt } }
    pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def booked(house: House, sold: Sold, **quantities: int) -> tuple[Browser, dict[str, Any]]:
    """A free order, confirmed, with its numbered seats."""
    browser = house.browser()
    placed = await browser.place(sold.id, {sold.types[name]: quantity for name, quantity in quantities.items()})
    id_ = UUID(placed["order"]["id"])
    await browser.order("enterDetails", id_, registrant=ADA)
    row = await house.engine.until(ORDERS, id_, lambda row: row is not None and bool(row.seats), 10)
    assert row is not None
    return browser, {"id": id_, "code": row.code}


async def test_orders_are_searched_and_filtered(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10), "WS": (0, 10), "CP": (5_000, 5)})
    browser, order = await booked(house, sold, GA=1, WS=1)
    given = await browser.order("assignSeat", order["id"], position=2, attendee=JON)
    held = (await house.browser().place(sold.id, {sold.types["CP"]: 1}))["order"]
    at_least = held["position"]

    async def codes(**narrowed: object) -> list[str]:
        variables = {"id": sold.id, "atLeast": max(at_least, given["position"]), **narrowed}
        return [edge["node"]["code"] for edge in (await sold.organizer.ask(LIST, **variables))["orders"]["edges"]]

    assert set(await codes()) == {order["code"], held["code"]}
    for search in ("ada", "LOVE", "ada@example.org", "jaf jon", order["code"], order["code"].replace("-", "").lower()):
        assert await codes(search=search) == [order["code"]]
    assert await codes(search="nobody") == []
    assert await codes(states=["HELD"]) == await codes(type=str(sold.types["CP"])) == [held["code"]]
    assert await codes(states=["HELD", "CONFIRMED"], search="ada", type=str(sold.types["GA"])) == [order["code"]]
    assert await codes(states=["EXPIRED"]) == []
    long = await sold.organizer.answer(LIST, id=sold.id, search="x" * 201)
    assert long.json()["errors"][0]["message"] == "`search` may have 200 characters."


async def test_attendees_are_listed_with_the_seats_that_nobody_has_yet(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10), "WS": (0, 10)})
    browser, order = await booked(house, sold, GA=2, WS=1)
    given = await browser.order("assignSeat", order["id"], position=2, attendee=JON)

    async def listed(**narrowed: object) -> Any:
        return (await sold.organizer.ask(ATTENDEES, id=sold.id, atLeast=given["position"], **narrowed))["attendees"]

    seats = [edge["node"] for edge in (await listed())["edges"]]
    assert [(seat["position"], seat["seatType"], seat["attendee"]) for seat in seats] == [
        (1, "GA", None),
        (2, "GA", {"email": "jon@example.org"}),
        (3, "WS", None),
    ]
    assert {seat["code"] for seat in seats} == {order["code"]}
    assert {seat["registrant"]["email"] for seat in seats} == {"Ada@example.org"}
    assert [
        edge["node"]["position"] for edge in (await listed(assigned=False, type=str(sold.types["GA"])))["edges"]
    ] == [1]
    assert [edge["node"]["position"] for edge in (await listed(search="jaffe"))["edges"]] == [2]
    first = await listed(first=2)
    assert first["pageInfo"] | {"endCursor": ""} == {"hasNextPage": True, "hasPreviousPage": False, "endCursor": ""}
    rest = await listed(first=2, after=first["pageInfo"]["endCursor"])
    assert [edge["node"]["position"] for edge in rest["edges"]] == [3]
    assert not rest["pageInfo"]["hasNextPage"]
    wrong = await sold.organizer.answer(ATTENDEES, id=sold.id, after="nonsense")
    assert wrong.json()["errors"][0]["message"] == "`after` must be a cursor that an answer carried."


async def test_nobody_but_the_organizer_sees_any_list(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10)})
    browser, _ = await booked(house, sold, GA=1)
    other = await house.on_sale({"GA": (0, 10)}, slug="another-one")
    for stranger in (browser, other.organizer, house.browser()):
        assert await stranger.ask(LIST, id=sold.id) == {"orders": None}
        assert await stranger.ask(ATTENDEES, id=sold.id) == {"attendees": None}
    assert (await sold.organizer.ask(LIST, id=uuid4())) == {"orders": None}
