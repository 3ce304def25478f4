"""The words that all of the schema shares: scalars, money, pages of a list, and what a refusal looks like.

Inside Python a `Position` is the integer position in the log and a `MinorUnits` an integer number of cents; the scalars
turn them into what clients see. A resolver answers a domain's `Refusal` with `refused(refusal)`.
"""

import base64
import binascii
import enum
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from math import ceil
from typing import TYPE_CHECKING, NewType, TypeVar
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition
from strawberry.utils.str_converters import to_camel_case

from plenary.access import tries
from plenary.engine import decider
from plenary.graphql.refusals import REFUSALS, code_of

MinorUnits = NewType("MinorUnits", int)
Position = NewType("Position", int)

LARGEST = 2**53 - 1
LARGEST_PAGE = 100
Row = TypeVar("Row")


# ---------------------------------------------------------------- scalars


def encode_position(position: int) -> str:
    """A position of the log as clients see it: opaque, and stable for one position."""
    return base64.urlsafe_b64encode(f"p{position}".encode()).decode().rstrip("=")


def decode_position(text: object) -> int:
    """The position behind an opaque text. Raises `GraphQLError` (a client's mistake) for anything else."""
    decoded = _from_base64(text)
    if decoded[:1] != b"p" or not decoded[1:].isdigit() or len(decoded) > 20:
        raise GraphQLError("Position cannot represent this value; send one that an answer carried.")
    return int(decoded[1:])


def _from_base64(text: object) -> bytes:
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
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError("Date must be a day of the calendar written as YYYY-MM-DD.")


def _instant(value: object) -> datetime:
    try:
        if isinstance(value, str) and (instant := datetime.fromisoformat(value)).tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError("DateTime must be an ISO 8601 instant with a zone, as in 2030-01-31T09:00:00Z.")


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


# ---------------------------------------------------------------- money, pages


@strawberry.type(description="An amount of money.")
class Money:
    amount: MinorUnits = strawberry.field(description="In the smallest unit of the currency: $1 is 100.")
    currency: str = strawberry.field(description="ISO 4217 code, as in `USD`.")


@strawberry.type(description="Where a page of a list stands in the whole list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows after `endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether something stands before `startCursor`.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; pass it as `after`.")


def encode_cursor(key: str | int, id: UUID) -> str:
    """The cursor of a row: its sort key (times as ISO texts) and its id, which settles ties."""
    return base64.urlsafe_b64encode(orjson.dumps([key, id.hex])).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str | int, UUID]:
    """The sort key and id behind a cursor. Raises `GraphQLError` (a client's mistake) for anything else."""
    try:
        key, id = orjson.loads(_from_base64(cursor))
        if isinstance(key, str | int) and not isinstance(key, bool):
            return key, UUID(id)
    except (ValueError, TypeError, AttributeError):
        pass
    raise GraphQLError("`after` must be a cursor that an answer carried.")


def page_size(first: int) -> int:
    """How many rows a page may have: what was asked, 1 to 100. Raises `GraphQLError` otherwise."""
    if not 1 <= first <= LARGEST_PAGE:
        raise GraphQLError(f"`first` must be from 1 to {LARGEST_PAGE}.")
    return first


def page(
    rows: Sequence[Row], first: int, cursor: Callable[[Row], str], after: str | None
) -> tuple[Sequence[Row], PageInfo]:
    """A page of `first` rows and its place, from the `first + 1` rows that were read after the cursor `after`."""
    shown = rows[:first]
    return shown, PageInfo(
        has_next_page=len(rows) > first,
        has_previous_page=after is not None,
        start_cursor=cursor(shown[0]) if shown else None,
        end_cursor=cursor(shown[-1]) if shown else None,
    )


# ---------------------------------------------------------------- refusals

if TYPE_CHECKING:

    class RefusalCode(enum.Enum):
        """Why a command was refused; its members come from `REFUSALS`."""

else:
    RefusalCode = strawberry.enum(
        enum.Enum(
            "RefusalCode",
            {
                code_of(r): strawberry.enum_value(code_of(r), description=re.sub(r"{\w+}", "…", r.text))
                for r in REFUSALS
            },
        ),
        description="Why a command was refused. Branch on this, show `message`.",
    )


@strawberry.interface(description="A command was not carried out, and nothing was changed.")
class Refusal:
    code: RefusalCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why, in one sentence for people.")


@strawberry.type(description="One thing wrong with one input.")
class FieldError:
    field: str = strawberry.field(description="The input's path, as in `endsOn` or `items.0.quantity`.")
    message: str = strawberry.field(description="What is wrong, in one sentence for people.")
    code: str = strawberry.field(description="What is wrong, for programs.")


@strawberry.type(description="The command cannot be carried out as it stands.")
class Refused(Refusal):
    errors: list[FieldError] = strawberry.field(description="The inputs to blame; empty unless fields are to blame.")


@strawberry.type(description="Too much is going on right now; the same command may be sent again.")
class Busy(Refusal):
    retry_after: int = strawberry.field(description="Seconds to wait before the next try.")


@strawberry.type(description="Too many tries from one place; right or wrong, this one was not looked at.")
class TooManyTries(Refusal):
    retry_after: int = strawberry.field(description="Seconds to wait before the next try.")


def field_path(path: str) -> str:
    """A command's field as clients call it: `items.0.seat_type_id` -> `items.0.seatTypeId`."""
    return ".".join(to_camel_case(part) for part in path.split("."))


def refused(refusal: decider.Refusal) -> Refused | Busy | TooManyTries:
    """The answer that tells a client about any refusal of a domain, of the engine or of access."""
    code, message = RefusalCode[code_of(type(refusal))], refusal.message
    if isinstance(refusal, tries.TooManyTries):
        return TooManyTries(code=code, message=message, retry_after=refusal.retry_after)
    if (retry_after := getattr(refusal, "retry_after", None)) is not None:
        return Busy(code=code, message=message, retry_after=max(1, ceil(retry_after)))
    if isinstance(refusal, decider.InvalidInput):
        errors = [FieldError(field=field_path(e.field), message=e.message, code=e.code) for e in refusal.errors]
    elif refusal.field is not None:
        errors = [FieldError(field=field_path(refusal.field), message=message, code=code_of(type(refusal)))]
    else:
        errors = []
    return Refused(code=code, message=message, errors=errors)
