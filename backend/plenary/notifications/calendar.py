"""A conference as a calendar file: whole days, as RFC 5545 writes them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from plenary.conferences.conference_messages import Details
from plenary.notifications.mailbox import Attachment

LONGEST: Final = 75
"""Octets of a line."""
ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def calendar_file(conference: Details, page: str, now: datetime) -> Attachment:
    """The file; its event is the same one whenever it is made, so that a calendar keeps one of it. `page`: its page."""
    after = conference.ends_on + timedelta(days=1)  # the end is the first day that is no longer part of it
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Plenary//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{conference.slug}@plenary",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{conference.starts_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{after:%Y%m%d}",
        f"SUMMARY:{conference.name.translate(ESCAPED)}",
        f"LOCATION:{conference.location.translate(ESCAPED)}",
        f"URL:{page}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    text = "".join(f"{part}\r\n" for line in lines for part in _folded(line))
    return Attachment(f"{conference.slug}.ics", "text/calendar; charset=utf-8; method=PUBLISH", text.encode())


def _folded(line: str) -> Iterator[str]:
    """A line in parts that are short enough; all but the first begin with a blank, and no letter is torn apart."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST:
            yield part
            part = " "
        part += letter
    yield part
