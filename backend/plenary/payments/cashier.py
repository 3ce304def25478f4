"""The cashier: follows the log and goes to the gateways for what they have to do, as giving money back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.access.secrets import Secrets
from plenary.engine.answers import Busy
from plenary.engine.decider import Refusal
from plenary.engine.engine import Engine
from plenary.engine.followers import Handler
from plenary.engine.messages import Event
from plenary.payments.gateways.opened import gateways
from plenary.payments.gateways.protocol import Denied, Gateway, Unreachable, believe
from plenary.payments.payment import PAYMENT, Completed, Refund
from plenary.payments.payment_messages import (
    CompleteRefund,
    FailRefund,
    PaymentCancelled,
    PaymentInitiated,
    PutOffRefund,
    RefundRequested,
    RefundRetried,
)
from plenary.registration.order_events import OrderCancelled, OrderExpired
from plenary.registration.orders import ORDERS
from plenary.settings import Settings

CASHIER: Final = uuid5(NAMESPACE_URL, "plenary:cashier")
AT_ONCE: Final = 8
"""How many gateways' answers are waited for at the same time."""
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_TRIES: Final = 24
"""Then, after four days, a refund that the gateway cannot be asked for is the organizer's."""
PATIENCE: Final = 5.0
"""Seconds to wait for an order's row; and how long a gateway that did not answer is not asked about others either."""
ASKED: Final = RefundRequested | RefundRetried
CALLED_OFF: Final = PaymentCancelled | OrderExpired | OrderCancelled
T = TypeVar("T")
log = logging.getLogger(__name__)


def cashier(settings: Settings, secrets: Secrets) -> Callable[[Engine], Handler]:
    """The follower that goes to the gateways, once the engine is there."""
    return lambda engine: Cashier(engine, gateways(engine, settings, secrets))


def pause(tries: int) -> timedelta:
    """How long to leave a gateway alone that could not be asked so many times: 30 s, 1 min, 2 min … 6 hours."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, 20)), LONGEST_PAUSE)


class Cashier:
    """Asks the gateways, and sends what they say as commands whose ids follow from what was asked."""

    def __init__(self, engine: Engine, gateways: Mapping[str, Gateway]) -> None:
        """`gateways` by name."""
        self._engine, self._gateways = engine, gateways
        some_wait = any(gateway.waits for gateway in gateways.values())
        self._heard = ASKED | CALLED_OFF if some_wait else ASKED  # of most orders nothing is to be done here
        self._few = asyncio.Semaphore(AT_ONCE)
        self._away: dict[str, float] = {}

    async def act(self, events: Sequence[Event]) -> None:
        """See to everything that these events ask of a gateway; all of it may be asked again."""
        await asyncio.gather(*(self._see_to(event) for event in events if isinstance(event.data, self._heard)))

    async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
        """Keeps nothing but the bookmark: all that came of it are commands."""
        return lambda: None

    async def _see_to(self, event: Event) -> None:
        match event.data:
            case RefundRequested(payment_id, number=number) | RefundRetried(payment_id, number=number):
                async with self._few:
                    await self._refund(payment_id, number)
            case PaymentCancelled(payment_id):
                async with self._few:
                    await self._call_off(payment_id)
            case OrderExpired(order_id) | OrderCancelled(order_id):
                at = event.position
                row = await self._engine.until(ORDERS, order_id, lambda row: bool(row and row.position >= at), PATIENCE)
                if row is not None and row.payment is not None and row.payment.state == "initiated":
                    async with self._few:
                        await self._call_off(row.payment.payment_id)

    async def _refund(self, payment_id: UUID, number: int) -> None:
        payment, _ = await self._engine.state(PAYMENT, payment_id, fresh=True)
        refund = payment.refund(number) if isinstance(payment, Completed) else None
        if not isinstance(payment, Completed) or refund is None or refund.state != "requested":
            return  # it came to an end since
        command = await self._asked(payment.bill, payment.reference, refund)
        if command is None:
            return
        name = type(command).__name__
        id_ = uuid5(CASHIER, f"{name}/{payment_id}/{number}/{refund.tries}/{refund.failures}")
        await self._send(command, id_, f"gateway:{payment.bill.gateway}", [name, number])

    async def _asked(
        self, bill: PaymentInitiated, reference: str, refund: Refund
    ) -> CompleteRefund | FailRefund | PutOffRefund | None:
        """What follows from asking the gateway for a refund; None where people have to do it."""
        gateway = self._gateways.get(bill.gateway)
        if gateway is None:
            return FailRefund(bill.payment_id, refund.number, "This server has no such gateway any more.")
        try:
            done = await self._unless_away(gateway, lambda: gateway.refund(bill, reference, refund))
        except Unreachable as why:
            log.warning("%s could not be asked for a refund: %s", bill.gateway, why)
            tries = refund.tries + 1
            if tries > MOST_TRIES:
                return FailRefund(bill.payment_id, refund.number, "The gateway could not be reached.")
            return PutOffRefund(bill.payment_id, refund.number, tries, self._engine.now() + pause(tries))
        except Denied as why:
            return FailRefund(bill.payment_id, refund.number, str(why))
        return None if done is None else CompleteRefund(bill.payment_id, refund.number, done)

    async def _unless_away(self, gateway: Gateway, ask: Callable[[], Awaitable[T]]) -> T:
        """What the gateway answers; one that gave no answer a moment ago is not waited for again at once."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._away.get(gateway.name, 0.0):
            raise Unreachable("it did not answer a moment ago")
        try:
            return await ask()
        except Unreachable:
            self._away[gateway.name] = loop.time() + PATIENCE
            raise

    async def _call_off(self, payment_id: UUID) -> None:
        """A payment that nobody waits for should not be made any more. If it was made, that counts."""
        payment, _ = await self._engine.state(PAYMENT, payment_id, fresh=True)
        gateway = None if payment is None else self._gateways.get(payment.bill.gateway)
        if payment is None or gateway is None or isinstance(payment, Completed):
            return
        try:
            bill, reference = payment.bill, payment.reference
            word = await self._unless_away(gateway, lambda: gateway.call_off(bill, reference))
        except Unreachable as why:
            log.warning("%s could not be told that a payment is off: %s", gateway.name, why)
            return
        if word is not None:
            await believe(self._engine, gateway.name, word)

    async def _send(self, command: object, id_: UUID, sender: str, said: object) -> None:
        while isinstance(answer := await self._engine.send(command, id=id_, sender=sender, said=said), Busy):
            await asyncio.sleep(answer.retry_after)
        if isinstance(answer, Refusal):
            log.warning("%s was refused: %s", type(command).__name__, type(answer).__name__)
