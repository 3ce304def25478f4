"""Every page there is, and how somebody gets there: for tests that look at all of them."""

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.places_desk import DESK, Open
from tests.browser.test_seats import seat_link
from tests.browser.visitor import CP, GA, PATIENCE, WS, Visitor, Visitors, buys, slug


async def order(people: Driver, visitors: Visitors, seats: dict[str, int] | None = None) -> Visitor:
    """R1's order, opened by its link."""
    await people.place_order("R1", seats or {GA: 1, CP: 1})
    known = people.orders["R1"]
    return await visitors.open(f"/o/{known['id']}#{known['secret']}", reduced_motion="reduce")


async def in_hall(people: Driver, visitors: Visitors, path: str) -> Visitor:
    """A public page, with one seat type sold out and another partly sold and held."""
    await buys(people, "R8", {WS: 5, GA: 2})
    await people.place_order("R9", {GA: 1})
    return await visitors.open(path.format(slug=slug(people)), reduced_motion="reduce")


async def details(people: Driver, visitors: Visitors) -> Visitor:
    """Who is booking?, with errors."""
    page = await order(people, visitors)
    await page.press("Continue to payment")
    return page


async def payment(people: Driver, visitors: Visitors) -> Visitor:
    """Pay and book."""
    page = await order(people, visitors)
    await page.enter()
    return page


async def gateway(people: Driver, visitors: Visitors) -> Visitor:
    """The test gateway's page."""
    page = await payment(people, visitors)
    await page.press("Pay $249 and book 2 seats")
    await expect(page.button("Reject the card")).to_be_visible(timeout=PATIENCE)
    return page


async def partly(people: Driver, visitors: Visitors) -> Visitor:
    """Some of the seats."""
    await buys(people, "R2", {WS: 5})
    return await order(people, visitors, {GA: 1, WS: 1})


async def change(people: Driver, visitors: Visitors) -> Visitor:
    """Other seats."""
    page = await order(people, visitors)
    await page.page.get_by_role("link", name="Choose").click()
    await expect(page.button("Save changes")).to_be_visible(timeout=PATIENCE)
    return page


async def sold_out(people: Driver, visitors: Visitors) -> Visitor:
    """No seats."""
    await buys(people, "R2", {WS: 5})
    return await order(people, visitors, {WS: 1})


async def expired(people: Driver, visitors: Visitors) -> Visitor:
    """Not paid in time."""
    await people.edit_conference(hold_seconds=1)
    page = await order(people, visitors)
    await page.shows("order-expired")
    return page


async def cancelled(people: Driver, visitors: Visitors) -> Visitor:
    """Given back."""
    page = await order(people, visitors)
    await people.cancel("R1")
    await page.shows("order-cancelled")
    return page


async def booked(people: Driver, visitors: Visitors) -> Visitor:
    """Confirmed, one seat given to somebody."""
    page = await order(people, visitors)
    await people.enter_details("R1")
    await people.pay("R1")
    await people.assign("R1", seat=1, attendee="William Flash", email="william@example.org")
    await expect(page.by("seat-1")).to_contain_text("William Flash", timeout=PATIENCE)
    return page


async def ticket(people: Driver, visitors: Visitors) -> Visitor:
    """A ticket of the order."""
    page = await booked(people, visitors)
    await page.press("Ticket of seat 1")
    await expect(page.page.get_by_role("img", name="QR code of the ticket for seat 1")).to_be_visible(timeout=PATIENCE)
    return page


async def seat(people: Driver, visitors: Visitors) -> Visitor:
    """One's own seat."""
    page = await booked(people, visitors)
    own = await visitors.open(await seat_link(page, people.tag.email("william@example.org")), reduced_motion="reduce")
    await own.shows("my-seat")
    return own


async def passing_on(people: Driver, visitors: Visitors) -> Visitor:
    """The dialog with the link that passes a seat on."""
    page = await seat(people, visitors)
    await page.press("Pass it on")
    return page


async def transfer(people: Driver, visitors: Visitors) -> Visitor:
    """The page on which a seat is taken over, with errors."""
    page = await passing_on(people, visitors)
    link = await page.page.get_by_label("Link").input_value()
    new = await visitors.open(link[link.index("/t/") :], reduced_motion="reduce")
    await new.press("Take this seat")
    return new


async def assigning(people: Driver, visitors: Visitors) -> Visitor:
    """The dialog that asks who sits on a seat."""
    page = await booked(people, visitors)
    await page.press("Assign seat 2")
    await expect(page.page.get_by_role("dialog")).to_be_visible()
    return page


async def joining(people: Driver, visitors: Visitors) -> Visitor:
    """The dialog of the waitlist, with errors."""
    page = await in_hall(people, visitors, "/c/{slug}")
    await page.press(f"Join the waitlist, {WS}")
    await page.press("Wait for these seats")
    await page.sees("Enter an e-mail address.")
    return page


async def waiting(people: Driver, visitors: Visitors) -> Visitor:
    """In line."""
    await buys(people, "R2", {WS: 5})
    await people.join_waitlist("R1", {WS: 1})
    known = people.orders["R1"]
    page = await visitors.open(f"/o/{known['id']}#{known['secret']}", reduced_motion="reduce")
    await page.shows("waitlist-place", "1")
    return page


async def offered(people: Driver, visitors: Visitors) -> Visitor:
    """Its turn has come."""
    await people.edit_conference(cancel_days=7)
    page = await waiting(people, visitors)
    await people.cancel("R2", seats=1)
    await page.shows("offer")
    return page


async def coded(people: Driver, visitors: Visitors) -> Visitor:
    """A code is taken off, another was wrong; the time is nearly over."""
    await people.edit_conference(hold_seconds=90)
    await people.create_code(code="EARLY", percent=10)
    page = await order(people, visitors)
    await people.apply_code("R1", code="EARLY")
    await page.page.get_by_text("promo code?").click()
    await page.press("Use code")
    await page.sees("Type the code first.")
    await page.shows("more-time")
    return page


async def giving_up(people: Driver, visitors: Visitors) -> Visitor:
    """The dialog that gives seats up, after one was."""
    await people.edit_conference(cancel_days=7, cancel_fee_percent=10)
    page = await booked(people, visitors)
    await people.cancel("R1", seats=1)
    await page.shows("given-up")
    await page.press("Give up seats")
    await page.page.get_by_role("dialog").get_by_role("checkbox").check()
    await page.shows("refund")
    return page


async def mailbox(people: Driver, visitors: Visitors) -> Visitor:
    """The mailbox."""
    await buys(people, "R1", {GA: 1})
    await people.mails(to="r1@example.org")
    return await visitors.open("/mailbox", reduced_motion="reduce")


def path(where: str) -> Open:
    """A page that needs nothing but its address; {slug} is the conference's."""
    return lambda people, visitors: in_hall(people, visitors, where)


PAGES: dict[str, Open] = {
    "conferences": path("/"),
    "conference": path("/c/{slug}"),
    "find": path("/find"),
    "details": details,
    "payment": payment,
    "gateway": gateway,
    "partly held": partly,
    "change": change,
    "sold out": sold_out,
    "expired": expired,
    "cancelled": cancelled,
    "booked": booked,
    "assigning": assigning,
    "ticket": ticket,
    "seat": seat,
    "passing on": passing_on,
    "transfer": transfer,
    "joining the waitlist": joining,
    "waiting": waiting,
    "offered": offered,
    "code and little time": coded,
    "giving up": giving_up,
    "organize": path("/organize"),
    "new conference": path("/organize/new"),
    **DESK,
    "boards": path("/watch"),
    "board": path("/watch/{slug}"),
    "mailbox": mailbox,
    "nowhere": path("/nowhere"),
}
