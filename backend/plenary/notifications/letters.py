"""Letters: what a mail says, from templates that hold no logic, as plain text and as HTML that says the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from zoneinfo import ZoneInfo

from plenary.amounts import money
from plenary.notifications.mailbox import Attachment
from plenary.registration.order_events import Line
from plenary.registration.order_prices import price
from plenary.words import Promo

TEMPLATES: Final = {
    file.name: Template(file.read_text(encoding="utf-8")) for file in (Path(__file__).parent / "templates").iterdir()
}
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: a template's name, its subject, the words that fill both, and what comes with it."""

    template: str
    subject: str
    words: Words
    lines: Sequence[Words] = ()
    attachments: tuple[Attachment, ...] = ()

    def written(self) -> tuple[str, str, str]:
        """Subject, plain text and HTML. A subject is one line, whatever the names in it are; in HTML all is escaped."""
        subject = " ".join(Template(self.subject).substitute(self.words).split())
        plain = "\n".join(TEMPLATES["line.txt"].substitute(line).rstrip("\n") for line in self.lines)
        marked = "\n".join(TEMPLATES["line.html"].substitute(_escaped(line)).rstrip("\n") for line in self.lines)
        text = TEMPLATES[f"{self.template}.txt"].substitute(self.words, lines=plain)
        body = TEMPLATES[f"{self.template}.html"].substitute(_escaped(self.words), lines=marked)
        return subject, text, TEMPLATES["frame.html"].substitute(body=body)


def _escaped(words: Words) -> dict[str, str]:
    return {name: escape(word) for name, word in words.items()}


def dates(starts_on: date, ends_on: date) -> str:
    """The days of a conference for people: "3 May 2030", or "3 May 2030 to 5 May 2030"."""
    days = [f"{day.day} {day:%B %Y}" for day in (starts_on, ends_on)]
    return days[0] if starts_on == ends_on else " to ".join(days)


def moment(at: datetime, time_zone: str) -> str:
    """An instant for people where the conference is: "14:05 on 3 May 2030 (CEST)"."""
    there = at.astimezone(ZoneInfo(time_zone))
    return f"{there:%H:%M} on {there.day} {there:%B %Y (%Z)}"


def numbers(positions: Sequence[int]) -> str:
    """Which seats something was done with: "seat 2 was", "seats 1, 2 and 5 were"."""
    *others, last = map(str, positions)
    return f"seats {', '.join(others)} and {last} were" if others else f"seat {last} was"


def sums(lines: Sequence[Line], promos: Iterable[Promo], currency: str) -> list[Words]:
    """What seats cost, line by line, what codes take off, and the total as the last line."""
    found = price(lines, promos)
    costs = [(f"{line.quantity} × {line.name}", money(line.quantity * line.unit_price, currency)) for line in lines]
    costs += [(f"Code {each.code}", f"−{money(each.amount, currency)}") for each in found.discounts]
    costs.append(("Total", money(found.total, currency)))
    return [{"what": what, "total": amount} for what, amount in costs]
