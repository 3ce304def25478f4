"""Histories over the API: who did what, in words and as it is stored, for the organizer only."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.registration.orders import ORDERS
from tests.house import ADA, JON, REFUSAL, House, conference_input, open_house

ENTRIES = """ edges { cursor node { at who what event {
    type schemaVersion stream version position commandId causation data } } }
  pageInfo { hasNextPage endCursor }"""
ORDER_HISTORY = f"""query($id: UUID!, $first: Int! = 50, $after: String, $atLeast: Position) {{
  history: orderHistory(order: $id, first: $first, after: $after, atLeast: $atLeast) {{ {ENTRIES} }} }}"""
CONFERENCE_HISTORY = f"""query($id: UUID!, $first: Int! = 50, $after: String, $atLeast: Position) {{
  history: conferenceHistory(conference: $id, first: $first, after: $after, atLeast: $atLeast) {{ {ENTRIES} }} }}"""

CREATE_CODE = f"""mutation($commandId: UUID!, $to: UUID!) {{
  done: createPromoCode(commandId: $commandId, conferenceId: $to, code: "speaker",
    input: {{ percent: 10, limit: 1 }}) {{
    {REFUSAL} }} }}"""
CANCEL = f"""mutation($commandId: UUID!, $orderId: UUID!) {{
  done: refundSeats(commandId: $commandId, orderId: $orderId, positions: [2]) {{
    ... on OrderChanged {{ position }} {REFUSAL} }} }}"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


def told(answer: Any) -> list[tuple[str, str]]:
    return [(edge["node"]["who"], edge["node"]["what"]) for edge in answer["history"]["edges"]]


async def test_an_order_is_told_with_its_payment_its_seats_and_the_events_themselves(house: House) -> None:
    sold = await house.on_sale({"GA": (19_900, 10)})
    browser = house.browser()
    id_ = UUID((await browser.place(sold.id, {sold.types["GA"]: 1}))["order"]["id"])
    await browser.order("enterDetails", id_, registrant=ADA)
    started = await browser.order("startPayment", id_, paymentId=uuid4())
    await browser.http.post(started["order"]["payment"]["payAt"], data={"choice": "accept"})
    row = await house.engine.until(ORDERS, id_, lambda row: row is not None and bool(row.seats), 10)
    assert row is not None
    await browser.order("assignSeat", id_, position=1, attendee=JON)
    answer = await sold.organizer.ask(ORDER_HISTORY, id=id_)
    assert told(answer)[::-1] == [
        ("REGISTRANT", f"Order {row.code} was placed: 1 × GA, USD 199.00."),
        ("PROCESS", "Seats were held: 1 × GA, USD 199.00."),
        ("REGISTRANT", "The order is for Ada Lovelace, Ada@example.org."),
        ("REGISTRANT", "A payment of USD 199.00 by test was asked for."),
        ("PROCESS", "A payment of USD 199.00 by test was begun."),
        ("GATEWAY", "USD 199.00 were paid."),
        ("PROCESS", "The order was confirmed: 1 × GA, USD 199.00."),
        ("PROCESS", "One seat was numbered, to be given to attendees."),
        ("REGISTRANT", "Jon Jaffe (jon@example.org) was given seat 1, GA."),
    ]
    given = answer["history"]["edges"][0]["node"]["event"]
    assert (given["type"], given["schemaVersion"], given["stream"]) == ("SeatAssigned", 2, f"assignments-{id_}")
    assert (given["version"], int(given["position"]) > 10, given["causation"]) == (2, True, "request")
    assert json.loads(given["data"])["email"] == "jon@example.org"

    seen, after = [], None
    while True:
        page = (await sold.organizer.ask(ORDER_HISTORY, id=id_, first=4, after=after))["history"]
        seen += [edge["node"]["what"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [what for _, what in told(answer)]


async def test_a_deadline_is_told_as_the_timers(house: House) -> None:
    sold = await house.on_sale({"GA": (19_900, 10)})
    id_ = UUID((await house.browser().place(sold.id, {sold.types["GA"]: 1}))["order"]["id"])
    house.clock.advance(timedelta(minutes=20))
    await house.engine.until(ORDERS, id_, lambda row: row is not None and row.state == "expired", 10)
    answer = await sold.organizer.ask(ORDER_HISTORY, id=id_)
    assert told(answer)[0] == ("TIMER", "The order was not paid in time; its seats went back on sale.")


async def test_everything_an_organizer_does_is_in_the_audit_trail(house: House) -> None:
    sold = await house.on_sale({"GA": (19_900, 10)})
    await house.browser().place(sold.id, {sold.types["GA"]: 1})  # not an organizer's deed
    await sold.organizer.conference("editConference", sold.id, input=conference_input(location="Kraków"))
    await sold.organizer.conference("changeQuota", sold.id, seatTypeId=sold.types["GA"], quota=20)
    done = await sold.organizer.conference("unpublishConference", sold.id)
    answer = await sold.organizer.ask(CONFERENCE_HISTORY, id=sold.id, atLeast=done["position"])
    assert told(answer)[::-1] == [
        ("ORGANIZER", "Grace Hopper created CQRS Days as a draft."),
        ("ORGANIZER", "Seat type GA was added: 10 seats at USD 199.00."),
        ("ORGANIZER", "The conference was published: it is listed, and its seats are on sale."),
        ("ORGANIZER", "Details were changed: location from “Berlin” to “Kraków”."),
        ("ORGANIZER", "There are 20 seats of GA now, not 10."),
        ("ORGANIZER", "The conference was unpublished: it is not listed, and nothing is sold."),
    ]
    first = (await sold.organizer.ask(CONFERENCE_HISTORY, id=sold.id, first=2))["history"]
    rest = await sold.organizer.ask(CONFERENCE_HISTORY, id=sold.id, after=first["pageInfo"]["endCursor"])
    assert told(rest) == told(answer)[2:]
    assert json.loads(first["edges"][1]["node"]["event"]["data"])["quota"] == 20


async def test_nobody_else_sees_a_history(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10)})
    browser = house.browser()
    id_ = (await browser.place(sold.id, {sold.types["GA"]: 1}))["order"]["id"]
    other = await house.on_sale({"GA": (0, 10)}, slug="another-one")
    for stranger in (browser, other.organizer, house.browser()):
        assert await stranger.ask(ORDER_HISTORY, id=id_) == {"history": None}
        assert await stranger.ask(CONFERENCE_HISTORY, id=sold.id) == {"history": None}
    assert await sold.organizer.ask(ORDER_HISTORY, id=uuid4()) == {"history": None}


async def test_promo_codes_and_given_up_seats_are_in_the_audit_trail(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10)})
    browser = house.browser()
    id_ = UUID((await browser.place(sold.id, {sold.types["GA"]: 2}))["order"]["id"])
    await browser.order("enterDetails", id_, registrant=ADA)
    row = await house.engine.until(ORDERS, id_, lambda row: row is not None and bool(row.seats), 10)
    assert row is not None
    made = await sold.organizer.ask(CREATE_CODE, commandId=uuid4(), to=sold.id)
    assert "code" not in made["done"], made
    done = await sold.organizer.ask(CANCEL, commandId=uuid4(), orderId=id_)
    assert "code" not in done["done"], done
    answer = await sold.organizer.ask(CONFERENCE_HISTORY, id=sold.id, first=2, atLeast=done["done"]["position"])
    assert told(answer) == [
        ("ORGANIZER", f"Order {row.code}: Seat 2, GA was given up; USD 0.00 are to go back."),
        ("ORGANIZER", "Promo code SPEAKER was made: 10 % off, one use."),
    ]
