"""Managing a conference, told by what an organizer sees."""

import re
from secrets import token_hex

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.visitor import CP, GA, WS, Visitor, Visitors, buys, offer, slug

OWNER = "olga@example.org"


async def desk(people: Driver, visitors: Visitors, path: str = "") -> Visitor:
    """The organizer in front of the conference's desk, signed in with the access code."""
    organizer = await visitors.open("/organize")
    code = people.conferences["conference"]["access_code"]
    await organizer.fill({"E-mail": people.tag.email(OWNER), "Access code": code})
    await organizer.press("Sign in")
    await organizer.page.wait_for_url(re.compile(f"/organize/{slug(people)}$"))
    if path:
        await organizer.go(f"/organize/{slug(people)}{path}")
    return organizer


async def test_m1_a_conference_is_created_and_its_access_code_shown_once(visitors: Visitors) -> None:
    organizer, address = await visitors.open("/organize/new"), f"summit-{token_hex(4)}"
    await organizer.press("Create conference")
    for label in ("Your name", "Your e-mail", "Name", "First day", "Last day"):
        await expect(organizer.page.get_by_label(label, exact=True)).to_have_attribute("aria-invalid", "true")
    about = {"Name": "CQRS summit 2031", "Address (slug)": address, "Description": "Welcome!", "Location": "Lisbon"}
    dates = {"First day": "2031-05-08", "Last day": "2031-05-10"}
    await organizer.fill({"Your name": "Marta Nunes", "Your e-mail": "marta@example.org"} | about | dates)
    await organizer.press("Create conference")
    await organizer.shows("access-code", re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    code = await organizer.by("access-code").inner_text()
    for shown in ("Marta Nunes", "marta@example.org", "CQRS summit 2031"):
        await organizer.sees(re.compile(re.escape(shown)))
    await organizer.go(f"/organize/{address}")
    await organizer.shows("state", "Draft")
    await organizer.sees("CQRS summit 2031")
    assert code not in await organizer.page.content()
    stranger = await visitors.open(f"/c/{address}")
    await organizer.sees("CQRS summit 2031")
    await expect(stranger.heading("There is no such conference")).to_be_visible()


async def test_m2_publishing_lists_and_sells_and_unpublishing_ends_both(people: Driver, visitors: Visitors) -> None:
    name = f"Summit {token_hex(4)}"
    path = await offer(people, {GA: 100, CP: 100}, publish=False, name=name)
    organizer = await desk(people, visitors)
    await organizer.press("Publish")
    await organizer.shows("state", "On sale")
    visitor = await visitors.open("/")
    await visitor.page.get_by_role("link", name=name).click()
    await expect(visitor.button("Reserve seats")).to_be_visible()
    registrant = await visitors.open(path)
    await registrant.reserve({GA: 1, CP: 1})
    asked = len(visitor.requests)
    await organizer.press("Unpublish")
    await organizer.shows("state", "Off sale")
    await visitor.shows("sales-closed")
    await expect(visitor.button("Reserve seats")).to_have_count(0)
    assert visitor.requests[asked:] == []
    await visitor.go("/")
    await visitor.page.wait_for_load_state("networkidle")
    await expect(visitor.page.get_by_role("link", name=name)).to_have_count(0)
    await registrant.enter()
    await registrant.pay()
    await registrant.shows("order-confirmed")


async def test_m3_a_published_conference_is_edited_and_stays_published(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 10}, description="The old text")
    organizer = await desk(people, visitors)
    await organizer.press("Edit details")
    await organizer.fill({"Description": "The new text"})
    await organizer.press("Save changes")
    await organizer.shows("state", "On sale")
    visitor = await visitors.open(path)
    await visitor.sees("The new text")
    await expect(visitor.button("Reserve seats")).to_be_visible()


async def test_m4_mail_and_access_code_open_that_conference_and_no_other(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10}, conference="other", slug="other", name="The other one")
    await offer(people, {GA: 10}, name="The one")
    organizer = await visitors.open("/organize")
    await organizer.fill({"E-mail": people.tag.email(OWNER), "Access code": "0000-0000-0000"})
    await organizer.press("Sign in")
    await expect(organizer.heading("That does not open a conference")).to_be_visible()
    organizer = await desk(people, visitors)
    await expect(organizer.heading("The one")).to_be_visible()
    await organizer.go("/organize")
    await expect(organizer.page.get_by_role("link", name="The one")).to_be_visible()
    await expect(organizer.page.get_by_role("link", name="The other one")).to_have_count(0)
    await organizer.go(f"/organize/{slug(people, 'other')}")
    await expect(organizer.by("state")).to_have_count(0)


async def test_m6_seat_types_are_added_changed_and_deleted_before_publication(
    people: Driver, visitors: Visitors
) -> None:
    await offer(people, {}, publish=False)
    organizer = await desk(people, visitors)
    for name, price, quota in ((GA, "199", "100"), (WS, "500", "20")):
        await organizer.fill({"Seat type name": name, "Price": price, "Quota": quota})
        await organizer.page.get_by_role("main").get_by_role("button", name="Add seat type").last.click()
        await expect(organizer.heading(name)).to_be_visible()
    row = organizer.page.get_by_role("article").filter(has=organizer.heading(GA))
    await expect(row).to_contain_text("$199")
    await expect(row).to_contain_text("quota 100")
    await organizer.press(f"Change quota of {GA}")
    await row.get_by_label("Quota", exact=True).fill("200")
    await organizer.press("Save quota")
    await expect(row).to_contain_text("quota 200")
    await organizer.press(f"Delete {GA}")
    await organizer.press("Yes, delete it")
    await expect(organizer.heading(GA)).to_have_count(0)
    await expect(organizer.heading(WS)).to_be_visible()


async def test_m10_orders_and_attendees_seats_without_anybody_included(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 100, WS: 100, CP: 100})
    organizer = await desk(people, visitors, "/orders")
    await expect(organizer.heading("No orders yet")).to_be_visible()
    await buys(people, "R1", {GA: 2, CP: 1})
    await people.assign("R1", seat=1, attendee="William Flash")
    code = (await people.order("R1"))["code"]
    row = organizer.by(f"order-{code}")
    await expect(row).to_contain_text("$448")
    await expect(row).to_contain_text("R1 Registrant")
    await row.get_by_role("button", name=code).click()
    detail = organizer.page.get_by_role("dialog")
    await expect(detail).to_contain_text("2 seats not assigned yet.")
    await expect(detail).to_contain_text("William Flash")
