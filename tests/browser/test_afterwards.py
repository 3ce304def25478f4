"""What may become of an order: codes, the waitlist, more time, and seats that are given up again."""

import re

from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.test_managing import desk
from tests.browser.visitor import CP, DETAILS, GA, PATIENCE, WS, Visitor, Visitors, buys, offer, slug


async def by_link(people: Driver, visitors: Visitors, who: str) -> Visitor:
    """Somebody's order, opened by its link."""
    known = people.orders[who]
    return await visitors.open(f"/o/{known['id']}#{known['secret']}")


async def use_code(visitor: Visitor, code: str) -> None:
    """Unfold the field for codes, and use one."""
    if not await visitor.page.get_by_label("Promo code", exact=True).is_visible():
        await visitor.page.get_by_text("promo code?").click()
    await visitor.fill({"Promo code": code})
    await visitor.press("Use code")


async def join(visitor: Visitor, seat_type: str, details: dict[str, str] | None = None) -> None:
    """Join the waitlist for one seat, from the conference's page."""
    await visitor.press(f"Join the waitlist, {seat_type}")
    await visitor.fill(details or DETAILS, visitor.page.get_by_role("dialog"))
    await visitor.press("Wait for these seats")
    await visitor.page.wait_for_url(re.compile("/o/"))


async def test_p1_a_code_takes_everything_off_and_there_is_no_payment(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 10, CP: 10})
    await people.create_code(code="SPEAKER", percent=100)
    await people.create_code(code="EARLY", percent=10)
    visitor = await visitors.open(path)
    await visitor.reserve({GA: 2, CP: 1})
    await use_code(visitor, "NOTHING")
    await visitor.sees("There is no such promo code here.")
    await expect(visitor.page.get_by_label("Promo code", exact=True)).to_be_focused()
    await use_code(visitor, "early")
    await visitor.shows("discount-EARLY")
    await visitor.shows("order-total", "$403.20")
    await visitor.enter()
    await use_code(visitor, "speaker")
    await visitor.sees(re.compile("cannot be combined with"))
    await visitor.press("Remove the code EARLY")
    await visitor.shows("order-total", "$448")
    await use_code(visitor, "speaker")
    await visitor.shows("order-total", "$0")
    await visitor.press("Book 3 seats")
    await visitor.shows("order-confirmed")
    await visitor.shows("discount-SPEAKER")


async def test_w3_a_seat_that_is_given_up_is_offered_live_to_who_waits(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 10, WS: 2}, cancel_days=7, cancel_fee_percent=10)
    await buys(people, "R1", {WS: 2})
    await people.join_waitlist("R2", {WS: 1})
    waiting = await visitors.open(path)
    await waiting.sees("1 waiting")
    await join(waiting, WS)
    await waiting.shows("waitlist-place", "2")
    asked = len(waiting.requests)
    await people.cancel("R2")
    await waiting.shows("waitlist-place", "1")
    giving = await by_link(people, visitors, "R1")
    await giving.press("Give up seats")
    dialog = giving.page.get_by_role("dialog")
    await expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(0)
    await dialog.get_by_role("checkbox").first.check()
    await giving.shows("refund", "$450")
    await giving.shows("fee", "$50")
    await giving.press("Give up 1 seat")
    await giving.shows("given-up", re.compile(r"seat\s+1\. Kept of their price \$50"))
    await expect(giving.by("seat-1")).to_have_count(0)
    await waiting.shows("offer")
    loads = [line for line in waiting.requests[asked:] if "/assets/" not in line]
    assert loads == [], "the offer came by itself"
    assert 0 < await waiting.seconds_left() <= 900
    await waiting.pay()
    await waiting.shows("order-confirmed")


async def test_g2_who_finds_nothing_joins_the_waitlist_for_it(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 2, CP: 2})
    await buys(people, "R2", {GA: 2, CP: 2})
    await people.place_order("R1", {GA: 1, CP: 2})
    visitor = await by_link(people, visitors, "R1")
    await visitor.press("Join the waitlist")
    dialog = visitor.page.get_by_role("dialog")
    await expect(dialog.get_by_label(f"Seats you wait for, {CP}")).to_have_value("2")
    await visitor.fill(DETAILS, dialog)
    await visitor.press("Wait for these seats")
    await expect(dialog.get_by_role("link", name="number 1 in line")).to_have_count(2)
    await dialog.get_by_role("link").first.click()
    await visitor.shows("waitlist-place", "1")
    await visitor.press("Leave the waitlist")
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Leave the waitlist").click()
    await visitor.shows("order-cancelled")


async def test_w2_one_buys_what_there_is_and_waits_for_the_rest(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10, WS: 1})
    await people.place_order("R1", {GA: 1, WS: 2})
    visitor = await by_link(people, visitors, "R1")
    await visitor.shows("partly-held")
    await visitor.press("Join the waitlist for the rest")
    await visitor.fill(DETAILS, visitor.page.get_by_role("dialog"))
    await visitor.press("Wait for these seats")
    await expect(visitor.page.get_by_role("link", name="number 1 in line")).to_be_visible(timeout=PATIENCE)
    await visitor.press("Close")
    await visitor.page.get_by_role("link", name="Go on with 2 seats").click()
    await expect(visitor.page.get_by_label("E-mail")).to_have_value("ada@example.org")
    await visitor.press("Continue to payment")
    await visitor.pay()
    await visitor.shows("order-confirmed")


async def test_an_offer_that_costs_nothing_is_taken_by_a_press_or_declined(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 1}, prices={GA: "$0"}, cancel_days=7)
    await people.place_order("R1", {GA: 1})
    await people.enter_details("R1")
    await people.join_waitlist("R2", {GA: 1})
    await people.join_waitlist("R3", {GA: 1})
    first, second = [await by_link(people, visitors, who) for who in ("R2", "R3")]
    await people.cancel("R1")
    await first.shows("offer")
    await first.press("Decline")
    await first.page.get_by_role("dialog").get_by_role("button", name="Decline").click()
    await first.shows("order-cancelled")
    await second.shows("offer")
    await second.press("Book 1 seat")
    await second.shows("order-confirmed")


async def test_o1_who_runs_out_of_time_is_warned_and_has_more_once(people: Driver, visitors: Visitors) -> None:
    path = await offer(people, {GA: 10}, hold_seconds=100)
    visitor = await visitors.open(path)
    await visitor.reserve({GA: 1})
    await visitor.shows("more-time")
    await expect(visitor.page.get_by_role("status")).to_contain_text("You can ask for more time", timeout=PATIENCE)
    await visitor.press("Give me more time")
    await expect(visitor.by("more-time")).to_have_count(0, timeout=PATIENCE)
    assert await visitor.seconds_left() > 100
    await visitor.page.reload()
    await expect(visitor.page.get_by_role("timer")).to_be_visible(timeout=PATIENCE)
    await expect(visitor.by("more-time")).to_have_count(0)


async def test_o6_a_confirmation_is_sent_again_but_not_twice_in_a_minute(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10})
    await buys(people, "R1", {GA: 1})
    visitor = await by_link(people, visitors, "R1")
    await visitor.sees("Seats cannot be cancelled here once they are booked.")
    await expect(visitor.button("Give up seats")).to_have_count(0)
    await visitor.press("Send the confirmation again")
    await visitor.shows("resent", re.compile("is on its way to"))
    await visitor.press("Send the confirmation again")
    await visitor.shows("resent", re.compile("sent a moment ago"))


async def test_p8_an_organizer_makes_changes_and_ends_a_code(people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10, WS: 1})
    await buys(people, "R1", {WS: 1})
    organizer = await desk(people, visitors, "/codes")
    await organizer.sees("No promo codes yet")
    await organizer.press("New code")
    await organizer.press("Make code")
    await expect(organizer.page.get_by_label("Code", exact=True)).to_have_attribute("aria-invalid", "true")
    await organizer.fill({"Code": "many", "Percentage": "10", "Orders that may use it": "11"})
    await organizer.page.get_by_role("checkbox", name=GA).check()
    await organizer.press("Make code")
    await organizer.sees("There are only 10 seats that this code is for.")
    await organizer.fill({"Orders that may use it": "10"})
    await organizer.press("Make code")
    await expect(organizer.by("code-MANY")).to_contain_text(f"10 % off, for {GA}", timeout=PATIENCE)
    await people.place_order("R2", {GA: 1})
    await people.apply_code("R2", code="MANY")
    await people.place_order("R3", {GA: 1})
    await expect(organizer.by("code-MANY")).to_contain_text("1 of 10", timeout=PATIENCE)
    await people.join_waitlist("R4", {WS: 1})
    await organizer.shows(f"waiting-{people.conferences['conference']['seat_types'][WS]}", "1 order waits")
    await organizer.press("Change MANY")
    await organizer.page.get_by_label("Takes off").select_option("amount")
    await organizer.fill({"Amount in USD": "20"})
    await organizer.press("Save code")
    await expect(organizer.by("code-MANY")).to_contain_text("$20 off an order", timeout=PATIENCE)
    await organizer.press("End MANY")
    await organizer.press("End the code")
    await expect(organizer.by("code-MANY")).to_contain_text("Ended", timeout=PATIENCE)
    assert (await people.apply_code("R3", code="MANY"))["refused"] == "CodeHasEnded"


async def test_a_whole_sale(people: Driver, visitors: Visitors) -> None:
    """Created, sold out, waited for, cancelled, offered, refunded: all of it by people in front of browsers."""
    path = await offer(people, {WS: 1}, publish=False, cancel_days=7, cancel_fee_percent=20)
    organizer = await desk(people, visitors)
    await organizer.press("Publish")
    await organizer.shows("state", "On sale")
    buyer = await visitors.open(path)
    await buyer.sees("15 minutes")
    await buyer.reserve({WS: 1})
    await buyer.shows("cancel-rules", re.compile("for a fee of 20 % of the price"))
    await buyer.enter()
    await buyer.pay()
    await buyer.shows("order-confirmed")
    waiting = await visitors.open(path)
    await waiting.shows("all-sold-out")
    await join(waiting, WS, {"E-mail": "jon@example.org", "First name": "Jon", "Last name": "Jaffe"})
    await waiting.shows("waitlist-place", "1")
    await buyer.press("Give up seats")
    await buyer.page.get_by_role("checkbox").check()
    await buyer.shows("refund", "$400")
    await buyer.press("Give up 1 seat")
    await buyer.shows("order-cancelled")
    await buyer.sees(re.compile(r"You get back \$400, and \$100 is kept"))
    await waiting.shows("offer")
    await waiting.pay()
    await waiting.shows("order-confirmed")
    await organizer.go(f"/organize/{slug(people)}/orders")
    code = await waiting.by("order-code").inner_text()
    await organizer.page.get_by_text(code).first.click()
    await organizer.page.get_by_text("Take seats back and refund").click()
    await organizer.page.get_by_role("dialog").get_by_role("checkbox").check()
    await organizer.sees("$500 goes back, $0 stays with you.")
    await organizer.fill({"Goes back (USD)": "450"})
    await organizer.press("Take back 1 seat")
    await waiting.shows("order-refunded")
    await waiting.sees(re.compile(r"You get back \$450, and \$50 is kept"))
    await waiting.go(path)
    await waiting.seats_left({WS: 1}, people)
