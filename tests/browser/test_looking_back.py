"""What an organizer looks up: orders and attendees to search and page through, files, pictures and histories."""

import csv
import io
import re

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.test_managing import desk
from tests.browser.visitor import GA, WS, Visitors, buys, offer, slug


async def test_m10_orders_are_searched_paged_and_taken_away_as_a_file(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 100, WS: 10})
    for number in range(21):
        await people.place_order(f"R{number}", {GA: 1})
    await buys(people, "Ada", {WS: 1})
    code = (await people.order("Ada"))["code"]
    organizer = await desk(people, visitors, "/orders")
    page = organizer.page
    await organizer.sees("22 orders, the newest first")
    await expect(page.get_by_role("row")).to_have_count(1 + 20)
    await organizer.press("Next page")
    await expect(page.get_by_role("row")).to_have_count(1 + 2)
    await organizer.press("Previous page")
    await expect(page.get_by_role("row")).to_have_count(1 + 20)
    await organizer.press("Next page")
    await organizer.fill({"Find orders": code.lower()})
    await expect(page.get_by_role("row")).to_have_count(1 + 1)
    await organizer.shows(f"order-{code}")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as CSV").click()
    text = (await (await download.value).path()).read_text()
    assert [row["code"] for row in csv.DictReader(io.StringIO(text))] == [code]
    await organizer.fill({"Find orders": "nobody"})
    await expect(organizer.heading("No order is like that")).to_be_visible()
    await organizer.fill({"Find orders": ""})
    await page.get_by_label("State").select_option("Booked")
    await expect(page.get_by_role("row")).to_have_count(1 + 1)
    await page.get_by_role("button", name=code).click()
    await page.get_by_text("What happened to it").click()
    await organizer.sees(re.compile(f"Order {code} was placed: 1 × CQRS Workshop"))


async def test_m10_attendees_are_found_and_so_are_seats_without(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 100, WS: 10})
    await buys(people, "R1", {GA: 2, WS: 1})
    await people.assign("R1", seat=2, attendee="William Flash")
    code = (await people.order("R1"))["code"]
    organizer = await desk(people, visitors, "/attendees")
    await expect(organizer.page.get_by_role("row")).to_have_count(1 + 3)
    await expect(organizer.by(f"attendee-{code}-1")).to_contain_text("Nobody yet")
    await organizer.fill({"Find attendees": "flash"})
    await expect(organizer.page.get_by_role("row")).to_have_count(1 + 1)
    await expect(organizer.by(f"attendee-{code}-2")).to_contain_text("William Flash")
    await organizer.fill({"Find attendees": ""})
    await organizer.page.get_by_label("Seat type").select_option(WS)
    await expect(organizer.page.get_by_role("row")).to_have_count(1 + 1)


async def test_a_sale_draws_itself_while_one_looks(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10}, prices={GA: "$100"})
    await buys(people, "R1", {GA: 1})
    organizer = await desk(people, visitors, "/sales")
    await organizer.shows("seats-sold", "1")
    await buys(people, "R2", {GA: 3})
    await organizer.shows("seats-sold", "4")
    await organizer.sees("$400")


async def test_what_an_organizer_did_is_told(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10})
    organizer = await desk(people, visitors, "/history")
    await organizer.sees("The conference was published: it is listed, and its seats are on sale.")
    await organizer.page.get_by_text("The event behind it").first.click()
    await organizer.sees("ConferencePublished, shape 1")


async def test_a_conference_is_cloned(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10}, name="The one")
    organizer = await desk(people, visitors)
    await organizer.page.get_by_role("link", name="Clone").click()
    await organizer.fill({"First day": "2032-05-06", "Address (slug)": f"{slug(people)}-2"})
    await organizer.press("Clone conference")
    await organizer.shows("access-code")
    await organizer.go(f"/organize/{slug(people)}-2")
    await organizer.shows("state", "Draft")
    await expect(organizer.heading(GA)).to_be_visible()


async def test_limits_are_set_and_kept(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 10, WS: 10})
    organizer = await desk(people, visitors)
    await organizer.press(f"Edit {GA}")
    await organizer.page.get_by_text("Limits: how many").click()
    await organizer.fill({"At least": "2", "At most": "4"})
    await organizer.press("Save seat type")
    await organizer.press(f"Edit {WS}")
    await organizer.page.get_by_text("Limits: how many").click()
    await organizer.fill({"On sale from": "2099-03-01T09:00"})
    await organizer.press("Save seat type")
    await expect(organizer.button("Save seat type")).to_have_count(0)
    buyer = await visitors.open(path)
    await buyer.sees("2 to 4 an order")
    await buyer.shows(
        f"not-on-sale-{people.conferences['conference']['seat_types'][WS]}", re.compile("On sale from 09:00")
    )
    await buyer.press(f"One more, {GA}")
    await expect(buyer.page.get_by_label(f"{GA} quantity")).to_have_value("2")
    await buyer.choose({GA: 1})
    await buyer.press("Reserve seats")
    await buyer.sees(f"{GA}: 2 to 4 an order.")
