"""A registrant's story over the API: seats, details, payment, attendees, and finding the order again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.registration.availability import AVAILABILITY
from plenary.registration.orders import ORDERS
from tests.house import ADA, JON, ORDER, REFUSAL, Browser, House, Sold, conference_input, open_house

OPEN = f"""mutation($id: UUID!, $secret: String!) {{ done: openOrder(orderId: $id, secret: $secret) {{
  ... on OrderChanged {{ order {ORDER} }} {REFUSAL} }} }}"""
FIND = f"""mutation($conferenceId: UUID, $slug: String, $email: String!, $code: String!) {{
  done: findOrder(conferenceId: $conferenceId, slug: $slug, email: $email, code: $code) {{
  ... on OrderChanged {{ order {ORDER} }} {REFUSAL} }} }}"""
SEE = f"query($id: UUID!) {{ order(id: $id) {ORDER} }}"
LIST = f"""query($id: UUID!, $first: Int! = 20, $after: String, $atLeast: Position) {{
  orders(conference: $id, first: $first, after: $after, atLeast: $atLeast) {{
  totalCount edges {{ node {ORDER} }} pageInfo {{ hasNextPage endCursor }} }} }}"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def on_sale(house: House) -> Sold:
    return await house.on_sale({"GA": (19_900, 10), "WS": (50_000, 4), "Free": (0, 5)})


async def held(house: House, sold: Sold, **quantities: int) -> tuple[Browser, dict[str, Any]]:
    browser = house.browser()
    placed = await browser.place(sold.id, {sold.types[name]: quantity for name, quantity in quantities.items()})
    assert placed["__typename"] == "OrderDecided", placed
    return browser, placed["order"]


async def confirmed(house: House, sold: Sold, **quantities: int) -> tuple[Browser, dict[str, Any]]:
    browser, order = await held(house, sold, **quantities)
    await browser.order("enterDetails", UUID(order["id"]), registrant=ADA)
    started = await browser.order("startPayment", UUID(order["id"]), paymentId=uuid4())
    paid = await browser.http.post(started["order"]["payment"]["payAt"], data={"choice": "accept"})
    assert paid.status_code == 303
    row = await house.engine.until(ORDERS, UUID(order["id"]), lambda row: row is not None and bool(row.seats), 10)
    assert row is not None
    return browser, (await browser.ask(SEE, id=order["id"]))["order"]


async def test_wanted_and_granted_seats_are_told_per_line(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, GA=3, WS=5)
    assert order["state"] == "PARTLY_HELD"
    assert [(line["name"], line["wanted"], line["granted"]) for line in order["lines"]] == [("GA", 3, 3), ("WS", 5, 4)]
    assert order["total"] == {"amount": 3 * 19_900 + 4 * 50_000, "currency": "USD"}
    assert order["conference"] == {"name": "CQRS Days"}
    assert (order["placedAt"], order["payBy"]) == ("2030-05-01T12:00:00.000Z", "2030-05-01T12:15:00.000Z")
    assert (await browser.ask("{ session { orders } }"))["session"]["orders"] == [order["id"]]
    _, late = await held(house, sold, WS=1)
    assert (late["state"], late["total"]["amount"], late["lines"][0]["granted"]) == ("SOLD_OUT", 0, 0)


async def test_placing_again_with_the_same_id_is_the_same_order(house: House) -> None:
    sold, browser = await on_sale(house), house.browser()
    once = {"commandId": uuid4(), "orderId": uuid4()}
    first = await browser.place(sold.id, {sold.types["GA"]: 2}, **once)
    house.clock.advance(timedelta(minutes=1))
    await sold.organizer.conference("unpublishConference", sold.id)
    again = await browser.place(sold.id, {sold.types["GA"]: 2}, **once)
    assert again["order"]["position"] == first["order"]["position"]
    assert (again["secret"], again["position"]) == (first["secret"], first["position"])
    assert (await browser.place(sold.id, {sold.types["GA"]: 3}, **once))["code"] == "KEY_REUSED"


@pytest.mark.parametrize("quantity", [-1, 1_000_001, 2**31 - 1])
async def test_a_quantity_that_can_never_be_right_is_named(house: House, quantity: int) -> None:
    sold = await on_sale(house)
    refused = await house.browser().place(sold.id, {sold.types["WS"]: 1, sold.types["GA"]: quantity})
    assert (refused["code"], refused["errors"][0]["field"]) == ("INVALID_INPUT", "items.1.quantity")


async def test_what_cannot_be_ordered_is_refused_with_a_reason(house: House) -> None:
    sold, other = await on_sale(house), await house.on_sale({"GA": (0, 1)}, slug="other-days")
    draft, browser = (
        UUID((await house.create(house.browser(), input=conference_input(slug="a-draft")))["conference"]["id"]),
        house.browser(),
    )
    ga = sold.types["GA"]
    for conference, items, code in (
        (sold.id, {ga: 0}, "CHOOSE_AT_LEAST_ONE_SEAT"),
        (sold.id, {}, "CHOOSE_AT_LEAST_ONE_SEAT"),
        (sold.id, {ga: 21}, "SEATS_PER_ORDER_EXCEEDED"),
        (sold.id, {uuid4(): 1}, "INVALID_INPUT"),
        (sold.id, {other.types["GA"]: 1}, "INVALID_INPUT"),
        (sold.id, {uuid4(): 1 for _ in range(51)}, "INVALID_INPUT"),
        (draft, {ga: 1}, "NOT_ON_SALE"),
        (uuid4(), {ga: 1}, "CONFERENCE_NOT_FOUND"),
    ):
        assert (await browser.place(conference, items))["code"] == code
    assert (await browser.ask("{ session { orders } }"))["session"]["orders"] == []


async def test_a_change_keeps_the_deadline_and_answers_what_is_granted(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, GA=6)
    house.clock.advance(timedelta(minutes=5))
    returns = f"... on OrderDecided {{ order {ORDER} }}"
    items = [{"seatTypeId": str(sold.types["WS"]), "quantity": 9}]
    changed = await browser.do("changeOrder", returns, orderId=order["id"], items=items)
    assert [(line["name"], line["wanted"], line["granted"]) for line in changed["order"]["lines"]] == [("WS", 9, 4)]
    assert changed["order"]["payBy"] == order["payBy"]
    assert changed["order"]["serverTime"] == "2030-05-01T12:05:00.000Z"
    assert (await house.browser().do("changeOrder", returns, orderId=order["id"], items=items))["code"] == "NOT_ALLOWED"


async def test_a_free_order_is_confirmed_by_its_details_and_has_numbered_seats(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, Free=2)
    done = await browser.order("enterDetails", UUID(order["id"]), registrant=ADA)
    assert done["order"]["state"] == "CONFIRMED"
    assert [(seat["position"], seat["seatType"]) for seat in done["order"]["seats"]] == [(1, "Free"), (2, "Free")]
    assert done["order"]["payment"] is None


async def test_details_that_cannot_be_right_are_named(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, GA=1)
    wrong = {"email": "ada@example", "firstName": "Ada", "lastName": ""}
    refused = await browser.order("enterDetails", UUID(order["id"]), registrant=wrong)
    assert {error["field"] for error in refused["errors"]} == {"email", "lastName"}


async def test_a_paid_order_is_confirmed_and_its_seats_are_given_to_people(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await confirmed(house, sold, GA=1, WS=1)
    assert (order["state"], order["payment"]["state"], order["payment"]["payAt"]) == ("CONFIRMED", "COMPLETED", None)
    id = UUID(order["id"])
    await browser.order("assignSeat", id, position=1, attendee=ADA)
    await browser.order("assignSeat", id, position=2, attendee=JON)
    corrected = await browser.order("assignSeat", id, position=2, attendee=JON | {"firstName": "Jonathan"})
    assert [seat["attendee"]["firstName"] for seat in corrected["order"]["seats"]] == ["Ada", "Jonathan"]
    taken_back = await browser.order("unassignSeat", id, position=1)
    assert [seat["attendee"] is None for seat in taken_back["order"]["seats"]] == [True, False]
    assert (await browser.order("assignSeat", id, position=3, attendee=ADA))["errors"][0]["field"] == "position"


async def test_an_abandoned_payment_leaves_the_hold_and_another_succeeds(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, GA=1)
    id, first, second = UUID(order["id"]), uuid4(), uuid4()
    assert (await browser.order("startPayment", id, paymentId=first))["code"] == "DETAILS_MISSING"
    await browser.order("enterDetails", id, registrant=ADA)
    started = await browser.order("startPayment", id, paymentId=first)
    assert started["order"]["payment"]["payAt"] == f"/gateway/test/{first}"
    abandoned = await browser.order("abandonPayment", id, paymentId=first)
    assert (abandoned["order"]["state"], abandoned["order"]["payment"]["state"]) == ("HELD", "CANCELLED")
    assert abandoned["order"]["payBy"] == order["payBy"]
    started = await browser.order("startPayment", id, paymentId=second)
    assert (started["order"]["payment"]["id"], started["order"]["payment"]["state"]) == (str(second), "INITIATED")


async def test_a_payment_belongs_to_one_order(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, GA=1)
    other, foreign = await held(house, sold, GA=1)
    payment = uuid4()
    await browser.order("enterDetails", UUID(order["id"]), registrant=ADA)
    await browser.order("startPayment", UUID(order["id"]), paymentId=payment)
    for mutation in ("startPayment", "abandonPayment"):
        refused = await other.order(mutation, UUID(foreign["id"]), paymentId=payment)
        assert refused["code"] == "PAYMENT_OF_ANOTHER_ORDER"
    assert (await other.order("abandonPayment", UUID(foreign["id"]), paymentId=uuid4()))["code"] == "PAYMENT_NOT_FOUND"


async def test_a_cancelled_order_returns_its_seats(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, WS=4)
    assert (await browser.order("cancelOrder", UUID(order["id"])))["order"]["state"] == "CANCELLED"
    assert await _free(house, sold, "WS") == 4


async def _free(house: House, sold: Sold, name: str) -> int:
    row = await house.engine.until(
        AVAILABILITY, sold.id, lambda row: row is not None and all(s.held == 0 for s in row.seats), 10
    )
    assert row is not None
    return next(seat.available for seat in row.seats if seat.name == name)


async def test_an_order_that_is_not_paid_in_time_expires(house: House) -> None:
    sold = await on_sale(house)
    browser, order = await held(house, sold, WS=4)
    house.clock.advance(timedelta(minutes=15, seconds=6))
    id = UUID(order["id"])
    row = await house.engine.until(ORDERS, id, lambda row: row is not None and row.state == "expired", 10)
    assert row is not None
    assert (await browser.ask(SEE, id=id))["order"]["state"] == "EXPIRED"
    assert (await browser.order("enterDetails", id, registrant=ADA))["code"] == "ORDER_HAS_EXPIRED"
    assert await _free(house, sold, "WS") == 4


async def test_nobody_else_sees_or_touches_an_order(house: House) -> None:
    sold, other = await on_sale(house), await house.on_sale({}, slug="other-days")
    _, order = await confirmed(house, sold, GA=1)
    id = UUID(order["id"])
    for stranger in (house.browser(), other.organizer):
        assert (await stranger.ask(SEE, id=id))["order"] is None
        assert (await stranger.ask(LIST, id=sold.id))["orders"] is None
        for mutation, more in (
            ("enterDetails", {"registrant": ADA}),
            ("startPayment", {"paymentId": uuid4()}),
            ("abandonPayment", {"paymentId": order["payment"]["id"]}),
            ("cancelOrder", {}),
            ("assignSeat", {"position": 1, "attendee": JON}),
            ("unassignSeat", {"position": 1}),
        ):
            assert (await stranger.order(mutation, id, **more))["code"] == "NOT_ALLOWED", mutation
    assert (await sold.organizer.ask(SEE, id=id))["order"]["registrant"] == ADA
    assert (await sold.organizer.order("unassignSeat", id, position=1))["code"] == "NOT_ALLOWED"


async def test_an_organizer_sees_all_orders_in_pages_the_newest_first(house: House) -> None:
    sold = await on_sale(house)
    codes = []
    for _ in range(3):
        last = (await held(house, sold, GA=1))[1]
        codes.append(last["code"])
        house.clock.advance(timedelta(seconds=1))
    first = (await sold.organizer.ask(LIST, id=sold.id, first=2, atLeast=last["position"]))["orders"]
    rest = (await sold.organizer.ask(LIST, id=sold.id, first=2, after=first["pageInfo"]["endCursor"]))["orders"]
    shown = [edge["node"]["code"] for edge in first["edges"] + rest["edges"]]
    assert (shown, first["totalCount"]) == (codes[::-1], 3)
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_an_order_link_opens_its_order_and_no_other(house: House) -> None:
    sold, browser = await on_sale(house), house.browser()
    placed = await house.browser().place(sold.id, {sold.types["GA"]: 1})
    other = await house.browser().place(sold.id, {sold.types["GA"]: 1})
    for id, secret in ((placed["order"]["id"], other["secret"]), (uuid4(), placed["secret"])):
        assert (await browser.ask(OPEN, id=id, secret=secret))["done"]["code"] == "WRONG_ORDER_LINK"
    opened = (await browser.ask(OPEN, id=placed["order"]["id"], secret=placed["secret"]))["done"]
    assert opened["order"]["code"] == placed["order"]["code"]
    assert (await browser.ask("{ session { orders } }"))["session"]["orders"] == [placed["order"]["id"]]


async def test_an_order_is_found_again_with_its_code_and_e_mail(house: House) -> None:
    sold, other = await on_sale(house), await house.on_sale({}, slug="other-days")
    _, order = await confirmed(house, sold, GA=2)
    assert await house.engine.caught_up(ORDERS, await house.engine.log.head(), timeout=10)  # it is looked up in a table
    browser, typed = house.browser(), f" {order['code'].lower().replace('-', ' ')} "
    for where in ({"conferenceId": sold.id}, {"slug": "cqrs-days"}):
        found = (await browser.ask(FIND, email="ADA@EXAMPLE.ORG", code=typed, **where))["done"]
        assert [seat["seatType"] for seat in found["order"]["seats"]] == ["GA", "GA"]
    wrong: list[dict[str, Any]] = [
        {"conferenceId": sold.id, "code": "0000-0000"},
        {"conferenceId": sold.id, "email": "jon@example.org"},
        {"conferenceId": other.id},
        {"slug": "nothing-here"},
        {"conferenceId": sold.id, "code": "what?"},
    ]
    answers = [(await browser.ask(FIND, **({"email": ADA["email"], "code": order["code"]} | w)))["done"] for w in wrong]
    assert {answer["code"] for answer in answers} == {"ORDER_NOT_FOUND"}
    neither = (await browser.ask(FIND, email=ADA["email"], code=order["code"]))["done"]
    assert neither["code"] == "INVALID_INPUT"


async def test_many_at_once_get_every_seat_exactly_once(house: House) -> None:
    sold = await on_sale(house)
    orders = await asyncio.gather(*(held(house, sold, WS=2) for _ in range(6)))
    assert sum(order["lines"][0]["granted"] for _, order in orders) == 4
