"""Mails are handed to a real SMTP server: once in effect, again after failures that pass, never to the erased."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.notifications import delivery
from plenary.notifications.delivery import Delivery, Server, pause_after
from plenary.notifications.mailbox import (
    Attachment,
    Mail,
    find_mails,
    forget_mails,
    keep_mails,
    mailbox,
    resume_mails,
)
from tests.house import ADA, NOON, SETTINGS, open_house
from tests.notifications.smtp import FINE, Handler, smtp_server

SENDER = "Plenary <tickets@plenary.example>"
CALENDAR = Attachment("days.ics", "text/calendar; charset=utf-8; method=PUBLISH", b"BEGIN:VCALENDAR\r\n")
PICTURE = Attachment("ticket.png", "image/png", b"\x89PNG", within=True)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


def a_mail(number: int = 1, recipient: str = "ada@example.org", subject: str = "Your seats") -> Mail:
    html = '<p>Hello <img src="cid:ticket.png" alt=""></p>'
    written = NOON + timedelta(seconds=number)
    mail_id = UUID(int=number)
    files = (CALENDAR, PICTURE)
    return Mail(mail_id, UUID(int=7), recipient, subject, "Hello — Ada", html, written, files, state="waiting")


async def put(database: Database, *mails: Mail) -> None:
    async with database.transaction() as db:
        await keep_mails(db, mails)


async def stored(database: Database) -> dict[int, Mail]:
    return {mail.mail_id.int: mail for mail in await find_mails(database, 100)}


async def due_now(database: Database) -> None:
    """Let the time pass until the next try."""
    async with database.transaction() as db:
        await db.execute(sa.update(mailbox).values(next_try_at=None))


def postman(database: Database, url: str) -> Delivery:
    return Delivery(database, Server.of(url), SENDER, "plenary.example")


async def test_a_mail_arrives_once_with_all_its_parts(database: Database) -> None:
    handler = Handler()
    await put(database, a_mail())
    async with smtp_server(handler) as url:
        assert await postman(database, url).deliver() == 1
        assert await postman(database, url).deliver() == 0
    (arrived,) = handler.received
    message = arrived.message
    assert (arrived.sender, arrived.recipients) == ("tickets@plenary.example", ["ada@example.org"])
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, "ada@example.org", "Your seats")
    assert arrived.id == f"<{UUID(int=1)}@plenary.example>"
    assert message["Date"].datetime == NOON + timedelta(seconds=1)
    assert message["Auto-Submitted"] == "auto-generated"
    types = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert types == ["text/plain", "text/html", "image/png", "text/calendar"]
    plain, _, picture, calendar = [part for part in message.walk() if not part.is_multipart()]
    assert plain.get_content().strip() == "Hello — Ada"
    assert picture["Content-ID"] == "<ticket.png>"
    assert (calendar.get_filename(), calendar.get_param("method")) == ("days.ics", "PUBLISH")
    mail = (await stored(database))[1]
    assert (mail.state, mail.tries, mail.next_try_at, mail.attachments) == ("delivered", 1, None, (CALENDAR, PICTURE))


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_password_is_said_and_a_wrong_one_is_nobody_s_fault_but_ours(database: Database) -> None:
    handler = Handler()
    await put(database, a_mail(1), a_mail(2))
    async with smtp_server(handler, password="right one") as url:
        wrong = url.replace("right one", "wrong")
        assert await postman(database, wrong).deliver() == 0
        tried = (await stored(database))[1]
        assert (tried.state, tried.error) == ("waiting", "SMTPAuthenticationError 535")
        assert (await stored(database))[2].tries == 0  # the second is not tried where the first could not be
        await due_now(database)
        assert await postman(database, url.replace("right one", "right%20one")).deliver() == 2
    assert len(handler.ids) == 2


async def test_a_server_that_is_away_gets_everything_when_it_is_back(database: Database) -> None:
    handler = Handler()
    await put(database, a_mail(1), a_mail(2))
    async with smtp_server(handler) as url:
        port = urlsplit(url).port or 0
    assert await postman(database, url).deliver() == 0
    waiting = (await stored(database))[1]
    assert (waiting.state, waiting.error) == ("waiting", "SMTPConnectError")
    assert waiting.next_try_at is not None
    async with smtp_server(handler, port):
        assert await postman(database, url).deliver() == 1  # the other one; the first has a little while to wait
        await due_now(database)
        assert await postman(database, url).deliver() == 1
    assert len(set(handler.ids)) == 2


async def test_a_not_now_is_tried_again_and_keeps_nobody_else_waiting(database: Database) -> None:
    handler = Handler(rcpt=lambda address: "450 Greylisted" if address.startswith("ada") else FINE)
    await put(database, a_mail(1), a_mail(2, "jon@example.org"))
    async with smtp_server(handler) as url:
        assert await postman(database, url).deliver() == 2
        assert [one.recipients for one in handler.received] == [["jon@example.org"]]
        mails = await stored(database)
        assert (mails[1].state, mails[1].error, mails[2].state) == ("waiting", "SMTPRecipientRefused 450", "delivered")
        assert await postman(database, url).deliver() == 0  # not at once
        handler.rcpt = lambda _: FINE
        await due_now(database)
        assert await postman(database, url).deliver() == 1
    assert (await stored(database))[1].state == "delivered"


async def test_a_never_is_given_up_until_somebody_resumes_it(database: Database) -> None:
    handler = Handler(rcpt=lambda _: "550 No such person as ada@example.org")
    await put(database, a_mail())
    async with smtp_server(handler) as url:
        await postman(database, url).deliver()
        parked = (await stored(database))[1]
        assert (parked.state, parked.error, parked.next_try_at) == ("parked", "SMTPRecipientRefused 550", None)
        assert await postman(database, url).deliver() == 0
        handler.rcpt = lambda _: FINE
        async with database.transaction() as db:
            assert await resume_mails(db) == 1
        assert await postman(database, url).deliver() == 1
    assert handler.ids == [f"<{UUID(int=1)}@plenary.example>"]


async def test_what_the_server_says_of_the_content_is_a_verdict_and_too_many_tries_are_one_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Handler(data=lambda: "554 Not this")
    await put(database, a_mail(1))
    async with smtp_server(handler) as url:
        await postman(database, url).deliver()
        assert (await stored(database))[1].error == "SMTPDataError 554"
        assert (await stored(database))[1].state == "parked"
        monkeypatch.setattr(delivery, "MOST_TRIES", 2)
        handler.data = lambda: "451 Later"
        await put(database, a_mail(2))
        for state in ("waiting", "parked"):
            await due_now(database)
            await postman(database, url).deliver()
            assert (await stored(database))[2].state == state


async def test_killed_between_handing_over_and_writing_down_it_is_sent_again_as_the_same_mail(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise asyncio.CancelledError

    handler = Handler()
    await put(database, a_mail())
    async with smtp_server(handler) as url:
        with monkeypatch.context() as patched:
            patched.setattr(delivery, "mark_delivered", killed)
            with pytest.raises(asyncio.CancelledError):
                await postman(database, url).deliver()
        assert await postman(database, url).deliver() == 0  # it is still claimed
        await due_now(database)
        assert await postman(database, url).deliver() == 1
    assert len(handler.ids) == 2
    assert len(set(handler.ids)) == 1


async def test_several_processes_send_each_mail_once(database: Database) -> None:
    handler = Handler()
    await put(database, *(a_mail(number) for number in range(1, 61)))
    async with smtp_server(handler) as url:
        postmen = [postman(database, url) for _ in range(4)]
        while sum(await asyncio.gather(*(one.deliver() for one in postmen))):
            pass
    assert len(handler.ids) == 60
    assert len(set(handler.ids)) == 60


async def test_it_runs_by_itself_and_gives_back_what_it_has_not_begun(database: Database) -> None:
    handler = Handler()
    async with smtp_server(handler) as url, postman(database, url).running():
        await put(database, *(a_mail(number) for number in range(1, 41)))
        async with asyncio.timeout(10):
            while not handler.ids:
                await asyncio.sleep(0.01)
    mails = (await stored(database)).values()
    assert all(mail.state == "delivered" or mail.next_try_at is None for mail in mails)
    assert sum(mail.state == "delivered" for mail in mails) == len(handler.ids) == len(set(handler.ids))


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("ada@example.org\r\nBcc: all@example.org", "Your seats"),
        ("ada@example.org", "Your seats\r\nBcc: all@example.org"),
        ("nobody", "Your seats"),
        ("ada@example.org, all@example.org", "Your seats"),
    ],
)
async def test_nothing_that_somebody_wrote_becomes_a_header(database: Database, recipient: str, subject: str) -> None:
    handler = Handler()
    await put(database, a_mail(1, recipient, subject))
    async with smtp_server(handler) as url:
        await postman(database, url).deliver()
    assert handler.received == []
    assert (await stored(database))[1].state == "parked"


@pytest.mark.parametrize(
    ("address", "arrives_at"),
    [("ada@bücher.example", "ada@xn--bcher-kva.example"), ("жанна@example.org", "жанна@example.org")],
)
async def test_addresses_in_any_script_are_written_to(database: Database, address: str, arrives_at: str) -> None:
    handler = Handler()
    await put(database, a_mail(1, address))
    async with smtp_server(handler) as url:
        await postman(database, url).deliver()
    assert [one.recipients for one in handler.received] == [[arrives_at]]


async def test_a_person_who_is_forgotten_is_not_written_to(database: Database) -> None:
    handler = Handler()
    await put(database, a_mail())
    async with database.transaction() as db:
        await forget_mails(db, UUID(int=7))
    async with smtp_server(handler) as url:
        assert await postman(database, url).deliver() == 0
    assert handler.received == []


def test_pauses_grow_to_a_quarter_of_an_hour() -> None:
    assert [pause_after(tries) for tries in (1, 2, 3, 6, 60)] == [30, 60, 120, 900, 900]


@pytest.mark.parametrize(
    ("url", "port", "tls", "start_tls"),
    [
        ("smtp://mail.example", 587, False, None),
        ("smtp://u:p@mail.example:2525", 2525, False, True),
        ("smtp://u:p@localhost:25", 25, False, False),
        ("smtps://u:p@mail.example", 465, True, False),
    ],
)
def test_a_password_leaves_this_machine_only_by_tls(url: str, port: int, tls: bool, start_tls: bool | None) -> None:
    client = Server.of(url).client()
    assert (client.port, client.use_tls, client._start_tls_on_connect) == (port, tls, start_tls)


async def test_a_whole_house_sends_what_it_writes(sqlite_url: str) -> None:
    handler = Handler()
    async with AsyncExitStack() as stack:
        smtp = await stack.enter_async_context(smtp_server(handler))
        house = await stack.enter_async_context(open_house(sqlite_url, replace(SETTINGS, smtp=smtp, mail_from=SENDER)))
        assert house.built.delivery is not None
        await stack.enter_async_context(house.built.delivery.running())
        sold, browser = await house.on_sale({"Tea": (0, 9)}), house.browser()
        placed = await browser.place(sold.id, {sold.types["Tea"]: 1})
        await browser.order("enterDetails", UUID(placed["order"]["id"]), registrant=ADA)
        async with asyncio.timeout(10):
            while not handler.received:
                await asyncio.sleep(0.02)
    (arrived,) = handler.received
    assert arrived.recipients == [ADA["email"]]
    assert arrived.id.endswith("@test>")
    assert placed["order"]["code"] in str(arrived.message["Subject"])
