"""The scalars: how ids, times, money and positions are written in the API.

Inside Python a `Position` is the integer position in the log and a `MinorUnits` an integer number of cents; the scalars
turn them into what clients see.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final, NewType
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

MinorUnits = NewType("MinorUnits", int)
Position = NewType("Position", int)

LARGEST: Final = 2**53 - 1


def encode_position(position: int) -> str:
    """A position of the log as clients see it: opaque, and stable for one position."""
    return base64.urlsafe_b64encode(f"p{position}".encode()).decode().rstrip("=")


def decode_position(text: object) -> int:
    """The position behind an opaque text. Raises `GraphQLError` (a client's mistake) for anything else."""
    decoded = from_base64(text)
    if decoded[:1] != b"p" or not decoded[1:].isdigit() or len(decoded) > 20:
        raise GraphQLError("Position cannot represent this value; send one that an answer carried.")
    return int(decoded[1:])


def from_base64(text: object) -> bytes:
    """The bytes behind a text that we gave out; none for any other text."""
    if not isinstance(text, str) or not text.isascii() or len(text) > 500:
        return b""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def _minor_units(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise GraphQLError("MinorUnits must be a whole number from 0 to 9007199254740991.")
    return value


def _uuid(value: object) -> UUID:
    try:
        if isinstance(value, str) and len(value) == 36:
            return UUID(value)
    except ValueError:
        pass
    raise GraphQLError("UUID must be written as xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx.")


def _date(value: object) -> date:
    try:
        if isinstance(value, str) and len(value) == 10 and "W" not in value:  # Python also reads days of weeks
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError("Date must be a day of the calendar written as YYYY-MM-DD.")


def instant_of(value: object) -> datetime | None:
    """The instant in UTC that an ISO 8601 text with a zone stands for; None for anything else."""
    try:
        if isinstance(value, str) and (instant := datetime.fromisoformat(value)).tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day do not exist in every zone
        pass
    return None


def _instant(value: object) -> datetime:
    if (instant := instant_of(value)) is None:
        raise GraphQLError("DateTime must be an ISO 8601 instant with a zone, as in 2030-01-31T09:00:00Z.")
    return instant


def _instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


SCALARS: Mapping[object, ScalarDefinition] = {
    UUID: strawberry.scalar(
        name="UUID",
        description="A UUID in its usual 36 characters. Ids of new things are version 4 and made by the client.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
        serialize=str,
        parse_value=_uuid,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC with milliseconds, as in `2030-01-31T09:00:00.000Z`. Any offset is accepted.",
        serialize=_instant_text,
        parse_value=_instant,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day of the calendar without a zone, as in `2030-01-31`.",
        serialize=lambda value: value.isoformat(),
        parse_value=_date,
    ),
    MinorUnits: strawberry.scalar(
        name="MinorUnits",
        description="An amount of money in the smallest unit of its currency (cents): an integer from 0 to 2^53 - 1.",
        serialize=_minor_units,
        parse_value=_minor_units,
    ),
    Position: strawberry.scalar(
        name="Position",
        description="How far an answer's data reach. Opaque: pass it back as `atLeast` to read what you just wrote.",
        serialize=encode_position,
        parse_value=decode_position,
    ),
}
