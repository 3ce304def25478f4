"""Paying by bank transfer, told by what the buyer and the organizer see."""

import re
from typing import Any

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.test_managing import desk
from tests.browser.visitor import GA, WS, Visitors, offer

ABOUT: dict[str, Any] = {"transfer_days": 5, "transfer_details": "Conferences Ltd\nIBAN DE00 1234 5678"}


async def test_a_transfer_is_explained_waited_for_and_marked_as_paid(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 10, WS: 10}, **ABOUT)
    buyer = await visitors.open(path)
    await buyer.reserve({GA: 1, WS: 1})
    await buyer.enter()
    await expect(buyer.page.get_by_label("On the test page")).to_be_checked()
    await buyer.page.get_by_label("By bank transfer").check()
    await buyer.press(re.compile(r"^Pay \$699"))
    await expect(buyer.heading("Transfer $699")).to_be_visible()
    transfer = buyer.by("transfer")
    await expect(transfer).to_contain_text("IBAN DE00 1234 5678")
    await expect(transfer.get_by_role("button", name=re.compile("^Copy "))).to_have_count(3)
    await expect(buyer.page.get_by_role("timer")).to_have_text(re.compile(r"[45] days"))

    await buyer.press("Pay another way")
    await expect(buyer.page.get_by_label("By bank transfer")).to_be_visible()
    await buyer.sees("The payment was cancelled.")
    await buyer.page.get_by_label("By bank transfer").check()
    await buyer.press(re.compile(r"^Pay \$699"))
    await expect(buyer.heading("Transfer $699")).to_be_visible()
    await buyer.page.reload()
    await expect(buyer.heading("Transfer $699")).to_be_visible()

    organizer = await desk(people, visitors, "/orders")
    await organizer.page.get_by_role("table").get_by_role("button").first.click()
    payment = organizer.by("payment")
    await expect(payment).to_contain_text("To be paid by bank transfer")
    asked = len(buyer.requests)
    await organizer.press("Mark as paid")
    await expect(payment).to_contain_text("Paid by bank transfer")
    await expect(organizer.button("Mark as paid")).to_have_count(0)

    await buyer.shows("order-confirmed")
    await expect(buyer.heading("You are booked")).to_be_visible()
    since = [request for request in buyer.requests[asked:] if "graphql" in request]
    assert len(since) <= 1, "it is shown without asking; only its tickets are fetched"


async def test_a_transfer_that_comes_for_nothing_is_to_be_sent_back(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 10}, **ABOUT)
    buyer = await visitors.open(path)
    await buyer.reserve({GA: 1})
    await buyer.enter()
    await buyer.page.get_by_label("By bank transfer").check()
    await buyer.press(re.compile(r"^Pay \$199"))
    await expect(buyer.heading("Transfer $199")).to_be_visible()
    await buyer.press("Give these seats back")
    await buyer.page.get_by_role("dialog").get_by_role("button", name="Give 1 seat back").click()
    await expect(buyer.heading("This order was cancelled")).to_be_visible()

    organizer = await desk(people, visitors, "/orders")
    await organizer.page.get_by_role("table").get_by_role("button").first.click()
    await organizer.press("Mark as paid")
    refund = organizer.by("refund-0")
    await expect(refund).to_contain_text("is to be transferred back", timeout=15_000)
    await organizer.press("I have paid it back")
    await expect(refund).to_contain_text("went back")
    await expect(organizer.button("I have paid it back")).to_have_count(0)
