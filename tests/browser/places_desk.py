"""The pages of an organizer's desk, and how an organizer gets there: for tests that look at all of them."""

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.test_managing import desk
from tests.browser.visitor import CP, GA, PATIENCE, Visitor, Visitors, buys

Open = Callable[[Driver, Visitors], Awaitable[Visitor]]


async def codes(people: Driver, visitors: Visitors) -> Visitor:
    """The organizer's promo codes, one being changed."""
    await people.create_code(code="EARLY", percent=10, scope=GA, limit=5)
    await people.create_code(code="LATE", percent=10)
    await people.end_code(code="LATE")
    page = await desk(people, visitors, "/codes")
    await page.press("Change EARLY")
    await expect(page.button("Save code")).to_be_visible(timeout=PATIENCE)
    return page


async def refunding(people: Driver, visitors: Visitors) -> Visitor:
    """The organizer takes seats back."""
    page = await orders(people, visitors)
    await page.page.get_by_role("table").get_by_role("button").first.click()
    await page.page.get_by_text("Take seats back and refund").click()
    await page.page.get_by_role("dialog").get_by_role("checkbox").first.check()
    await expect(page.button("Take back 1 seat")).to_be_visible(timeout=PATIENCE)
    return page


async def orders(people: Driver, visitors: Visitors) -> Visitor:
    """The organizer's list of orders."""
    await buys(people, "R1", {GA: 2})
    page = await desk(people, visitors, "/orders")
    await expect(page.page.get_by_role("table")).to_be_visible(timeout=PATIENCE)
    return page


async def sale(people: Driver, visitors: Visitors) -> Visitor:
    """The pictures of a sale, with their numbers."""
    await buys(people, "R1", {GA: 2})
    page = await desk(people, visitors, "/sales")
    await page.shows("seats-sold", "2")
    await page.page.get_by_text("The numbers").click()
    return page


async def attendees(people: Driver, visitors: Visitors) -> Visitor:
    """The organizer's list of attendees."""
    await buys(people, "R1", {GA: 2})
    page = await desk(people, visitors, "/attendees")
    await expect(page.page.get_by_role("table")).to_be_visible(timeout=PATIENCE)
    return page


async def told(people: Driver, visitors: Visitors) -> Visitor:
    """What organizers did, with an event behind it."""
    page = await desk(people, visitors, "/history")
    await page.page.get_by_text("The event behind it").first.click()
    return page


def at_desk(where: str) -> Open:
    """A page of the organizer's desk."""
    return lambda people, visitors: desk(people, visitors, where)


async def refunds(people: Driver, visitors: Visitors) -> Visitor:
    """A refund that an organizer has to see to."""
    await people.edit_conference(transfer_days=5, transfer_details="IBAN DE00 1234")
    await people.place_order("R1", {GA: 1, CP: 1})
    await people.enter_details("R1")
    await people.pay("R1", by="transfer")
    await people.cancel("R1")
    await people.record_transfer(order="R1")
    page = await desk(people, visitors, "/refunds")
    await page.shows("refunds-due", "1")
    return page


async def cancelling(people: Driver, visitors: Visitors) -> Visitor:
    """The organizer is told what cancelling a held order means."""
    await people.place_order("R1", {GA: 1, CP: 1})
    page = await desk(people, visitors, "/orders")
    await page.page.get_by_role("table").get_by_role("button").first.click()
    await page.page.get_by_text("Cancel this order").click()
    await expect(page.button("Cancel and free 2 seats")).to_be_visible(timeout=PATIENCE)
    return page


DESK: dict[str, Open] = {
    "desk": at_desk(""),
    "edit": at_desk("/edit"),
    "orders": orders,
    "refunding": refunding,
    "cancelling": cancelling,
    "refunds": refunds,
    "no refunds": at_desk("/refunds"),
    "attendees": attendees,
    "sales": sale,
    "history": told,
    "clone": at_desk("/clone"),
    "codes": codes,
    "no codes": at_desk("/codes"),
}
