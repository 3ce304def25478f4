"""From a commit to paint: how long after seats were taken a person in front of a browser sees it."""

import asyncio
import itertools
import resource
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from playwright.async_api import Page, async_playwright

from bench.fan_out import QUOTA, WATCH
from bench.flash_sale import ask, buyer, caught_up, open_sale, rush
from bench.http import Client
from bench.machine import Program, plenary
from bench.page import Figure, percentile, table
from bench.sockets import gather, subscription
from bench.stage import Stage
from tests.browser.conftest import ARGUMENTS

QUIET_WATCHERS, QUIET_CHANGES = 100, 200
BUSY_WATCHERS, BUSY_ORDERS = 5_000, 6_000
PAUSE = 0.4
PER_SOCKET = 200_000
"""Bytes of memory that a watcher may cost on both ends together, with room to spare."""
# Runs before the page's own scripts: notes each number when the frame that shows it is about to be painted.
NOTE = """
window.painted = [];
const look = () => {
  const shown = document.querySelector('[data-testid^="available-"]')?.textContent;
  if (shown === undefined || shown === window.last) return;
  window.last = shown;
  requestAnimationFrame(() => window.painted.push([Number(shown), performance.timeOrigin + performance.now()]));
};
new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
"""
AT = "extract(epoch FROM recorded_at)::float8 * 1000 AS at FROM events"
QUOTAS = f"""
SELECT (data::jsonb ->> 'quota')::int AS free, {AT}
WHERE stream = 'conference-' || $1 AND position > $2 AND type = 'QuotaChanged' ORDER BY position
"""
LEVELS = f"""
SELECT (level ->> 'quota')::int - (level ->> 'held')::int - (level ->> 'sold')::int AS free, {AT},
       jsonb_array_elements(data::jsonb -> 'levels') AS e (level)
WHERE stream = 'seats-' || $1 AND position > $2 ORDER BY position
"""


def delays(committed: Sequence[tuple[int, float]], painted: Sequence[tuple[int, float]]) -> list[float]:
    """For every commit, milliseconds until a frame showed it or what came after it; ValueError if none did.

    Both are (seats left, milliseconds) in order of time, on one clock. What a frame shows is the newest commit with
    its number that is not younger than the frame.
    """
    shown: list[tuple[int, float]] = []  # (index of a commit, when it was shown)
    for number, at in painted:
        matches = [n for n, (left, when) in enumerate(committed) if left == number and when <= at]
        if matches:
            shown.append((matches[-1], at))
    newest = list(itertools.accumulate((index for index, _ in shown), max))
    found = []
    for index, (left, when) in enumerate(committed):
        first = bisect_left(newest, index)
        if first == len(newest):
            raise ValueError(f"{left} seats left was never shown, nor anything after it")
        found.append(shown[first][1] - when)
    return found


class Screen:
    """One browser on one conference's page."""

    def __init__(self, page: Page, dsn: str, conference: str, commits: str) -> None:
        """`page` shows the conference already. `commits` asks for those of it that change its number of seats."""
        self._page, self._dsn, self._conference, self._commits = page, dsn, conference, commits
        self._since = 0

    async def begin(self) -> None:
        """Forget what was seen until now."""
        connection = await asyncpg.connect(self._dsn)
        self._since = await connection.fetchval("SELECT max(position) FROM events")
        await connection.close()
        await self._page.evaluate("window.painted = []")

    async def delays(self) -> list[float]:
        """For each commit since then, how long it took to be painted."""
        connection = await asyncpg.connect(self._dsn)
        rows = await connection.fetch(self._commits, self._conference, self._since)
        await connection.close()
        committed = [(int(row["free"]), float(row["at"])) for row in rows]
        painted: list[Any] = []
        for _ in range(200):
            painted = await self._page.evaluate("window.painted")
            if painted and painted[-1][0] == committed[-1][0]:
                break
            await asyncio.sleep(0.05)
        return delays(committed, [(int(number), float(at)) for number, at in painted])


def affordable(wanted: int) -> int:
    """So many watchers, or fewer where files or memory do not allow."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    pages = {line.split(":")[0]: int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()}
    return max(1, min(wanted, files - 1_000, pages["MemAvailable"] * 1024 // PER_SOCKET))


async def measure(stage: Stage) -> dict[str, Figure]:
    """P10: one run of both."""
    database = await stage.database()
    house, acknowledged = plenary(stage.settings(database)), list[UUID]()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            quiet = await after_quiet(stage, house, database, await browser.new_page(), acknowledged)
            watchers = affordable(stage.count(BUSY_WATCHERS))
            page = await browser.new_page()
            busy, speed, seen = await under_load(stage, house, database, page, watchers, acknowledged)
            await browser.close()
    finally:
        house.stop()
    checked = await stage.check(database, acknowledged)
    wanted = stage.count(BUSY_WATCHERS)
    fewer = "" if watchers == wanted else f" ({wanted:,} were wanted; files or memory allow no more)"
    rows = {"after quiet": quiet, "while seats sell": busy}
    summary = {
        side: [
            {
                "commits": float(len(found)),
                "p50_ms": percentile(found, 0.5),
                "p99_ms": percentile(found, 0.99),
                "longest_ms": max(found),
            }
        ]
        for side, found in rows.items()
    }
    text = f"""
One Chromium on a conference's page, as a buyer has it, on the machine of the server, so that one clock tells both
times. A commit's time is the database's when it numbered the event that changed the seats, a moment before it is
durable; a number is painted when a `MutationObserver` has seen it and the next `requestAnimationFrame` runs. Counted
for every commit until a frame showed it *or what came after it*. One run.

*After quiet*: {stage.count(QUIET_CHANGES):,} changes of a quota, {PAUSE:g} s apart, with
{stage.count(QUIET_WATCHERS):,} other subscribers: p99 **{summary["after quiet"][0]["p99_ms"]:.0f} ms** (target ≤ 50).
*While seats sell* as fast as one process sells them ({speed:,.0f} orders a second, 64 clients), with {watchers:,}
other subscribers{fewer}, of whom each got {seen:.1f} pushes: p99 **{summary["while seats sell"][0]["p99_ms"]:,.0f}
ms** (target ≤ 500).

{table(summary)}

Checked from the log afterwards: {checked}.
"""
    p99 = {side: found[0]["p99_ms"] for side, found in summary.items()}
    return {"P10": Figure("From commit to paint", text, p99)}


async def show(page: Page, house: Program, database: str, stage: Stage, conference: str, commits: str) -> Screen:
    """The page of a conference, showing its seats."""
    await page.add_init_script(NOTE)
    await page.goto(f"http://127.0.0.1:{house.port}/c/sale-{conference[:8]}")
    await page.locator('[data-testid^="available-"]').first.wait_for()
    return Screen(page, stage.dsn(database), conference, commits)


async def after_quiet(stage: Stage, house: Program, database: str, page: Page, acknowledged: list[UUID]) -> list[float]:
    """One change after the other."""
    conference, seat_type, cookie = await open_sale(house.port, 500)
    screen = await show(page, house, database, stage, conference, QUOTAS)
    watchers = await gather(house.port, stage.count(QUIET_WATCHERS), subscription(WATCH, {"conference": conference}))
    await screen.begin()
    for quota in range(501, 501 + stage.count(QUIET_CHANGES)):
        command = uuid4()
        async with Client(house.port) as client:
            variables = {"c": str(command), "f": conference, "s": seat_type, "n": quota}
            await ask(client, QUOTA, variables, cookie)
        acknowledged.append(command)
        await asyncio.sleep(PAUSE)
    for watcher in watchers:
        watcher.close()
    found = await screen.delays()
    await page.close()
    return found


async def under_load(
    stage: Stage, house: Program, database: str, page: Page, count: int, acknowledged: list[UUID]
) -> tuple[list[float], float, float]:
    """Delays, orders a second, and pushes that each of the other watchers got."""
    conference, seat_type, _ = await open_sale(house.port, 1_000_000)
    screen = await show(page, house, database, stage, conference, LEVELS)
    watchers = await gather(house.port, count, subscription(WATCH, {"conference": conference}))
    await caught_up(stage.dsn(database))
    await screen.begin()
    before = sum(watcher.seen for watcher in watchers)
    run, _ = await rush([house], stage.count(BUSY_ORDERS), buyer(conference, seat_type, acknowledged))
    await caught_up(stage.dsn(database))
    found = await screen.delays()
    seen = (sum(watcher.seen for watcher in watchers) - before) / count
    for watcher in watchers:
        watcher.close()
    return found, run.orders_per_second, seen
