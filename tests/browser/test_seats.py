"""Tickets and seats: the registrant shows and passes on, whoever gets a link sits down, and who is out is told so."""

import re

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.visitor import CP, DETAILS, GA, PATIENCE, WS, Visitor, Visitors, offer

MAILS = """{ mailbox(first: 100) { edges { node { to text attachments { name } } } } }"""


async def booked(people: Driver, visitors: Visitors) -> Visitor:
    """An order of two seats, confirmed a moment ago."""
    registrant = await visitors.open(await offer(people, {GA: 10, WS: 5, CP: 10}), reduced_motion="reduce")
    await registrant.reserve({GA: 1, CP: 1})
    await registrant.enter({**DETAILS, "E-mail": people.tag.email("ada@example.org")})
    await registrant.pay()
    await registrant.shows("order-confirmed")
    return registrant


async def seat_link(registrant: Visitor, email: str) -> str:
    """The path of the seat in the newest mail to somebody."""
    for _ in range(100):
        answer = await registrant.page.request.post("/graphql", data={"query": MAILS})
        edges = (await answer.json())["data"]["mailbox"]["edges"]
        mine = [edge["node"] for edge in edges if edge["node"]["to"] == email and "/s/" in edge["node"]["text"]]
        if mine:
            assert [file["name"][-4:] for file in mine[0]["attachments"]] == [".png", ".ics"]
            found = re.search(r"https?://[^/]+(/s/\S+)", mine[0]["text"])
            assert found is not None
            return found[1]
        await registrant.page.wait_for_timeout(100)
    raise AssertionError("no mail has come")


async def test_a_ticket_is_mailed_opened_corrected_and_passed_on(people: Driver, visitors: Visitors) -> None:
    registrant, email = await booked(people, visitors), people.tag.email("william@example.org")
    await registrant.assign(1, "William Flash", email)
    william = await visitors.open(await seat_link(registrant, email), reduced_motion="reduce")
    await william.shows("my-seat")
    assert "#" not in william.page.url  # the secret does not stay where others may read it
    await expect(william.by("ticket-1")).to_contain_text("William Flash")
    await expect(william.page.get_by_role("img", name="QR code of the ticket for seat 1")).to_be_visible()
    await william.fill({"First name": "Bill"})
    await william.press("Correct my name")
    await expect(william.by("ticket-1")).to_contain_text("Bill Flash", timeout=PATIENCE)
    await expect(registrant.by("seat-1")).to_contain_text("Bill Flash", timeout=PATIENCE)
    await william.press("Pass it on")
    link = await william.page.get_by_label("Link").input_value()
    await william.press("Close")
    jon = await visitors.open(link[link.index("/t/") :], reduced_motion="reduce")
    await jon.shows("offered", re.compile(GA))
    await jon.press("Take this seat")
    await expect(jon.heading("Please check what you entered")).to_be_visible()
    await jon.fill({"E-mail": people.tag.email("jon@example.org"), "First name": "Jon", "Last name": "Jaffe"})
    await jon.press("Take this seat")
    await jon.shows("my-seat")
    await expect(jon.by("ticket-1")).to_contain_text("Jon Jaffe")
    await expect(william.heading("This seat is somebody else’s now")).to_be_visible(timeout=PATIENCE)
    late = await visitors.open(link[link.index("/t/") :])
    await expect(late.heading("This seat is not to be had")).to_be_visible(timeout=PATIENCE)
    await expect(registrant.by("seat-1")).to_contain_text("Jon Jaffe", timeout=PATIENCE)


async def test_a_registrant_sees_prints_and_sends_tickets(people: Driver, visitors: Visitors) -> None:
    registrant = await booked(people, visitors)
    await registrant.assign(2, "Jon Jaffe", people.tag.email("jon@example.org"))
    await registrant.press("Ticket of seat 2")
    shown = registrant.by("seat-2")
    await expect(shown.get_by_role("img")).to_be_visible(timeout=PATIENCE)
    await registrant.press("Send it again")
    await registrant.sees(re.compile("On its way to"))
    await registrant.press("Send it again")
    await registrant.sees(re.compile("sent again a moment ago"))
    await registrant.page.emulate_media(media="print")
    await expect(registrant.page.locator(".sheet")).to_have_count(2)
    for sheet in await registrant.page.locator(".sheet").all():
        await expect(sheet.get_by_role("img")).to_be_visible()
