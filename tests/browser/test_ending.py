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


async def test_an_organizer_cancels_what_is_held_or_waited_for(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 2, WS: 1})
    await people.place_order("R1", {GA: 2})
    await people.place_order("R2", {WS: 2})
    await people.join_waitlist("R3", {WS: 1})
    codes = {who: (await people.order(who))["code"] for who in ("R1", "R2", "R3")}
    visitor = await visitors.open(path)
    await visitor.seats_left({GA: 0}, people)
    known = people.orders["R1"]
    buyer = await visitors.open(f"/o/{known['id']}#{known['secret']}")
    await expect(buyer.page.get_by_role("timer")).to_be_visible(timeout=PATIENCE)
    asked = len(buyer.requests)

    organizer = await desk(people, visitors, "/orders")
    await organizer.page.get_by_label("State").select_option("On hold")
    dialog = await opened(organizer, codes["R1"])
    await dialog.get_by_text("Cancel this order").click()
    await expect(dialog).to_contain_text("The 2 seats held for it go to the waitlist or on sale at once.")
    await dialog.get_by_role("button", name="Cancel and free 2 seats").click()
    await expect(dialog).to_contain_text("Cancelled", timeout=PATIENCE)
    await expect(dialog.get_by_text("Cancel this order")).to_have_count(0)
    await buyer.shows("order-cancelled")
    assert [line for line in buyer.requests[asked:] if "graphql" in line] == [], "it came by itself"
    await visitor.seats_left({GA: 2}, people)
    await dialog.get_by_role("button", name="Close").click()
    await expect(organizer.button(codes["R1"])).to_have_count(0)

    await organizer.page.get_by_label("State").select_option("On the waitlist")
    dialog = await opened(organizer, codes["R3"])
    await dialog.get_by_text("Cancel this order").click()
    await expect(dialog).to_contain_text("Its place in line is given up")
    await dialog.get_by_role("button", name="Give up its place in line").click()
    await expect(dialog).to_contain_text("Cancelled", timeout=PATIENCE)
    await dialog.get_by_role("button", name="Close").click()

    await organizer.page.get_by_label("State").select_option("On hold")
    dialog = await opened(organizer, codes["R2"])
    await expect(dialog).to_contain_text("Partly on hold")
    await dialog.get_by_text("Cancel this order").click()
    await dialog.get_by_role("button", name=re.compile("free 1 seat$")).click()
    await expect(dialog).to_contain_text("Cancelled", timeout=PATIENCE)
    await visitor.seats_left({WS: 1}, people)
