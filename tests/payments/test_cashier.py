"""The cashier: refunds reach their gateway, are asked for again where it is away, and never stop each other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from plenary.app import DECIDERS, PROCESSES, VIEWS
from plenary.engine.answers import Accepted
from plenary.engine.clock import HandClock
from plenary.engine.database import Database
from plenary.engine.engine import Engine, Plan
from plenary.engine.tables import bookmarks, events
from plenary.log.sqlite import SqliteLog
from plenary.migrations import migrate
from plenary.payments.cashier import LONGEST_PAUSE, MOST_TRIES, Cashier, pause
from plenary.payments.gateways import protocol
from plenary.payments.gateways.protocol import Denied, Paid, Unreachable, Word
from plenary.payments.gateways.transfer import Transfer
from plenary.payments.payment import PAYMENT, Cancelled, Completed, Refund
from plenary.payments.payment_messages import (
    CancelPayment,
    CompletePayment,
    CompleteRefund,
    InitiatePayment,
    PaymentInitiated,
    RefundPayment,
    RetryRefund,
)
from plenary.upcasters import UPCASTERS
from tests.examples import NOON


@dataclass
class Gateway:
    """A gateway that does what a test wants."""

    name: str = "test"
    waits: bool = True
    asked: list[tuple[UUID, int, str]] = field(default_factory=list)
    called_off: list[tuple[UUID, str | None]] = field(default_factory=list)
    fails: dict[UUID, Exception] = field(default_factory=dict)
    word: Word | None = None

    async def refund(self, bill: PaymentInitiated, reference: str, refund: Refund) -> str:
        self.asked.append((bill.payment_id, refund.number, reference))
        if bill.payment_id in self.fails:
            raise self.fails[bill.payment_id]
        return f"re_{refund.number}"

    async def call_off(self, bill: PaymentInitiated, reference: str | None) -> Word | None:
        self.called_off.append((bill.payment_id, reference))
        return self.word


@dataclass
class Till:
    """A running engine with a cashier."""

    engine: Engine
    clock: HandClock
    gateway: Gateway

    async def send(self, command: Any) -> None:
        assert isinstance(await self.engine.send(command, id=uuid4(), sender="test"), Accepted)

    async def initiate(self, gateway: str = "test") -> UUID:
        payment = uuid4()
        await self.send(InitiatePayment(payment, uuid4(), uuid4(), 24_900, "USD", gateway))
        return payment

    async def pay(self, gateway: str = "test") -> UUID:
        payment = await self.initiate(gateway)
        await self.send(CompletePayment(payment, NOON, "ch_1"))
        return payment

    async def rest(self) -> None:
        """Until nothing is left to do."""
        before = -1
        while before != (before := await self.engine.log.head()):
            await self.engine.until_no_timer_is_due()
            for follower in ("registration", "cashier"):
                await self.engine.until_reached(follower, before)

    async def refunds(self, payment: UUID) -> tuple[Refund, ...]:
        await self.rest()
        state, _ = await self.engine.state(PAYMENT, payment, fresh=True)
        assert isinstance(state, Completed)
        return state.refunds


@asynccontextmanager
async def opened(url: str, gateway: Gateway) -> AsyncIterator[Till]:
    database, clock = Database(url), HandClock(datetime.now(UTC))
    gateways: dict[str, protocol.Gateway] = {"test": gateway, "transfer": Transfer()}
    plan = Plan(DECIDERS, VIEWS, PROCESSES, {"cashier": lambda engine: Cashier(engine, gateways)}, UPCASTERS)
    engine = Engine(plan, database, SqliteLog(url, database.write_lock), b"k" * 32, clock)
    deaths: list[BaseException] = []
    async with engine.running(died=deaths.append):
        yield Till(engine, clock, gateway)
    await engine.close()
    assert not deaths


@pytest.fixture
async def till(sqlite_url: str) -> AsyncIterator[Till]:
    async with opened(sqlite_url, Gateway()) as till:
        yield till


async def test_a_refund_is_asked_for_and_done(till: Till) -> None:
    payment = await till.pay()
    await till.send(RefundPayment(payment, 5_000, "one seat less", 1))
    await till.send(RefundPayment(payment, 19_900, "cancelled", 2))
    await till.send(RefundPayment(payment, 19_900, "cancelled", 2))
    assert await till.refunds(payment) == (
        Refund(1, 5_000, "one seat less", "completed", "re_1"),
        Refund(2, 19_900, "cancelled", "completed", "re_2"),
    )
    assert sorted(till.gateway.asked) == [(payment, 1, "ch_1"), (payment, 2, "ch_1")]


async def test_a_gateway_that_is_away_is_asked_later_and_holds_up_nobody_else(till: Till) -> None:
    unlucky, lucky = await till.pay(), await till.pay()
    till.gateway.fails[unlucky] = Unreachable("timeout")
    await till.send(RefundPayment(unlucky, 24_900, "cancelled"))
    assert (await till.refunds(unlucky))[0].state == "put_off"
    by_hand = await till.pay("transfer")
    await till.send(RefundPayment(by_hand, 24_900, "cancelled"))
    await till.send(RefundPayment(lucky, 24_900, "cancelled"))
    assert (await till.refunds(by_hand))[0].state == "requested"
    assert (await till.refunds(lucky))[0].state == "put_off", "it is not asked again within seconds"
    assert [asked[0] for asked in till.gateway.asked] == [unlucky]

    till.gateway.fails.clear()
    async with till.engine.database.reading() as db:
        aside = await db.scalar(sa.text("SELECT count(*) FROM parked"))
    assert aside == 0


async def test_after_a_pause_it_is_asked_again(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plenary.payments.cashier.PATIENCE", 0.0)
    payment = await till.pay()
    till.gateway.fails[payment] = Unreachable("timeout")
    await till.send(RefundPayment(payment, 24_900, "cancelled"))
    for tries in (1, 2, 3):
        (refund,) = await till.refunds(payment)
        assert (refund.state, refund.tries, len(till.gateway.asked)) == ("put_off", tries, tries)
        till.clock.advance(pause(tries) - timedelta(seconds=1))
        assert await till.refunds(payment) == (refund,)
        till.clock.advance(timedelta(seconds=1))
    await till.rest()
    till.gateway.fails.clear()
    till.clock.advance(pause(4))
    assert (await till.refunds(payment))[0].state == "completed"


def test_pauses_grow_to_hours_and_end_after_days() -> None:
    pauses = [pause(tries) for tries in range(1, MOST_TRIES + 1)]
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses[-1] == LONGEST_PAUSE
    assert timedelta(days=3) < sum(pauses, timedelta()) < timedelta(days=5)
    assert pause(10_000) == LONGEST_PAUSE


async def test_a_gateway_that_never_answers_leaves_it_to_the_organizer(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plenary.payments.cashier.PATIENCE", 0.0)
    monkeypatch.setattr("plenary.payments.cashier.MOST_TRIES", 2)
    payment = await till.pay()
    till.gateway.fails[payment] = Unreachable("timeout")
    await till.send(RefundPayment(payment, 24_900, "cancelled"))
    for _ in range(3):
        await till.rest()
        till.clock.advance(LONGEST_PAUSE)
    assert (await till.refunds(payment))[0].state == "failed"
    assert len(till.gateway.asked) == 3


async def test_a_refund_that_is_denied_fails_and_can_be_tried_again(till: Till) -> None:
    payment = await till.pay()
    till.gateway.fails[payment] = Denied("The account has no money.")
    await till.send(RefundPayment(payment, 24_900, "cancelled"))
    assert (await till.refunds(payment))[0].state == "failed"
    await till.send(RetryRefund(payment, 0, 1))
    (refund,) = await till.refunds(payment)
    assert (refund.state, refund.failures) == ("failed", 2)
    till.gateway.fails.clear()
    await till.send(RetryRefund(payment, 0, 2))
    assert (await till.refunds(payment))[0].state == "completed"


async def test_a_transfer_waits_until_somebody_has_sent_it_back(till: Till) -> None:
    payment = await till.pay("transfer")
    await till.send(RefundPayment(payment, 24_900, "cancelled"))
    assert (await till.refunds(payment))[0].state == "requested"
    await till.send(CompleteRefund(payment, 0, "by hand"))
    assert (await till.refunds(payment))[0].state == "completed"


async def test_a_gateway_that_is_gone_leaves_it_to_the_organizer(till: Till) -> None:
    payment = await till.pay("paypal")
    await till.send(RefundPayment(payment, 24_900, "cancelled"))
    assert (await till.refunds(payment))[0].state == "failed"


async def test_asked_again_after_a_crash_it_does_no_harm(sqlite_url: str) -> None:
    gateway = Gateway()
    async with opened(sqlite_url, gateway) as till:
        payment = await till.pay()
        await till.send(RefundPayment(payment, 24_900, "cancelled"))
        done = await till.refunds(payment)
    database = Database(sqlite_url)
    async with database.transaction() as db:
        await db.execute(sa.update(bookmarks).where(bookmarks.c.name == "cashier").values(position=0))
    await database.close()
    async with opened(sqlite_url, gateway) as till:
        assert await till.refunds(payment) == done
    assert len(gateway.asked) == 1, "what is done is not asked for again"


async def test_an_abandoned_payment_is_called_off_unless_it_was_made(till: Till) -> None:
    payment = await till.initiate()
    await till.send(CancelPayment(payment))
    await till.rest()
    assert till.gateway.called_off == [(payment, None)]
    assert isinstance((await till.engine.state(PAYMENT, payment, fresh=True))[0], Cancelled)
    made = await till.initiate()
    till.gateway.word = Paid(made, 24_900, "USD", NOON, "ch_2")
    await till.send(CancelPayment(made))
    await till.rest()
    assert isinstance((await till.engine.state(PAYMENT, made, fresh=True))[0], Completed)


@pytest.mark.parametrize("filled", [True, False])
async def test_on_an_older_log_the_new_followers_begin_at_its_end(filled: bool, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'older.db'}"
    await migrate(url, to="0006")
    engine = create_async_engine(url)
    stored: dict[str, Any] = {"stream": "a-1", "type": "A", "schema_version": 1, "data": "{}", "metadata": "{}"}
    async with engine.begin() as db:
        for n in (1, 2) if filled else ():
            await db.execute(events.insert().values(stored | {"position": n, "version": n, "recorded_at": NOON}))
    await migrate(url)
    async with engine.connect() as db:
        rows = (await db.execute(sa.select(bookmarks.c.name, bookmarks.c.position, bookmarks.c.updated_at))).all()
    await engine.dispose()
    begun = {row.name: row.position for row in rows}
    assert begun == ({"cashier": 2} if filled else {})
