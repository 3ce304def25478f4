"""What an organizer does about orders that end: money that is due is paid back, and unpaid orders are cancelled."""

import re

from playwright.async_api import Locator, expect

from tests.acceptance.driver import Driver
from tests.browser.test_managing import desk
from tests.browser.visitor import GA, PATIENCE, WS, Visitor, Visitors, offer

PAGE = 20


async def paid_for_nothing(people: Driver, who: str) -> str:
    """The code of an order that was cancelled before its transfer came."""
    await people.place_order(who, {GA: 1})
    await people.enter_details(who)
    await people.pay(who, by="transfer")
    await people.cancel(who)
    return str((await people.record_transfer(order=who))["code"])


async def opened(organizer: Visitor, code: str) -> Locator:
    """An order, opened from the list."""
    await organizer.button(code).click()
    dialog = organizer.page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name=code)).to_be_visible()
    return dialog


async def test_refunds_that_are_due_are_found_paid_back_and_gone(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 100}, transfer_days=5, transfer_details="IBAN DE00 1234")
    organizer = await desk(people, visitors)
    page = organizer.page
    await expect(organizer.by("refunds-due")).to_have_count(0)
    await page.get_by_role("link", name="Refunds").click()
    await expect(organizer.heading("Nobody waits for money")).to_be_visible()
    codes = [await paid_for_nothing(people, f"R{number}") for number in range(PAGE + 1)]
    await organizer.shows("refunds-due", str(PAGE + 1))
    await page.get_by_role("navigation", name="Desk").get_by_role("link", name="Desk").click()
    await page.get_by_role("link", name=f"Refunds {PAGE + 1} due").click()

    rows = page.get_by_role("list", name="Refunds that are due").get_by_role("listitem")
    await expect(rows).to_have_count(PAGE)
    await organizer.sees(f"{PAGE + 1} orders, first who waits longest")
    for number, words in enumerate((codes[0], "$199", "The order was cancelled", "goes back by hand", "Waits since")):
        await expect(rows.first, f"word {number}").to_contain_text(words)
    await organizer.press("Next page")
    await expect(rows).to_have_count(1)
    dialog = await opened(organizer, codes[-1])
    await expect(dialog).to_contain_text("is to be transferred back")
    await dialog.get_by_role("button", name="I have paid it back").click()
    await expect(dialog).to_contain_text("went back")
    await dialog.get_by_role("button", name="Close").click()
    await expect(rows).to_have_count(PAGE, timeout=PATIENCE)  # nothing is left of the second page
    await organizer.press(f"I have paid it back, {codes[0]}")
    await expect(organizer.button(codes[0])).to_have_count(0, timeout=PATIENCE)
    await organizer.shows("refunds-due", str(PAGE - 1))
    assert (await people.order("R0"))["payment"] == "refunded"
