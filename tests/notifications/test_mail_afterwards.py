"""Mails about what comes after: seats offered to who waits, seats given up, a confirmation asked for again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.registration.orders import ORDERS
from tests.house import ADA, JON, Browser, House, Sold, open_house
from tests.notifications.test_mail import mails

JOIN = """mutation($id: UUID!, $orderId: UUID!, $conference: UUID!, $item: OrderItemInput!, $who: PersonInput!) {
  done: joinWaitlist(commandId: $id, orderId: $orderId, conferenceId: $conference, item: $item,
    registrant: $who) { __typename } }"""
CANCEL = """mutation($id: UUID!, $orderId: UUID!, $positions: [Int!]!) {
  done: cancelSeats(commandId: $id, orderId: $orderId, positions: $positions) { __typename } }"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def bought(house: House, quantity: int, **changes: Any) -> tuple[Sold, Browser, UUID]:
    """A conference of two seats, and a paid order of some of them."""
    sold, browser = await house.on_sale({"GA": (24_900, 2)}, **changes), house.browser()
    placed = await browser.place(sold.id, {sold.types["GA"]: quantity})
    id = UUID(placed["order"]["id"])
    await browser.order("enterDetails", id, registrant=ADA)
    started = await browser.order("startPayment", id, paymentId=uuid4())
    await browser.http.post(started["order"]["payment"]["payAt"], data={"choice": "accept"})
    await house.engine.until(ORDERS, id, lambda row: bool(row and row.seats), timeout=10)
    return sold, browser, id


async def test_whoever_waits_hears_that_seats_are_theirs_for_a_while(house: House) -> None:
    sold, browser, id = await bought(house, 2, cancelDays=1)
    waiting, jon = uuid4(), house.browser()
    joined: dict[str, Any] = {"orderId": waiting, "conference": sold.id, "who": JON}
    joined["item"] = {"seatTypeId": str(sold.types["GA"]), "quantity": 1}
    assert (await jon.ask(JOIN, id=uuid4(), **joined))["done"]["__typename"] != "Refused"
    await browser.ask(CANCEL, id=uuid4(), orderId=id, positions=[1])
    await house.engine.until(ORDERS, waiting, lambda row: bool(row and row.state == "held"), timeout=10)
    (mail,) = await mails(house, JON["email"])
    assert mail.subject == "Seats at CQRS Days are yours until 14:15 on 1 May 2030 (CEST)"
    assert "1 × GA: USD 249.00" in mail.text
    assert f"http://test/o/{waiting}#ord_" in mail.text
    assert "until <strong>14:15 on 1 May 2030 (CEST)</strong>" in mail.html


async def test_seats_that_are_given_up_are_confirmed_with_what_comes_back(house: House) -> None:
    _, browser, id = await bought(house, 2, cancelDays=1, cancelFeePercent=10)
    await browser.ask(CANCEL, id=uuid4(), orderId=id, positions=[2])
    (mail,) = [mail for mail in await mails(house, ADA["email"]) if mail.subject.startswith("Cancelled")]
    assert "seat 2 was cancelled as you asked" in mail.text
    for line in ("Comes back to you: USD 224.10", "Kept as a fee: USD 24.90", "Your order costs now: USD 273.90"):
        assert line in mail.text


async def test_whoever_sat_there_hears_that_the_seat_is_gone_once(house: House) -> None:
    _, browser, id = await bought(house, 2, cancelDays=1)
    for position in (1, 2):
        await browser.order("assignSeat", id, position=position, attendee=JON)
    await browser.ask(CANCEL, id=uuid4(), orderId=id, positions=[])
    await house.engine.until(ORDERS, id, lambda row: bool(row and row.state == "cancelled"), timeout=10)
    async with asyncio.timeout(10):
        while not (told := [mail for mail in await mails(house, JON["email"]) if "cancelled" in mail.subject]):
            await asyncio.sleep(0.02)
    (mail,) = told
    assert mail.subject == "Your seat at CQRS Days was cancelled"
    assert "seats 1 and 2 were given up" in mail.text
    assert "/o/" not in mail.text


async def test_a_confirmation_is_sent_again_as_the_order_is_now(house: House) -> None:
    _, browser, id = await bought(house, 2)
    first = await mails(house, ADA["email"])
    await browser.order("resendConfirmation", id)
    again = await mails(house, ADA["email"])
    assert len(again) == 2
    assert {mail.text for mail in again} == {mail.text for mail in first}
    assert all([file.name for file in mail.attachments] == ["cqrs-days.ics"] for mail in again)
