"""The judge of logs finds nothing wrong with a sale, and something with every way of spoiling it."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from bench.checked import Tally, check
from plenary.registration.orders import ORDERS
from tests.house import open_house

A, B = (str(UUID(int=number)) for number in (1, 2))


async def sell(url: str) -> tuple[str, UUID]:
    """A conference on which one order is held; the database's plain address, and the command that was acknowledged."""
    command, order = uuid4(), uuid4()
    async with open_house(url) as house:
        sold = await house.on_sale({"General admission": (100, 2)})
        buyer = house.browser()
        held = await buyer.place(sold.id, {sold.types["General admission"]: 1}, commandId=command, orderId=order)
        assert held["order"]["state"] == "HELD"
        await house.engine.until(ORDERS, order, lambda row: row is not None)
        head = await house.engine.log.head()
        for follower in ("registration", "orders", "availability"):
            await house.engine.until_reached(follower, head)
    return url.replace("+asyncpg", ""), command


async def test_a_sale_keeps_every_promise(postgres_url: str) -> None:
    dsn, command = await sell(postgres_url)
    connection = await asyncpg.connect(dsn)
    assert "1 acknowledged commands stored once each" in await check(connection, [command])
    with pytest.raises(AssertionError, match="1 of 2 acknowledged commands are not in the log"):
        await check(connection, [command, uuid4()])
    await connection.close()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("DELETE FROM events WHERE position = 2", "positions have gaps"),
        ("DELETE FROM timers", "1 placed orders have neither ended nor a timer"),
        ("DELETE FROM commands WHERE position = (SELECT max(position) FROM events)", "1 commands with events"),
        ("UPDATE commands SET position = 0 WHERE sender = 'timer' OR sender LIKE 'process:%'", "commands with events"),
        (
            "UPDATE events SET data = replace(data, '\"held\":1', '\"held\":0') WHERE type = 'SeatsReserved'",
            "says 0 seats .* are taken; it is 1",
        ),
    ],
)
async def test_a_spoiled_log_is_found_out(postgres_url: str, spoil: str, found: str) -> None:
    dsn, _ = await sell(postgres_url)
    connection = await asyncpg.connect(dsn)
    await connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")  # the log forbids what is tried here
    await connection.execute(spoil)
    with pytest.raises(AssertionError, match=found):
        await check(connection)
    await connection.close()


def quota(number: int, held: int = 0) -> tuple[str, dict[str, Any]]:
    return "QuotaSet", {"levels": [{"seat_type_id": A, "quota": number, "held": held, "sold": 0}]}


def reserved(order: str, number: int) -> tuple[str, dict[str, Any]]:
    return "SeatsReserved", {"order_id": order, "granted": [{"seat_type_id": A, "quantity": number}], "levels": []}


def released(order: str) -> tuple[str, dict[str, Any]]:
    return "SeatsReleased", {"order_id": order, "levels": []}


def count(*events: tuple[str, dict[str, Any]]) -> None:
    tally = Tally()
    for type_, data in events:
        tally.take(type_, data)


def test_a_lowered_quota_may_leave_too_many_taken_until_they_return() -> None:
    count(quota(3), reserved(A, 3), quota(1, held=3), released(A), reserved(B, 1))


@pytest.mark.parametrize(
    "events",
    [
        (quota(1), reserved(A, 1), reserved(B, 1)),
        (quota(3), reserved(A, 2), quota(1, held=2), reserved(B, 1)),
        (reserved(A, 1),),
    ],
)
def test_more_than_there_are_is_found_out(events: tuple[tuple[str, dict[str, Any]], ...]) -> None:
    with pytest.raises(AssertionError, match="oversold"):
        count(*events)


def test_what_was_not_held_cannot_be_bought() -> None:
    with pytest.raises(AssertionError, match="bought what it did not hold"):
        count(quota(1), ("SeatsCommitted", {"order_id": A, "levels": []}))
