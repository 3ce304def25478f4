"""A clone: a new draft that says and sells what another conference does, on other days and under another address."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from plenary.conferences.catalogue import ConferenceRow, SeatType
from plenary.conferences.conference_messages import AddSeatType, CreateConference, Details


def cloned(row: ConferenceRow, conference_id: UUID, slug: str, starts_on: date, owner: UUID) -> CreateConference:
    """The command that makes a clone at once, with all seat types but the retired ones.

    Every date moves by as many days as the first one. A seat type's new id follows from its old one, so that cloning
    again is cloning the same. Raises OverflowError for days beyond the calendar.
    """
    days = starts_on - row.starts_on
    said = {field.name: getattr(row, field.name) for field in fields(Details)}
    moved = {"slug": slug, "starts_on": starts_on, "ends_on": row.ends_on + days, "conference_id": conference_id}
    return CreateConference(
        **said | moved,
        owner=owner,
        owner_name=row.owner_name,
        owner_email=row.owner_email,
        seat_types=tuple(
            _cloned(seat_type, conference_id, days, row.time_zone)
            for seat_type in row.seat_types
            if not seat_type.retired
        ),
    )


def _cloned(seat_type: SeatType, conference_id: UUID, days: timedelta, time_zone: str) -> AddSeatType:
    return AddSeatType(
        conference_id,
        uuid5(conference_id, str(seat_type.seat_type_id)),
        seat_type.name,
        seat_type.description,
        seat_type.price,
        seat_type.quota,
        seat_type.least,
        seat_type.most,
        _moved(seat_type.sale_from, days, time_zone),
        _moved(seat_type.sale_until, days, time_zone),
    )


def _moved(at: datetime | None, days: timedelta, time_zone: str) -> datetime | None:
    """The same time of the day, so many days later, whatever became of summer time between."""
    if at is None:
        return None
    there = at.astimezone(ZoneInfo(time_zone))
    return (there.replace(tzinfo=None) + days).replace(tzinfo=there.tzinfo).astimezone(UTC)
