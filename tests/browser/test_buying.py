"""Buying, told by what a registrant sees."""

import asyncio
import re

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.visitor import CP, DETAILS, GA, PATIENCE, WS, Visitors, buys, offer

S100 = {GA: 100, WS: 100, CP: 100}
S20 = {GA: 20, WS: 20, CP: 20}
S10 = {GA: 10, WS: 10, CP: 10}


async def test_b1_seats_are_held_and_a_countdown_runs(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, S100)
    bystander, registrant = await visitors.open(path), await visitors.open(path)
    await registrant.reserve({GA: 1, CP: 1})
    await registrant.shows("order-total", "$249")
    first = await registrant.seconds_left()
    assert 0 < first <= 900
    await expect(registrant.page.get_by_role("timer")).not_to_have_attribute("data-seconds", str(first))
    assert await registrant.seconds_left() < first
    await bystander.seats_left({GA: 99, WS: 100, CP: 99}, people)


async def test_b2_b3_details_payment_success_and_two_people_on_two_seats(people: Driver, visitors: Visitors) -> None:
    registrant = await visitors.open(await offer(people, S100))
    await registrant.reserve({GA: 1, CP: 1})
    email = people.tag.email("ada@example.org")
    await registrant.enter({**DETAILS, "E-mail": email})
    await expect(registrant.button("Pay $249 and book 2 seats")).to_be_visible()
    await registrant.pay()
    await registrant.shows("order-confirmed")
    code = await registrant.by("order-code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    await registrant.sees(f"1 × {GA}")
    await registrant.sees(f"1 × {CP}")
    await registrant.assign(1, "William Flash", people.tag.email("william@example.org"))
    await registrant.assign(2, "Jon Jaffe", people.tag.email("jon@example.org"))
    await registrant.page.reload()
    await expect(registrant.by("seat-1")).to_contain_text("William Flash")
    await expect(registrant.by("seat-2")).to_contain_text("Jon Jaffe")
    await registrant.sees("Everybody has a seat.")
    async with asyncio.timeout(PATIENCE / 1000):
        while len(mails := (await people.mails())["mails"]) < 3:
            await asyncio.sleep(0.05)
    assert sorted(mail["to"] for mail in mails) == ["ada@example.org", "jon@example.org", "william@example.org"]
    assert [code in mail["subject"] for mail in mails].count(True) == 1


async def test_b5_what_is_sold_in_between_is_seen_at_once(people: Driver, visitors: Visitors) -> None:
    registrant = await visitors.open(await offer(people, S10))
    await registrant.choose({GA: 1, WS: 1, CP: 1})
    await expect(registrant.by("total")).to_have_text("$749")
    asked = len(registrant.requests)
    await buys(people, "R2", {WS: 10, CP: 10})
    await registrant.seats_left({GA: 10, WS: 0, CP: 0}, people)
    await expect(registrant.page.get_by_text("Sold out", exact=True)).to_have_count(2)
    assert registrant.requests[asked:] == []
    await registrant.choose({WS: 0, CP: 0})
    await expect(registrant.by("total")).to_have_text("$199")
    await registrant.press("Reserve seats")
    await registrant.shows("order-total", "$199")


async def test_b6_wrong_details_are_marked_and_no_payment_is_offered(people: Driver, visitors: Visitors) -> None:
    registrant = await visitors.open(await offer(people, S100))
    await registrant.reserve({GA: 1, CP: 1})
    await registrant.fill({"E-mail": "ada", "First name": "Ada", "Last name": ""})
    await registrant.press("Continue to payment")
    for label in ("E-mail", "Last name"):
        field = registrant.page.get_by_label(label, exact=True)
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_accessible_description(re.compile(r"\w+"))
    await expect(registrant.page.get_by_label("First name", exact=True)).not_to_have_attribute("aria-invalid", "true")
    await expect(registrant.button(re.compile("^Pay "))).to_have_count(0)
    await registrant.enter()


async def test_b7_a_payment_that_is_cancelled_leads_back_to_the_same_hold(people: Driver, visitors: Visitors) -> None:
    registrant = await visitors.open(await offer(people, S100))
    await registrant.reserve({GA: 1, CP: 1})
    await registrant.enter()
    before = await registrant.seconds_left()
    await registrant.pay("Go back")
    await registrant.shows("not-paid", re.compile("cancelled"))
    assert before - 60 < await registrant.seconds_left() <= before
    await registrant.pay("Reject")
    await registrant.shows("not-paid", re.compile("declined"))
    await registrant.pay()
    await registrant.shows("order-confirmed")


async def test_b11_free_seats_need_no_payment(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 100, CP: 100}, prices={GA: "$0", CP: "$100"})
    registrant, other = await visitors.open(path), await visitors.open(path)
    await registrant.reserve({GA: 1})
    await registrant.fill(DETAILS)
    await registrant.press("Book 1 seat")
    await registrant.shows("order-confirmed")
    assert not any("/gateway/" in request for request in registrant.requests)
    await other.reserve({GA: 2, CP: 3})
    await other.enter()
    await expect(other.button("Pay $300 and book 5 seats")).to_be_visible()
    await other.pay()
    await other.shows("order-confirmed")


async def test_b12_a_deadline_that_passes_returns_the_seats_to_everybody(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, S10, hold_seconds=4)
    bystander, registrant = await visitors.open(path), await visitors.open(path)
    await registrant.reserve({GA: 2, CP: 1})
    await bystander.seats_left({GA: 8, WS: 10, CP: 9}, people)
    asked = len(bystander.requests)
    await registrant.shows("order-expired")
    await bystander.seats_left({GA: 10, WS: 10, CP: 10}, people)
    assert bystander.requests[asked:] == []
    expired = registrant.page.url
    await registrant.page.go_back()
    await registrant.page.go_forward()
    await registrant.shows("order-expired")
    await registrant.go(f"{expired.partition('?')[0]}?step=pay")
    await registrant.shows("order-expired")
    await expect(registrant.button(re.compile("^Pay "))).to_have_count(0)


async def test_g1_six_seats_six_people(people: Driver, visitors: Visitors) -> None:
    registrant = await visitors.open(await offer(people, S100))
    await registrant.reserve({GA: 3, WS: 1, CP: 2})
    await registrant.shows("order-total", "$1,197")
    await registrant.enter({**DETAILS, "E-mail": people.tag.email("ada@example.org")})
    await registrant.pay()
    names = ["William Flash", "Jon Jaffe", "Sean Bentley", "Jim Corbin", "Pilar Ackerman", "Heidi Steen"]
    for seat, name in enumerate(names, 1):
        email = people.tag.email(f"{name.split()[0].lower()}@example.org")
        await registrant.assign(seat, name, email)
    await registrant.page.reload()
    for seat, name in enumerate(names, 1):
        await expect(registrant.by(f"seat-{seat}")).to_contain_text(name)


async def test_g3_a_part_is_granted_and_the_registrant_decides(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, S20)
    registrant = await visitors.open(path)
    await registrant.choose({GA: 3, WS: 1, CP: 2})
    await buys(people, "R2", {GA: 18})
    await buys(people, "R3", {WS: 20})
    await buys(people, "R4", {CP: 10})
    await registrant.seats_left({GA: 2, WS: 0, CP: 10}, people)
    await registrant.press("Reserve seats")
    notice = registrant.by("partly-held")
    await expect(notice).to_be_visible(timeout=PATIENCE)
    await expect(notice).to_contain_text(re.compile(f"{GA}.*2"))
    await expect(notice).to_contain_text(re.compile(f"{WS}.*sold out"))
    await expect(notice).not_to_contain_text(CP)
    await registrant.shows("order-total", "$498")
    await expect(registrant.page.get_by_role("link", name="Change seats")).to_be_visible()
    await registrant.page.get_by_role("link", name="Go on with 4 seats").click()
    await registrant.enter()
    await registrant.pay()
    await registrant.shows("order-confirmed")


async def test_g5_a_seat_changes_hands(people: Driver, visitors: Visitors) -> None:
    registrant = await visitors.open(await offer(people, S100))
    await registrant.reserve({GA: 1})
    await registrant.enter({**DETAILS, "E-mail": people.tag.email("ada@example.org")})
    await registrant.pay()
    await registrant.assign(1, "William Flash", people.tag.email("william@example.org"))
    await registrant.assign(1, "Jon Jaffe", people.tag.email("jon@example.org"))
    await expect(registrant.by("seat-1")).not_to_contain_text("William")
    await registrant.press("Unassign seat 1")
    await expect(registrant.by("seat-1")).to_contain_text("Not assigned")
    for name in ("william", "jon"):
        assert (await people.mails(to=f"{name}@example.org"))["count"] >= 1
