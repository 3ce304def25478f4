"""The words that all of the schema shares: scalars, money, pages of a list, and what a refusal looks like.

A resolver answers a domain's `Refusal` with `refused(refusal)`.
"""

import enum
import re
from math import ceil
from typing import TYPE_CHECKING, Self

import strawberry
from strawberry.utils.str_converters import to_camel_case

from plenary.access import tries
from plenary.engine import answers, decider
from plenary.graphql.pages import PageInfo, decode_cursor, encode_cursor, page, page_size
from plenary.graphql.refusals import REFUSALS, code_of
from plenary.graphql.scalars import SCALARS, MinorUnits, Position, decode_position, encode_position

__all__ = [
    "SCALARS",
    "Busy",
    "FieldError",
    "MinorUnits",
    "Money",
    "PageInfo",
    "Position",
    "Refusal",
    "RefusalCode",
    "Refused",
    "TooManyTries",
    "decode_cursor",
    "decode_position",
    "encode_cursor",
    "encode_position",
    "page",
    "page_size",
    "refused",
]


@strawberry.type(description="An amount of money.")
class Money:
    amount: MinorUnits = strawberry.field(description="In the smallest unit of the currency: $1 is 100.")
    currency: str = strawberry.field(description="ISO 4217 code, as in `USD`.")

    @classmethod
    def of(cls, amount: int, currency: str) -> Self:
        """An amount of minor units."""
        return cls(amount=MinorUnits(amount), currency=currency)


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
    if isinstance(refusal, answers.Busy):
        return Busy(code=code, message=message, retry_after=max(1, ceil(refusal.retry_after)))
    if isinstance(refusal, decider.InvalidInput):
        errors = [FieldError(field=field_path(e.field), message=e.message, code=e.code) for e in refusal.errors]
    elif refusal.field is not None:
        errors = [FieldError(field=field_path(refusal.field), message=message, code=code_of(type(refusal)))]
    else:
        errors = []
    return Refused(code=code, message=message, errors=errors)
