"""Machines whose clocks are an hour off: deadlines, leases and order go by the time of the database."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.torture.conftest import ALL_HELD, OWNERS, House

LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1"
HOLD = 2
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture")]


def off_by(hours: int) -> dict[str, str]:
    """The environment of a process whose clock is wrong; what only measures how long something takes is right."""
    library, *_ = map(str, Path("/").glob(LIBRARY.lstrip("/")))
    return {"LD_PRELOAD": library, "FAKETIME": f"{hours:+}h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def clock(environment: dict[str, str]) -> float:
    """What time it is there."""
    said = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"], env=environment, capture_output=True
    )
    return float(said.stdout)


async def test_wrong_clocks_make_nothing_early_or_late_and_no_part_of_the_work_is_done_twice(house: House) -> None:
    assert abs(clock(off_by(+1)) - time.time() - 3600) < 60
    server = house.add("serve", "--without-work")
    early, late = (house.add("work", environment=off_by(hours)) for hours in (+1, -1))
    await asyncio.gather(*(asyncio.to_thread(process.start) for process in (server, early, late)))
    driver = house.driver(server)
    await driver.create_conference(hold_seconds=1800)
    await driver.create_conference(conference="soon", slug="soon", hold_seconds=HOLD)
    for conference in ("conference", "soon"):
        await driver.add_seat_type(name="GA", price="$10", quota=10, conference=conference)
        await driver.publish(conference=conference)
    assert (await driver.place_order("R1", {"GA": 1}))["state"] == "held"
    # Each of them is made to send the timers in turn.
    for number, (worker, other) in enumerate(((early, late), (late, early)), start=1):
        await asyncio.to_thread(other.kill)
        await house.until(f"SELECT ({OWNERS}) = 1 AND ({ALL_HELD})")
        assert await house.ask("SELECT max(lease_until) < now() + interval '5 s' FROM bookmarks")
        assert (await driver.place_order(f"S{number}", {"GA": 1}, conference="soon"))["state"] == "held"
        await house.until("SELECT count(*) = $1 FROM events WHERE type = 'OrderExpired'", number)
        assert worker.is_alive
        assert (await driver.order("R1"))["state"] == "held"
        await asyncio.to_thread(other.start)
    placed_and_expired = """
    SELECT min(extract(epoch FROM e.recorded_at - p.recorded_at)) FROM events e JOIN events p USING (stream)
    WHERE e.type = 'OrderExpired' AND p.type = 'OrderPlaced'
    """
    assert await house.ask(placed_and_expired) >= HOLD
    await driver.enter_details("R1")
    assert (await driver.pay("R1"))["state"] == "confirmed"
