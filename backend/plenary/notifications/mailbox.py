"""The mailbox: every mail that was sent, kept here and readable where the server shows it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database
from plenary.engine.tables import UtcDateTime


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, as plain text and as HTML that says the same. Its id comes from what it is about."""

    mail_id: UUID
    person: UUID
    recipient: str
    subject: str
    text: str
    html: str
    sent_at: datetime


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
    sa.Index("mailbox_person", "person"),
    sa.Index("mailbox_sent_at", "sent_at", "mail_id"),
)


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
