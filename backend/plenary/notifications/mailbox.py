"""The mailbox: every mail that was written, readable where the server shows it, and the outbox of those to be sent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database
from plenary.engine.tables import UtcDateTime
from plenary.engine.views import Json

State = Literal["waiting", "delivered", "parked"]
UNDELIVERED: Final = "SELECT state, count(*) FROM mailbox WHERE state IN ('waiting', 'parked') GROUP BY state"
"""How many mails are not delivered, by how they stand."""
RECENT: Final = timedelta(days=7)
"""How long a mail that nobody takes is something to see to: after that, an address was simply wrong."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a mail. One that is shown within the HTML is named there, as in `src="cid:name"`."""

    name: str
    type: str
    content: bytes
    within: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, as plain text and as HTML that says the same. Its id comes from what it is about.

    It waits until the next try, was delivered, or is parked: given up until somebody asks for another try. `error` is
    of what kind the last failure was.
    """

    mail_id: UUID
    person: UUID
    recipient: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    attachments: tuple[Attachment, ...] = ()
    state: State = "delivered"
    tries: int = 0
    next_try_at: datetime | None = None
    error: str | None = None


kept = sa.MetaData()

mailbox = sa.Table(
    "mailbox",
    kept,
    sa.Column("mail_id", sa.Uuid, primary_key=True),
    sa.Column("person", sa.Uuid, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False, info={"personal": True}),
    sa.Column("subject", sa.Text, nullable=False, info={"personal": True}),
    sa.Column("text", sa.Text, nullable=False, info={"personal": True}),
    sa.Column("html", sa.Text, nullable=False, info={"personal": True}),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column(
        "attachments",
        Json(tuple[Attachment, ...]),
        nullable=False,
        server_default=sa.text("'[]'"),
        info={"personal": True},
    ),
    sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'delivered'")),
    sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("next_try_at", UtcDateTime),
    sa.Column("error", sa.Text),
    sa.Index("mailbox_person", "person"),
    sa.Index("mailbox_sent_at", "sent_at", "mail_id"),
    sa.Index("mailbox_state", "state", "next_try_at"),
)
WAITING: Final = mailbox.c.state == "waiting"
PARKED: Final = mailbox.c.state == "parked"


async def keep_mails(db: AsyncConnection, mails: Sequence[Mail]) -> None:
    """Put mails into the mailbox; one that is there already is left as it was."""
    if mails:
        insert = (sqlite if db.dialect.name == "sqlite" else postgresql).insert(mailbox)
        await db.execute(insert.on_conflict_do_nothing(), [asdict(mail) for mail in mails])


async def forget_mails(db: AsyncConnection, person: UUID) -> None:
    """Delete all mails to a person."""
    await db.execute(sa.delete(mailbox).where(mailbox.c.person == person))


async def find_mails(database: Database, limit: int, before: tuple[datetime, UUID] | None = None) -> list[Mail]:
    """Up to `limit` mails, newest first; `before`: only those after this time and id in that order."""
    query = sa.select(mailbox)
    if before is not None:
        place = sa.tuple_(sa.literal(before[0], UtcDateTime), sa.literal(before[1], sa.Uuid()))
        query = query.where(sa.tuple_(mailbox.c.sent_at, mailbox.c.mail_id) < place)
    query = query.order_by(mailbox.c.sent_at.desc(), mailbox.c.mail_id.desc()).limit(limit)
    async with database.reading() as db:
        return [Mail(**found) for found in (await db.execute(query)).mappings()]


# Sending them. All times are the database's, so that several processes agree.


async def claim_mails(database: Database, limit: int, seconds: float) -> list[Mail]:
    """Up to `limit` mails whose time has come, the oldest first: for so many seconds nobody else is given them."""
    due = sa.or_(mailbox.c.next_try_at.is_(None), mailbox.c.next_try_at <= database.now())
    some = sa.select(mailbox.c.mail_id).where(WAITING, due).order_by(mailbox.c.sent_at).limit(limit)
    async with database.reading() as db:
        if (await db.execute(some.limit(1))).first() is None:  # mostly; and nothing is locked for that
            return []
    claimed = some.with_for_update(skip_locked=True).scalar_subquery()
    claim = sa.update(mailbox).where(mailbox.c.mail_id.in_(claimed)).values(next_try_at=database.now(seconds))
    async with database.transaction() as db:
        found = [Mail(**row) for row in (await db.execute(claim.returning(*mailbox.c))).mappings()]
    return sorted(found, key=lambda mail: mail.sent_at)


async def mark_delivered(database: Database, mail: Mail) -> None:
    """The mail was handed over."""
    done = sa.update(mailbox).where(mailbox.c.mail_id == mail.mail_id)
    async with database.transaction() as db:
        await db.execute(done.values(state="delivered", next_try_at=None, error=None, tries=mail.tries + 1))


async def mark_failed(database: Database, mail: Mail, error: str, pause: float | None) -> None:
    """It could not be handed over: try again after so many seconds, or never (None) unless somebody asks for it."""
    failed: dict[str, object] = {"error": error, "tries": mail.tries + 1, "state": "waiting" if pause else "parked"}
    failed["next_try_at"] = None if pause is None else database.now(pause)
    async with database.transaction() as db:
        await db.execute(sa.update(mailbox).where(mailbox.c.mail_id == mail.mail_id, WAITING).values(failed))


async def give_back(database: Database, mails: Sequence[Mail]) -> None:
    """Claimed mails that nobody has tried to send are anybody's again."""
    ours = mailbox.c.mail_id.in_([mail.mail_id for mail in mails])
    async with database.transaction() as db:
        await db.execute(sa.update(mailbox).where(ours, WAITING).values(next_try_at=None))


# For operators.


async def resume_mails(db: AsyncConnection) -> int:
    """Have what was given up tried again from the beginning; how many mails that are."""
    again = {"state": "waiting", "tries": 0, "next_try_at": None}
    return (await db.execute(sa.update(mailbox).where(PARKED).values(again))).rowcount


async def look_at_mails(db: AsyncConnection, now: datetime) -> list[tuple[str, str | None]]:
    """What an operator should know of mails that are not delivered, and what to do about it, if anything."""
    found: list[tuple[str, str | None]] = []
    kinds = sa.select(mailbox.c.error, sa.func.count(), sa.func.max(mailbox.c.sent_at)).group_by(mailbox.c.error)
    for error, number, _ in (await db.execute(kinds.where(WAITING, mailbox.c.tries > 0))).all():
        found.append((f"{number:,} mails wait for another try: {error}", "see that the server of PLENARY_SMTP answers"))
    for error, number, newest in (await db.execute(kinds.where(PARKED))).all():
        advice = "mend what they failed of, then `plenary resume mail`" if newest > now - RECENT else None
        found.append((f"{number:,} mails could not be delivered: {error}", advice))
    return found
