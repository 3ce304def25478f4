"""Where payments are made: the page of each gateway, and what is said where nothing can be paid."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from plenary.engine.decider import Refusal
from plenary.engine.engine import Engine
from plenary.payments.payment import PAYMENT, State

PAGES: Final[Mapping[str, str]] = {"test": "/gateway/test/{}", "stripe": "/gateway/stripe/{}"}
STYLE: Final = Path(__file__).with_name("pages.css")
PATIENCE: Final = 2.0
"""Seconds to wait for a payment that is on its way."""


@dataclass(frozen=True, slots=True)
class NoGateway(Refusal):
    """This server was set up without one; only free orders can be confirmed."""

    text: ClassVar[str] = "Nothing can be paid here at the moment: no payment gateway is set up."


@dataclass(frozen=True, slots=True)
class NotOffered(Refusal):
    """This server has no such gateway, or this conference takes no transfers."""

    text: ClassVar[str] = "This order cannot be paid that way."
    field: ClassVar[str | None] = "gateway"


@dataclass(frozen=True, slots=True)
class NotByTransfer(Refusal):
    """Only money that nobody else can see arriving is taken on somebody's word."""

    text: ClassVar[str] = "Only a bank transfer can be marked as paid."


@dataclass(frozen=True, slots=True)
class RefundUnderWay(Refusal):
    """Its gateway may do it any moment; paid back by hand as well, the money would go twice."""

    text: ClassVar[str] = "The gateway is still being asked for this refund."


async def style(_request: Request) -> Response:
    """The style of all gateways' pages."""
    return Response(STYLE.read_bytes(), media_type="text/css", headers={"cache-control": "max-age=3600"})


async def awaited(engine: Engine, payment_id: UUID) -> State:
    """A payment, which may still be on its way from the order; None if it does not come."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        payment, _ = await engine.state(PAYMENT, payment_id, fresh=True)
        if payment is not None or asyncio.get_running_loop().time() > deadline:
            return payment
        await asyncio.sleep(0.05)


def page_of(gateway: str, payment_id: UUID) -> str | None:
    """The path of a gateway's page for one payment; None for a gateway that is gone."""
    path = PAGES.get(gateway)
    return None if path is None else path.format(payment_id)
