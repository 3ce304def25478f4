"""What operators do from the command line, as they meet it: several processes, a doctor, one sentence for failures."""

import asyncio
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.tables import bookmarks, keys, parked, timers
from plenary.seed import OWNER_EMAIL
from tests.test_cli import PATIENCE, Plenary


@pytest.fixture
def plenary(tmp_path: Path) -> Iterator[Plenary]:
    plenary = Plenary(tmp_path / "var")
    yield plenary
    plenary.end()


def said(process: subprocess.Popen[str], code: int = 0) -> str:
    """All that a command says until it ends with this code."""
    text, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, text
    return text


def change(url: str, *statements: sa.Executable) -> None:
    """Do something to a database that no command would."""

    async def carry_out() -> None:
        database = Database(url)
        async with database.transaction() as db:
            for statement in statements:
                await db.execute(statement)
        await database.close()

    asyncio.run(carry_out())


def test_a_worker_does_what_a_server_without_work_leaves(plenary: Plenary, postgres_url: str) -> None:
    plenary.settings["PLENARY_DATABASE"] = postgres_url
    said(plenary.start("seed"))
    assert "nobody does this work" in said(plenary.start("doctor"), 1)
    serve = plenary.start("serve", "--without-work")
    assert serve.stdout is not None
    assert serve.stdout.readline().startswith("Plenary is at")
    work = plenary.start("work")
    assert work.stdout is not None
    assert work.stdout.readline() == "Plenary is at work\n"
    deadline = time.monotonic() + PATIENCE
    while "nobody" in plenary.start("doctor").communicate(timeout=PATIENCE)[0]:
        assert time.monotonic() < deadline
    assert plenary.serves(serve)
    assert said(plenary.start("seed"), 2) == "plenary: Plenary is at work on this database; seed it before.\n"
    work.send_signal(signal.SIGTERM)
    assert work.wait(PATIENCE) == 0
    assert "nobody does this work" in said(plenary.start("doctor"), 1)  # it was given back at once


def test_the_doctor_finds_nothing_where_all_is_well(plenary: Plenary) -> None:
    said(plenary.start("migrate"))
    said(plenary.start("seed"))
    text = said(plenary.start("doctor"), 1)
    assert "nobody does this work → start `plenary serve`" in text
    assert plenary.serves(plenary.start("serve"))
    text = said(plenary.start("doctor"))
    assert "✗" not in text
    assert text.count("✓") >= 8
    assert "✓ personal data can be opened" in text


def test_the_doctor_says_what_to_do(plenary: Plenary) -> None:
    said(plenary.start("migrate"))
    said(plenary.start("seed"))
    url = f"sqlite+aiosqlite:///{plenary.folder / 'plenary.db'}"
    aside = {"name": "orders", "position": 3, "stream": "order-1", "error": "KeyError at orders.py:7", "tries": 3}
    now = Database(url).now()
    change(
        url,
        sa.insert(parked).values(**aside, again=False, parked_at=now),
        sa.update(bookmarks).where(bookmarks.c.name == "catalogue").values(position=9_999),
        sa.delete(bookmarks).where(bookmarks.c.name == "mail"),
        sa.update(timers).values(tries=4),
        sa.update(keys).values(lookup="~" + keys.c.lookup),
    )
    text = said(plenary.start("doctor", PLENARY_REDIS="redis://127.0.0.1:1"), 1)
    for sentence in (
        "orders has put aside 1 events of 1 streams:\n    event 3 of order-1: KeyError at orders.py:7",
        "mend what they failed of, then `plenary resume orders`",
        "catalogue has read up to event 9,999",
        "mail has never worked here",
        "people was interrupted → repeat `plenary erase`",
        "Redis does not answer",
    ):
        assert sentence in text
    assert "could not be sent" in text
    assert "1 events will be tried again" in said(plenary.start("resume", "orders"))
    text = said(plenary.start("doctor", "--begin", "mail=far"), 2)
    assert text == "plenary: say where it begins as in --begin mail=17\n"
    assert "there is no event 99999" not in said(plenary.start("doctor", "--begin", "mail=5"), 1)


def test_mails_that_nobody_took_are_told_and_resumed(plenary: Plenary) -> None:
    plenary.settings |= {"PLENARY_SMTP": "smtp://127.0.0.1:1", "PLENARY_MAIL_FROM": "tickets@plenary.example"}
    said(plenary.start("migrate"))
    said(plenary.start("seed"))
    url = f"sqlite+aiosqlite:///{plenary.folder / 'plenary.db'}"
    change(url, sa.text("UPDATE mailbox SET state = 'parked', error = 'SMTPDataError 554'"))
    assert "SMTPDataError 554 → mend what they failed of, then `plenary resume mail`" in said(
        plenary.start("doctor"), 1
    )
    assert "that were given up are tried again" in said(plenary.start("resume", "mail"))
    assert "SMTPDataError 554 → see that the server" not in said(plenary.start("doctor"), 1)


def test_a_log_with_a_gap_is_found(plenary: Plenary) -> None:
    said(plenary.start("migrate"))
    said(plenary.start("seed"))
    gap = "DROP TRIGGER events_never_delete", "DELETE FROM events WHERE position = 5"
    change(f"sqlite+aiosqlite:///{plenary.folder / 'plenary.db'}", *map(sa.text, gap))
    assert "some are missing → restore the database" in said(plenary.start("doctor"), 1)


def test_views_are_rebuilt_and_nothing_else(plenary: Plenary) -> None:
    said(plenary.start("migrate"))
    said(plenary.start("seed"))
    assert "orders was rebuilt up to event" in said(plenary.start("rebuild", "orders"))
    assert "registration is no view" in said(plenary.start("rebuild", "registration"), 2)


def test_a_person_is_erased_with_their_mails(plenary: Plenary) -> None:
    said(plenary.start("migrate"))
    said(plenary.start("seed"))
    file = plenary.folder / "plenary.db"
    assert names(file, "mailbox", "recipient")
    email = names(file, "orders", "email")[0]
    before = len(names(file, "mailbox", "recipient", email))
    assert before > 0
    assert "nobody can read any more who that was" in said(plenary.start("erase", email.upper()))
    assert names(file, "mailbox", "recipient", email) == []
    assert names(file, "orders", "email", email) == []
    assert names(file, "orders", "email", "[erased]")
    assert "Nobody here has this address" in said(plenary.start("erase", email))
    assert email != OWNER_EMAIL


def names(file: Path, table: str, column: str, only: str | None = None) -> list[str]:
    """What stands in a column of a table."""
    with sqlite3.connect(file, timeout=PATIENCE) as database:
        found = [row[0] for row in database.execute(f"SELECT {column} FROM {table}") if row[0]]
    database.close()
    return [text for text in found if only is None or text == only]
