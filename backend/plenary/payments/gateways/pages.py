"""Where payments are made: the page of each gateway, and what is said where nothing can be paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from plenary.engine.decider import Refusal

PAGES: Final[Mapping[str, str]] = {"test": "/gateway/test/{}"}


@dataclass(frozen=True, slots=True)
class NoGateway(Refusal):
    """This server was set up without one; only free orders can be confirmed."""

    text: ClassVar[str] = "Nothing can be paid here at the moment: no payment gateway is set up."


def page_of(gateway: str, payment_id: UUID) -> str | None:
    """The path of a gateway's page for one payment; None for a gateway that is gone."""
    path = PAGES.get(gateway)
    return None if path is None else path.format(payment_id)
