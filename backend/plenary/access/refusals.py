"""What those are told whose secret opens nothing; never which part of it was wrong."""

from dataclasses import dataclass
from typing import ClassVar

from plenary.engine.decider import Refusal


@dataclass(frozen=True, slots=True)
class WrongAccessCode(Refusal):
    """No conference has both this owner and this access code."""

    text: ClassVar[str] = "This e-mail address and access code do not open a conference."


@dataclass(frozen=True, slots=True)
class WrongOrderLink(Refusal):
    """No order has this secret."""

    text: ClassVar[str] = "This link does not open an order. Please check that it was copied as a whole."


@dataclass(frozen=True, slots=True)
class WrongSeatLink(Refusal):
    """No seat has this secret, or no longer."""

    text: ClassVar[str] = (
        "This link does not open a seat. It may have been used, or the seat was given to somebody else."
    )
