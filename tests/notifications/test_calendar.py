"""A calendar file is what RFC 5545 says, whatever the conference is called."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from plenary.notifications.calendar import calendar_file
from tests.examples import CREATE

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
DAYS = replace(CREATE, slug="days", name="Days", location="Berlin")


def written(**changes: Any) -> bytes:
    """The file of a conference that is otherwise as above."""
    file = calendar_file(replace(DAYS, **changes), "https://plenary.example/c/days", NOW)
    assert (file.name, file.type) == ("days.ics", "text/calendar; charset=utf-8; method=PUBLISH")
    return file.content


def lines_of(**changes: object) -> list[str]:
    """The file's lines, unfolded."""
    content = written(**changes)
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_a_conference_is_whole_days_and_its_end_is_the_day_after() -> None:
    assert lines_of(starts_on=date(2030, 5, 31), ends_on=date(2030, 5, 31)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Plenary//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:days@plenary",
        "DTSTAMP:20300102T030405Z",
        "DTSTART;VALUE=DATE:20300531",
        "DTEND;VALUE=DATE:20300601",
        "SUMMARY:Days",
        "LOCATION:Berlin",
        "URL:https://plenary.example/c/days",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_what_means_something_in_such_a_file_is_escaped() -> None:
    lines = lines_of(name="Tea, milk; \\o/\r\nBEGIN:VALARM", location="")
    assert "SUMMARY:Tea\\, milk\\; \\\\o/\\nBEGIN:VALARM" in lines
    assert "LOCATION:" in lines


def test_lines_are_folded_without_tearing_letters_apart() -> None:
    name = "Größe 数据 " * 20 + "👩‍🚀" * 30
    parts = written(name=name).split(b"\r\n")
    assert max(map(len, parts)) <= 75
    assert all(part.decode() is not None for part in parts)
    assert f"SUMMARY:{name}" in lines_of(name=name)
