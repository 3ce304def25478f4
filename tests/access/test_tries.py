"""Guessing a secret gets slow for whoever guesses, and for nobody else."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from plenary.access.pace import Allowance, Pace
from plenary.access.tries import TooManyTries, Tries
from plenary.engine.clock import HandClock
from plenary.engine.database import Database

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)
HOME, AWAY = "203.0.113.9", "198.51.100.1"


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
async def tries(database_url: str, clock: HandClock) -> Tries:
    return Tries(Database(database_url), clock.now, b"k" * 32)


async def fail(tries: Tries, times: int, address: str = HOME) -> None:
    for _ in range(times):
        assert await tries.begin("sign_in", address) is None


async def test_after_five_failures_each_try_waits_longer_right_or_wrong(tries: Tries, clock: HandClock) -> None:
    await fail(tries, 5)
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        assert await tries.begin("sign_in", HOME) == TooManyTries(wait)
        clock.advance(timedelta(seconds=wait) - timedelta(milliseconds=1))
    assert await tries.begin("sign_in", AWAY) is None
    assert await tries.begin("find_order", HOME) is None
    await tries.database.close()


async def test_who_waits_is_looked_at_again(tries: Tries, clock: HandClock) -> None:
    await fail(tries, 5)
    clock.advance(timedelta(seconds=1))
    assert await tries.begin("sign_in", HOME) is None
    assert await tries.begin("sign_in", HOME) == TooManyTries(2)
    clock.advance(timedelta(seconds=2))
    assert await tries.begin("sign_in", HOME) is None
    await tries.database.close()


async def test_right_guesses_do_not_count_and_take_no_wrong_one_back(tries: Tries) -> None:
    for _ in range(20):
        await fail(tries, 1)
        await tries.succeeded("sign_in", HOME)
    await fail(tries, 4)
    assert await tries.begin("sign_in", HOME) is None  # whoever knows one code of many
    await tries.succeeded("sign_in", HOME)
    await fail(tries, 1)
    assert await tries.begin("sign_in", HOME) == TooManyTries(1)
    await tries.database.close()


async def test_failures_are_forgotten_after_fifteen_minutes(tries: Tries, clock: HandClock) -> None:
    await fail(tries, 4)
    clock.advance(timedelta(minutes=15))
    await fail(tries, 5)
    assert await tries.begin("sign_in", HOME) is not None
    clock.advance(timedelta(minutes=15))
    await fail(tries, 5)
    await tries.database.close()


async def test_an_hour_after_the_first_failure_all_begins_anew_however_many_try(tries: Tries, clock: HandClock) -> None:
    await fail(tries, 5)
    for _ in range(59):
        clock.advance(timedelta(minutes=1))
        await tries.begin("sign_in", HOME)
    assert await tries.refuses("sign_in", HOME) is not None
    clock.advance(timedelta(minutes=1))
    assert await tries.refuses("sign_in", HOME) is None
    await fail(tries, 5)
    assert await tries.begin("sign_in", HOME) == TooManyTries(1)
    await tries.database.close()


async def test_many_tries_at_one_instant_do_not_slip_through_together(tries: Tries) -> None:
    answers = await asyncio.gather(*(tries.begin("sign_in", HOME) for _ in range(30)))
    assert answers.count(None) == 5
    await tries.database.close()


async def test_one_customer_of_ipv6_is_one_client(tries: Tries) -> None:
    for n in range(5):
        await fail(tries, 1, f"2001:db8:1:1::{n:x}")
    assert await tries.begin("sign_in", "2001:db8:1:1:ffff::1") is not None
    assert await tries.begin("sign_in", "2001:db8:1:2::1") is None
    await tries.database.close()


def test_pace_lets_bursts_through_and_slows_what_goes_on(clock: HandClock) -> None:
    pace = Pace(clock.now, {"find_order": Allowance(burst=3, per_minute=30)})
    assert [pace.take("find_order", HOME) for _ in range(4)] == [None, None, None, TooManyTries(2)]
    assert pace.take("find_order", AWAY) is None
    clock.advance(timedelta(seconds=2))
    assert [pace.take("find_order", HOME) for _ in range(2)] == [None, TooManyTries(2)]
    clock.advance(timedelta(hours=1))
    assert [pace.take("find_order", HOME) for _ in range(4)] == [None, None, None, TooManyTries(2)]
