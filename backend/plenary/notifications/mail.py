"""Mail: who is written to when something happened, and what the letter says. Each event and recipient gets one mail."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.access.secrets import Secrets
from plenary.amounts import money
from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.conference import CONFERENCE
from plenary.engine.engine import Engine
from plenary.engine.followers import Handler
from plenary.engine.messages import Event
from plenary.engine.sealed import ERASED
from plenary.engine.views import Row, View, read_row
from plenary.notifications.mailbox import Mail, State, keep_mails
from plenary.registration.assignments import SeatAssigned
from plenary.registration.order_events import OrderConfirmed, PaymentReturned
from plenary.registration.orders import ORDERS
from plenary.settings import Settings

MAILS: Final = uuid5(NAMESPACE_URL, "plenary:mails")
TEMPLATES: Final = {
    file.name: Template(file.read_text(encoding="utf-8")) for file in (Path(__file__).parent / "templates").iterdir()
}
PATIENCE: Final = 30.0
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: a template's name, its subject, and the words that fill both."""

    template: str
    subject: str
    words: Words
    lines: Sequence[Words] = ()

    def written(self) -> tuple[str, str, str]:
        """Subject, plain text and HTML. A subject is one line, whatever the names in it are; in HTML all is escaped."""
        subject = " ".join(Template(self.subject).substitute(self.words).split())
        plain = "\n".join(TEMPLATES["line.txt"].substitute(line).rstrip("\n") for line in self.lines)
        marked = "\n        ".join(TEMPLATES["line.html"].substitute(_escaped(line)).strip() for line in self.lines)
        text = TEMPLATES[f"{self.template}.txt"].substitute(self.words, lines=plain)
        html = TEMPLATES[f"{self.template}.html"].substitute(_escaped(self.words), lines=marked)
        return subject, text, html


def _escaped(words: Words) -> dict[str, str]:
    return {name: escape(word) for name, word in words.items()}


def mail_follower(settings: Settings, secrets: Secrets) -> Callable[[Engine], Handler]:
    """The follower that writes the mails, once the engine is there."""
    state: State = "delivered" if settings.smtp is None else "waiting"
    return lambda engine: MailFollower(engine, secrets, settings.url, state)


class MailFollower:
    """Writes the mails of a batch of events, and keeps them together with the bookmark."""

    def __init__(self, engine: Engine, secrets: Secrets, url: str, state: State) -> None:
        """`url`: the address of this server, which links begin with. `state`: how a mail stands that is new."""
        self._engine, self._secrets, self._url, self._state = engine, secrets, url, state
        self._written: dict[int, list[Mail]] = {}

    async def act(self, events: Sequence[Event]) -> None:
        """Write them; nothing leaves the house yet."""
        for event in events:
            if mails := [mail async for mail in self._mails(event) if mail.recipient != ERASED]:
                self._written[event.position] = mails

    async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
        """Keep those that `act` wrote about these events."""
        about = [event.position for event in events if event.position in self._written]
        await keep_mails(db, [mail for position in about for mail in self._written[position]])

        def kept() -> None:
            for position in about:
                del self._written[position]

        return kept

    async def _mails(self, event: Event) -> AsyncIterator[Mail]:
        """The mails about an event, one for everybody whom it concerns."""
        match event.data:
            case OrderConfirmed() as order:
                words = await self._conference(order.conference_id) | {
                    "first_name": order.first_name,
                    "code": order.code,
                    "total": money(order.total, order.currency),
                    "link": self._link(order.order_id),
                }
                lines = [
                    {
                        "quantity": str(line.quantity),
                        "name": line.name,
                        "total": money(line.quantity * line.unit_price, order.currency),
                    }
                    for line in order.lines
                ]
                letter = Letter("order_confirmed", "Your seats at $conference: order $code", words, lines)
                yield self._to(event, order.registrant, order.email, letter)
            case SeatAssigned() as seat:
                row = await self._row(ORDERS, seat.order_id, event.position)
                sold_as = {one.position: one.seat_type for one in row.seats}
                words = await self._conference(seat.conference_id) | {
                    "first_name": seat.first_name,
                    "seat_type": sold_as[seat.position],
                }
                letter = Letter("seat_assigned", "Your seat at $conference", words)
                yield self._to(event, seat.attendee, seat.email, letter)
            case PaymentReturned() as payment:
                row = await self._row(ORDERS, payment.order_id, event.position)
                words = await self._conference(row.conference_id) | {
                    "first_name": row.first_name or "",
                    "code": row.code,
                    "amount": money(payment.amount, row.currency),
                    "reason": payment.reason,
                    "link": self._link(row.order_id),
                }
                if row.registrant is not None and row.email is not None:
                    letter = Letter("payment_returned", "Refund of your payment for $conference: order $code", words)
                    yield self._to(event, row.registrant, row.email, letter)
                ours = await self._row(CATALOGUE, row.conference_id, event.position)
                words |= {"owner": ours.owner_name, "orders": f"{self._url}/organize/{ours.slug}/orders"}
                letter = Letter("payment_returned_notice", "A payment for $conference is refunded: order $code", words)
                yield self._to(event, ours.owner, ours.owner_email, letter)

    def _to(self, event: Event, person: UUID, recipient: str, letter: Letter) -> Mail:
        subject, text, html = letter.written()
        id_ = uuid5(MAILS, f"{event.position}/{person}")
        return Mail(id_, person, recipient, subject, text, html, self._engine.now(), state=self._state)

    def _link(self, order_id: UUID) -> str:
        """An order's link: its secret is in the fragment, which browsers keep to themselves."""
        return f"{self._url}/o/{order_id}#{self._secrets.order_secret(order_id)}"

    async def _conference(self, conference_id: UUID) -> dict[str, str]:
        """What every mail says of a conference, as it is now."""
        conference, _ = await self._engine.state(CONFERENCE, conference_id, fresh=True)
        assert conference is not None  # what is mailed about happened at a conference
        details = conference.details
        return {
            "conference": details.name,
            "dates": dates(details.starts_on, details.ends_on),
            "location": details.location,
            "page": f"{self._url}/c/{details.slug}",
        }

    async def _row(self, view: View[Row], key: UUID, position: int) -> Row:
        """A row as it was shown not earlier than at a position."""
        while not await self._engine.caught_up(view, position, PATIENCE):
            pass
        found = await read_row(self._engine.database, view, key)
        assert found[0] is not None  # its events came before this one
        return found[0]


def dates(starts_on: date, ends_on: date) -> str:
    """The days of a conference for people: "3 May 2030", or "3 May 2030 to 5 May 2030"."""
    days = [f"{day.day} {day:%B %Y}" for day in (starts_on, ends_on)]
    return days[0] if starts_on == ends_on else " to ".join(days)
