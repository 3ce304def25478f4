"""Paying by transfer over the API, and what organizers say of money that only they can see."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.payments.payment_messages import FailRefund, RefundPayment
from tests.house import ADA, NOON, SETTINGS, Browser, House, Sold, open_house

DAYS = {"transferDays": 5, "transferDetails": "IBAN DE00 1234"}


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def held(house: House, sold: Sold) -> tuple[Browser, UUID]:
    """An order of one seat with its registrant."""
    browser = house.browser()
    placed = await browser.place(sold.id, {sold.types["GA"]: 1})
    order = UUID(placed["order"]["id"])
    await browser.order("enterDetails", order, registrant=ADA)
    return browser, order


async def waiting(house: House, sold: Sold) -> tuple[Browser, UUID, UUID]:
    """An order that waits for its transfer."""
    browser, order = await held(house, sold)
    payment = uuid4()
    started = await browser.order("startPayment", order, paymentId=payment, gateway="TRANSFER")
    assert started["order"]["payment"]["state"] == "INITIATED", started
    return browser, order, payment


async def by_organizer(house: House, sold: Sold, mutation: str, **variables: Any) -> Any:
    returns = "... on OrderChanged { order { id state payment { state refunded { amount } } refunds { state due } } }"
    return await sold.organizer.do(mutation, returns, **variables)


async def until(browser: Browser, order: UUID, **wanted: Any) -> Any:
    """The order, as soon as its state or payment is so."""
    query = """query($id: UUID!) { order(id: $id) { position state payment { state refunded { amount } }
        refunds { number state due amount { amount } why } } }"""
    for _ in range(200):
        found = (await browser.ask(query, id=order))["order"]
        told = {"state": found["state"], "payment": found["payment"]["state"], "refunds": found["refunds"]}
        if all(told[name] == value for name, value in wanted.items() if name != "refunds") and (
            "refunds" not in wanted or [one["state"] for one in found["refunds"]] == wanted["refunds"]
        ):
            return found
        await house_rests(browser)
    raise AssertionError(found)


async def house_rests(browser: Browser) -> None:
    """A moment."""
    await browser.ask("{ __typename }")


async def test_an_order_says_how_it_can_be_paid(house: House) -> None:
    query = "query($id: UUID!) { order(id: $id) { paymentMethods conference { transferDays transferDetails } } }"
    plain = await house.on_sale({"GA": (24_900, 5)})
    browser, order = await held(house, plain)
    assert (await browser.ask(query, id=order))["order"]["paymentMethods"] == ["TEST"]
    refused = await browser.order("startPayment", order, paymentId=uuid4(), gateway="TRANSFER")
    assert refused["code"] == "NOT_OFFERED"
    refused = await browser.order("startPayment", order, paymentId=uuid4(), gateway="STRIPE")
    assert refused["code"] == "NOT_OFFERED"

    patient = await house.on_sale({"GA": (24_900, 5)}, slug="patient", **DAYS)
    browser, order = await held(house, patient)
    said = (await browser.ask(query, id=order))["order"]
    assert said["paymentMethods"] == ["TEST", "TRANSFER"]
    assert said["conference"] == {"transferDays": 5, "transferDetails": "IBAN DE00 1234"}


async def test_without_any_gateway_transfers_are_the_usual_way(sqlite_url: str) -> None:
    async with open_house(sqlite_url, replace(SETTINGS, gateway=())) as house:
        sold = await house.on_sale({"GA": (24_900, 5)}, **DAYS)
        browser, order = await held(house, sold)
        started = await browser.order("startPayment", order, paymentId=uuid4())
        assert started["order"]["payment"]["method"] == "TRANSFER"
        other = await house.on_sale({"GA": (24_900, 5)}, slug="other")
        browser, order = await held(house, other)
        assert (await browser.order("startPayment", order, paymentId=uuid4()))["code"] == "NO_GATEWAY"


async def test_a_transfer_holds_the_seats_for_days_and_is_marked_as_paid(house: House) -> None:
    sold = await house.on_sale({"GA": (24_900, 5)}, **DAYS)
    browser, order = await held(house, sold)
    payment, command = uuid4(), uuid4()
    for _ in range(2):
        said = {"paymentId": payment, "gateway": "TRANSFER", "commandId": command}
        started = (await browser.order("startPayment", order, **said))["order"]
        assert (started["state"], started["payment"]["method"]) == ("HELD", "TRANSFER")
        assert started["payment"]["payAt"] is None
        assert datetime.fromisoformat(started["payBy"]) >= NOON + timedelta(days=5)
        house.clock.advance(timedelta(seconds=20))

    house.clock.advance(timedelta(days=4, hours=23))
    await house.engine.until_no_timer_is_due()
    await until(browser, order, state="HELD")
    for _ in range(2):
        done = await by_organizer(house, sold, "recordTransfer", paymentId=payment)
        assert done["order"]["payment"]["state"] == "COMPLETED", done
    await until(browser, order, state="CONFIRMED")


async def test_a_transfer_that_does_not_come_in_time_frees_the_seats_and_late_takes_them_again(house: House) -> None:
    sold = await house.on_sale({"GA": (24_900, 5)}, **DAYS)
    browser, order, payment = await waiting(house, sold)
    house.clock.advance(timedelta(days=5, minutes=1))
    await house.engine.until_no_timer_is_due()
    await until(browser, order, state="EXPIRED")
    await by_organizer(house, sold, "recordTransfer", paymentId=payment)
    await until(browser, order, state="CONFIRMED")


async def test_a_transfer_that_goes_back_waits_for_the_organizer(house: House) -> None:
    sold = await house.on_sale({"GA": (24_900, 5)}, **DAYS)
    browser, order, payment = await waiting(house, sold)
    await browser.order("cancelOrder", order)
    await by_organizer(house, sold, "recordTransfer", paymentId=payment)
    told = await until(browser, order, refunds=["REQUESTED"])
    assert told["refunds"][0] == {
        "number": 0,
        "state": "REQUESTED",
        "due": True,
        "amount": {"amount": 24_900},
        "why": None,
    }
    due = """query($id: UUID!, $at: Position) { refundsDue(conference: $id, atLeast: $at) {
        totalCount edges { node { id refunds { due since } } } } }"""
    found = (await sold.organizer.ask(due, id=sold.id, at=told["position"]))["refundsDue"]
    (edge,) = found["edges"]
    assert (found["totalCount"], edge["node"]["id"]) == (1, str(order))
    assert edge["node"]["refunds"][0]["due"]
    assert datetime.fromisoformat(edge["node"]["refunds"][0]["since"]).tzinfo is not None
    assert (await browser.ask(due, id=sold.id))["refundsDue"] is None
    for _ in range(2):
        done = await by_organizer(house, sold, "recordRefund", paymentId=payment, number=0)
        assert done["__typename"] == "OrderChanged"
    told = await until(browser, order, payment="REFUNDED", refunds=["COMPLETED"])
    assert told["payment"]["refunded"]["amount"] == 24_900
    assert (await sold.organizer.ask(due, id=sold.id, at=told["position"]))["refundsDue"] == {
        "totalCount": 0,
        "edges": [],
    }


async def test_a_refund_that_failed_is_tried_again_or_done_by_hand(house: House) -> None:
    sold = await house.on_sale({"GA": (24_900, 5)})
    browser, order = await held(house, sold)
    payment = uuid4()
    await browser.order("startPayment", order, paymentId=payment)
    await browser.http.post(f"/gateway/test/{payment}", data={"choice": "accept"})
    await until(browser, order, state="CONFIRMED")
    for number in (1, 2):
        back = RefundPayment(payment, 1_000, "one seat less", number)
        await house.engine.send(back, id=uuid4(), sender="test")
    await until(browser, order, refunds=["COMPLETED", "COMPLETED"])
    for number in (1, 2):
        lost = FailRefund(payment, number, "account closed", f"test_refund_{number}")
        await house.engine.send(lost, id=uuid4(), sender="test")
    told = await until(browser, order, refunds=["FAILED", "FAILED"])
    assert (told["refunds"][0]["why"], told["refunds"][0]["due"]) == ("account closed", True)
    await by_organizer(house, sold, "retryRefund", paymentId=payment, number=1)
    await until(browser, order, refunds=["COMPLETED", "FAILED"])
    await by_organizer(house, sold, "recordRefund", paymentId=payment, number=2)
    told = await until(browser, order, refunds=["COMPLETED", "COMPLETED"], payment="COMPLETED")
    assert told["payment"]["refunded"]["amount"] == 2_000


async def test_only_the_conference_s_organizer_says_what_came_and_went(house: House) -> None:
    sold = await house.on_sale({"GA": (24_900, 5)}, **DAYS)
    other = await house.on_sale({"GA": (24_900, 5)}, slug="other", **DAYS)
    browser, order, payment = await waiting(house, sold)
    for mutation, more in (("recordTransfer", {}), ("recordRefund", {"number": 0}), ("retryRefund", {"number": 0})):
        for who in (browser, other.organizer, house.browser()):
            refused = await who.do(mutation, "__typename", paymentId=payment, **more)
            assert refused["code"] == "NOT_ALLOWED"
        assert (await sold.organizer.do(mutation, "__typename", paymentId=uuid4(), **more))["code"] == "NOT_ALLOWED"
    for mutation in ("recordRefund", "retryRefund"):
        refused = await by_organizer(house, sold, mutation, paymentId=payment, number=0)
        assert refused["code"] == "REFUND_NOT_FOUND"
    await until(browser, order, state="HELD")


async def test_nobody_s_word_replaces_a_gateway_s(house: House) -> None:
    sold = await house.on_sale({"GA": (24_900, 5)})
    browser, order = await held(house, sold)
    payment = uuid4()
    await browser.order("startPayment", order, paymentId=payment)
    await until(browser, order, payment="INITIATED")
    assert (await by_organizer(house, sold, "recordTransfer", paymentId=payment))["code"] == "NOT_BY_TRANSFER"
