"""The mailbox over the API, where the server shows it."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

import enum
from base64 import b64encode
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from plenary.graphql.context import Info
from plenary.graphql.reading import After, First, after_instant
from plenary.graphql.words import PageInfo, encode_cursor, page, page_size
from plenary.notifications import mailbox


@strawberry.enum(description="How a mail stands.")
class MailState(enum.Enum):
    WAITING = strawberry.enum_value("waiting", description="It is to be handed to the mail server, now or once more.")
    DELIVERED = strawberry.enum_value(
        "delivered", description="The mail server has it; where there is none, being in the mailbox is enough."
    )
    PARKED = strawberry.enum_value("parked", description="Nobody took it. An operator can have it tried again.")


@strawberry.type(description="A file that comes with a mail.")
class Attachment:
    name: str = strawberry.field(description="Its name. Where it is shown within the HTML, that says `cid:` and this.")
    type: str = strawberry.field(description="What it is, as in `text/calendar; charset=utf-8`.")
    content: str = strawberry.field(description="Its bytes, in base64.")
    within: bool = strawberry.field(description="Whether it is a picture within the HTML.")


@strawberry.type(description="A mail that was written.")
class Mail:
    id: UUID = strawberry.field(description="One for each event and recipient.")
    to: str = strawberry.field(description="The recipient's address.")
    subject: str = strawberry.field(description="One line.")
    text: str = strawberry.field(description="As plain text.")
    html: str = strawberry.field(description="As HTML that says the same. Show it in a frame without rights.")
    sent_at: datetime = strawberry.field(description="When it was written.")
    state: MailState = strawberry.field(description="How it stands.")
    attachments: list[Attachment] = strawberry.field(description="The files that come with it.")

    @classmethod
    def of(cls, mail: mailbox.Mail) -> Self:
        """From the mailbox."""
        return cls(
            id=mail.mail_id,
            to=mail.recipient,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            sent_at=mail.sent_at,
            state=MailState(mail.state),
            attachments=[
                Attachment(name=file.name, type=file.type, content=b64encode(file.content).decode(), within=file.within)
                for file in mail.attachments
            ],
        )


@strawberry.type(description="A mail in a list.")
class MailEdge:
    cursor: str = strawberry.field(description="Its place in the list.")
    node: Mail = strawberry.field(description="The mail.")


@strawberry.type(description="A page of mails.")
class MailConnection:
    edges: list[MailEdge] = strawberry.field(description="The mails of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def cursor_of(mail: mailbox.Mail) -> str:
    """The place of a mail in the mailbox."""
    return encode_cursor(mail.sent_at.isoformat(), mail.mail_id)


@strawberry.type
class Query:
    @strawberry.field(description="The mails that were written, the newest first; null unless this server shows them.")
    async def mailbox(self, info: Info, first: First = 20, after: After = None) -> MailConnection | None:
        size, before = page_size(first), after_instant(after)
        if not info.context.settings.shows_mailbox:
            return None
        mails, place = page(
            await mailbox.find_mails(info.context.engine.database, size + 1, before), size, cursor_of, after
        )
        return MailConnection(
            edges=[MailEdge(cursor=cursor_of(mail), node=Mail.of(mail)) for mail in mails], page_info=place
        )
