"""Mails say what happened to whom it concerns, once for each event and recipient."""

from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.access.secrets import Secrets
from plenary.engine.engine import Engine
from plenary.notifications.letters import Letter, dates
from plenary.notifications.mailbox import Mail, find_mails, keep_mails
from plenary.registration.orders import ORDERS
from tests.house import ADA, JON, NOON, OWNER, SETTINGS, House, open_house

SECRETS = Secrets(SETTINGS.secret)
MAILBOX = """query($first: Int! = 20, $after: String) { mailbox(first: $first, after: $after) {
  edges { node { id to subject text html sentAt state attachments { name type content within } } }
  pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def mails(house: House, recipient: str) -> list[Mail]:
    """What somebody was sent, once every event was looked at."""
    await reached(house.engine)
    return [mail for mail in await find_mails(house.engine.database, 100) if mail.recipient == recipient]


async def reached(engine: Engine) -> None:
    """Wait until the mails about everything that has happened are written."""
    await engine.until_reached("mail", await engine.log.head())


async def free_order(house: House, quantity: int = 2) -> tuple[Any, UUID, Any]:
    sold = await house.on_sale({"Community <evening>": (0, 10)}, name="Tea & Events")
    browser = house.browser()
    placed = await browser.place(sold.id, {sold.types["Community <evening>"]: quantity})
    id = UUID(placed["order"]["id"])
    await browser.order("enterDetails", id, registrant=ADA)
    return browser, id, placed


async def test_a_confirmed_order_is_mailed_with_its_code_and_its_link(house: House) -> None:
    _, id, placed = await free_order(house)
    (mail,) = await mails(house, ADA["email"])
    assert mail.subject == f"Your seats at Tea & Events: order {placed['order']['code']}"
    link = f"http://test/o/{id}#{placed['secret']}"
    for part in ("Tea & Events", "1 June 2030 to 3 June 2030", "Berlin", placed["order"]["code"], link, "USD 0.00"):
        assert part in mail.text, part
    assert "2 × Community <evening>: USD 0.00" in mail.text
    assert "Tea &amp; Events" in mail.html
    assert "2 × Community &lt;evening&gt;" in mail.html
    assert "<evening>" not in mail.html
    assert link in mail.html
    (calendar,) = mail.attachments
    assert (calendar.name, calendar.within) == ("cqrs-days.ics", False)
    assert b"SUMMARY:Tea & Events" in calendar.content


async def test_a_seat_is_mailed_to_whom_it_was_given_with_its_ticket(house: House) -> None:
    browser, id, _ = await free_order(house)
    await browser.order("assignSeat", id, position=1, attendee=JON)
    await browser.order("assignSeat", id, position=1, attendee=JON | {"firstName": "Jonathan"})
    (mail,) = await mails(house, JON["email"])
    assert mail.subject == "Your seat at Tea & Events"
    assert "Community <evening>" in mail.text
    link = f"http://test/s/{id}/1#{SECRETS.seat_secret(id, 1, 1)}"
    assert link in mail.text
    assert link in mail.html
    assert "#ord_" not in mail.text + mail.html
    assert 'src="cid:ticket.png"' in mail.html
    assert [(file.name, file.within) for file in mail.attachments] == [("ticket.png", True), ("cqrs-days.ics", False)]
    assert len(await mails(house, ADA["email"])) == 1


async def test_whoever_gets_the_seat_next_is_sent_another_ticket(house: House) -> None:
    browser, id, _ = await free_order(house)
    await browser.order("assignSeat", id, position=1, attendee=JON)
    await browser.order("assignSeat", id, position=1, attendee=ADA)
    (to_jon,) = await mails(house, JON["email"])
    (to_ada,) = [mail for mail in await mails(house, ADA["email"]) if mail.subject == to_jon.subject]
    assert SECRETS.seat_secret(id, 1, 2) in to_ada.text
    assert SECRETS.seat_secret(id, 1, 1) in to_jon.text
    assert to_ada.attachments[0].content != to_jon.attachments[0].content


async def test_a_ticket_is_sent_again_to_whoever_has_the_seat(house: House) -> None:
    browser, id, _ = await free_order(house)
    await browser.order("assignSeat", id, position=1, attendee=JON)
    await browser.order("resendTicket", id, position=1)
    again, first = await mails(house, JON["email"])
    assert (again.subject, again.text, again.attachments[0]) == (first.subject, first.text, first.attachments[0])
    assert again.mail_id != first.mail_id


async def test_a_registrant_who_was_paying_hears_that_the_order_has_expired(house: House) -> None:
    sold, browser = await house.on_sale({"GA": (24_900, 10)}), house.browser()
    for started in (True, False):
        id = UUID((await browser.place(sold.id, {sold.types["GA"]: 1}))["order"]["id"])
        await browser.order("enterDetails", id, registrant=ADA)
        if started:
            await browser.order("startPayment", id, paymentId=uuid4())
    house.clock.advance(timedelta(minutes=16))
    await house.engine.until(ORDERS, id, lambda row: bool(row and row.state == "expired"), timeout=10)
    (mail,) = await mails(house, ADA["email"])
    assert mail.subject.startswith("Order ")
    assert mail.subject.endswith(" at CQRS Days was not paid in time")
    assert "If you did pay, nothing is lost" in mail.text
    assert "http://test/c/cqrs-days" in mail.text


async def test_a_payment_that_goes_back_is_explained(house: House) -> None:
    sold, browser = await house.on_sale({"GA": (24_900, 10)}), house.browser()
    placed = await browser.place(sold.id, {sold.types["GA"]: 1})
    id, payment = UUID(placed["order"]["id"]), uuid4()
    await browser.order("enterDetails", id, registrant=ADA)
    started = await browser.order("startPayment", id, paymentId=payment)
    await browser.order("cancelOrder", id)
    await browser.http.post(started["order"]["payment"]["payAt"], data={"choice": "accept"})
    await house.engine.until(
        ORDERS, id, lambda row: bool(row and row.payment and row.payment.state == "refunded"), timeout=10
    )
    (mail,) = await mails(house, ADA["email"])
    assert mail.subject == f"Refund of your payment for CQRS Days: order {placed['order']['code']}"
    assert "USD 249.00" in mail.text
    assert "order cancelled" in mail.text
    (notice,) = await mails(house, OWNER["email"])
    assert notice.subject == f"A payment for CQRS Days is refunded: order {placed['order']['code']}"
    assert "USD 249.00" in notice.text
    assert "http://test/organize/cqrs-days/orders" in notice.text
    assert "Ada" not in notice.text  # who may be erased one day, and this mail is the organizer's


async def test_the_mailbox_is_shown_in_pages_where_the_server_says_so(house: House) -> None:
    browser, id, _ = await free_order(house)
    await browser.order("assignSeat", id, position=1, attendee=JON)
    await reached(house.engine)
    first = (await browser.ask(MAILBOX, first=1))["mailbox"]
    rest = (await browser.ask(MAILBOX, first=1, after=first["pageInfo"]["endCursor"]))["mailbox"]
    assert {edge["node"]["to"] for edge in first["edges"] + rest["edges"]} == {ADA["email"], JON["email"]}
    (jon,) = (edge["node"] for edge in first["edges"] + rest["edges"] if edge["node"]["to"] == JON["email"])
    assert jon["state"] == "DELIVERED"
    picture, _ = jon["attachments"]
    assert (picture["name"], picture["type"], picture["within"]) == ("ticket.png", "image/png", True)
    assert b64decode(picture["content"]).startswith(b"\x89PNG")
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_elsewhere_nobody_reads_the_mailbox(sqlite_url: str) -> None:
    async with open_house(sqlite_url, replace(SETTINGS, dev=False)) as house:
        assert (await house.browser().ask(MAILBOX))["mailbox"] is None


async def test_a_mail_that_is_there_is_left_as_it_was(house: House) -> None:
    mail = Mail(uuid4(), uuid4(), "ada@example.org", "First", "text", "html", NOON)
    again = Mail(mail.mail_id, mail.person, mail.recipient, "Second", "text", "html", NOON)
    for mails in ([mail], [again], []):
        async with house.engine.database.transaction() as db:
            await keep_mails(db, mails)
    assert await find_mails(house.engine.database, 10) == [mail]


def test_a_subject_is_one_line_whatever_the_names_in_it() -> None:
    words = dict.fromkeys(("first_name", "seat_type", "dates", "link"), "") | {"conference": "Days\r\nBcc: a@b.example"}
    subject, _, html = Letter(
        "seat_assigned", "Your seat at $conference", words | {"location": "<script>", "page": '"'}
    ).written()
    assert subject == "Your seat at Days Bcc: a@b.example"
    assert "<script>" not in html


def test_days_are_written_for_people() -> None:
    assert dates(date(2030, 5, 1), date(2030, 5, 1)) == "1 May 2030"
