"""How the background work changes hands: at once when its process ends politely, after the lease when it is killed.

And when its process only stood still: then it wakes up with work that is no longer its own, and must do no harm.
"""

import asyncio

import pytest

from tests.acceptance.crowd import Crowd, dice
from tests.acceptance.driver import Driver
from tests.torture.conftest import ALL_HELD, OWNERS, House

PEOPLE = 4
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
IDLE = f"SELECT count(*) > 0 {OTHERS} AND state = 'idle in transaction'"
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


async def open_doors(driver: Driver) -> None:
    """A conference to book at."""
    await driver.create_conference()
    await driver.add_seat_type(name="GA", price="$10", quota=100)
    await driver.publish()


async def test_whoever_ends_politely_hands_over_at_once(house: House) -> None:
    """The lease lasts half a minute, so only a hand-over explains that somebody else does everything before that."""
    server, worker = house.add("serve", lease_seconds=30), house.add("work", lease_seconds=30)
    await asyncio.gather(asyncio.to_thread(server.start), asyncio.to_thread(worker.start))
    driver = house.driver(server)
    await open_doors(driver)
    for ending in (worker, server):
        await house.until(f"SELECT ({OWNERS}) = 2 AND ({ALL_HELD})")
        answer = await driver.place_order(f"R {ending.port}", {"GA": 2}, patient=False)
        await asyncio.to_thread(ending.stop)
        await house.until(f"SELECT ({OWNERS}) = 1 AND ({ALL_HELD})", patience=20)
        assert await house.ask("SELECT count(*) FROM workers") == 1
        await asyncio.to_thread(ending.start)
        assert (await driver.order(f"R {ending.port}"))["state"] == "held", answer


async def test_whoever_is_killed_is_replaced_after_the_lease(house: House) -> None:
    server, first = house.add("serve", "--without-work"), house.add("work")
    await asyncio.gather(asyncio.to_thread(server.start), asyncio.to_thread(first.start))
    await house.until(ALL_HELD)
    second = house.add("work")
    await asyncio.to_thread(second.start)
    await house.until(f"SELECT ({OWNERS}) = 2 AND ({ALL_HELD})")
    first.kill()
    await house.until(f"SELECT ({OWNERS}) = 1 AND ({ALL_HELD})")
    driver = house.driver(server)
    await open_doors(driver)
    assert (await driver.place_order("R1", {"GA": 2}))["state"] == "held"


async def test_whoever_stood_still_and_wakes_up_does_nothing_twice(house: House) -> None:
    """Each of two workers in turn is paused in the middle of its work, for longer than its lease."""
    chance = dice()
    server, *workers = await house.start("serve --without-work", "work", "work")
    crowd = Crowd(house.driver(server), chance)

    async def pause_in_turn() -> None:
        for worker in workers:
            await house.until(f"SELECT ({OWNERS}) = 2 AND ({ALL_HELD})")
            await crowd.answered(PEOPLE)
            fences = await house.ask("SELECT sum(fence) FROM bookmarks")
            worker.pause()
            # The other one has everything: all that the paused one had is under a new fence.
            await house.until(f"SELECT ({OWNERS}) = 1 AND ({ALL_HELD})")
            assert await house.ask("SELECT sum(fence) FROM bookmarks") > fences
            await crowd.answered(PEOPLE)
            worker.go_on()
            await crowd.answered(PEOPLE)

    await crowd.open({"GA": 400, "WS": 100})
    await crowd.book(PEOPLE, until=pause_in_turn)
    assert all(worker.is_alive for worker in workers)
    print(await crowd.adds_up(house.database))


async def test_whoever_stands_still_in_a_transaction_does_not_hold_up_the_others(house: House) -> None:
    """The paused process has a bookmark's row locked; the database ends its transaction, and others go on."""
    server, worker = await house.start("serve --without-work", "work")
    driver = house.driver(server)
    await open_doors(driver)
    async with house.connected() as connection, connection.transaction():
        await house.until("SELECT count(*) > 0 FROM availability")
        await connection.execute("SELECT 1 FROM availability FOR UPDATE")
        assert (await driver.place_order("R1", {"GA": 2}))["state"] == "held"
        await house.until(f"SELECT count(*) > 0 {OTHERS} AND wait_event_type = 'Lock'")
        worker.pause()
    stuck = await house.ask("SELECT owner FROM bookmarks WHERE name = 'availability'")
    await house.until(IDLE)  # it would go on now, but stands still
    other = house.add("work")
    await asyncio.to_thread(other.start)
    await house.until("SELECT bool_and(owner <> $1 AND lease_until > now()) FROM bookmarks", stuck)
    assert (await driver.availability())["held"] == {"GA": 2}
    worker.go_on()
    assert (await driver.place_order("R2", {"GA": 2}))["state"] == "held"
    await house.until(f"SELECT ({OWNERS}) = 2 AND ({ALL_HELD})")
    assert worker.is_alive
