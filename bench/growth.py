"""Growth: the flash sale on a log with a long past against the same on one with hardly any."""

import asyncpg

from bench.fill import affordable, fill
from bench.flash_sale import CLIENTS, ORDERS, House, Run
from bench.machine import plenary
from bench.page import Figure, table, times
from bench.programs.run import own
from bench.stage import Stage

SHORT, LONG = 10_000, 10_000_000
SMALL_LONG = 100_000
RUNS = 3
BUSIEST = "SELECT stream, max(version) FROM events WHERE stream ~ '^seats-' GROUP BY stream ORDER BY 2 DESC LIMIT 1"


async def load(stage: Stage, database: str) -> dict[str, float]:
    """How long a new process takes to know the conference with the longest past of seats."""
    connection = await asyncpg.connect(stage.dsn(database))
    stream, version = await connection.fetchrow(BUSIEST) or ("", 0)
    await connection.close()
    found: dict[str, float] = await own("load", stage.postgres.url(database), stream.removeprefix("seats-"))
    return {"load_ms": found["load_ms"], "its_events": float(version)}


async def measure(stage: Stage) -> dict[str, Figure]:
    """P7: one pair of logs, sold on in turn."""
    wanted = SMALL_LONG if stage.small else LONG
    short, long = await stage.database(), await stage.database()
    sizes = [await fill(stage, short, SHORT), await fill(stage, long, affordable(stage, wanted))]
    houses = [House([plenary(stage.settings(name))], stage.dsn(name)) for name in (short, long)]
    runs: list[list[Run]] = [[], []]
    try:
        for number in (100, *[stage.count(ORDERS)] * (1 if stage.small else RUNS)):
            for house, measured in zip(houses, runs, strict=True):
                measured.append(await house.sell(number))
    finally:
        for house in houses:
            house.programs[0].stop()
    rows = [[vars(run) for run in measured[1:]] for measured in runs]
    loads = [await load(stage, name) for name in (short, long)]
    checked = [await stage.check(name, house.acknowledged) for name, house in zip((short, long), houses, strict=True)]
    await stage.drop(long)
    ratios = [after["orders_per_second"] / before["orders_per_second"] for before, after in zip(*rows, strict=True)]
    per_event = [found["load_ms"] / found["its_events"] for found in loads]
    fewer = "" if sizes[1] >= 0.99 * wanted else f" ({wanted:,} were wanted; the disk had no room for them)"
    sides = {
        f"after {size:,} events": [{**row, **found} for row in some]
        for size, some, found in zip(sizes, rows, loads, strict=True)
    }
    text = f"""
The flash sale ({CLIENTS} clients, {stage.count(ORDERS):,} orders a run) on a log of {sizes[1]:,} events{fewer} of
other conferences, against one of {sizes[0]:,}; the pasts were filled in by COPY with their commands and rows, then
vacuumed and analysed. One pair of logs, runs in turn. *Load* is how long a new process takes to know the conference
whose seats have the longest past there.

{times(ratios, "≥ 0.9")} the orders per second. Loading takes {per_event[0] * 1e3:.0f} µs for each event of the stream
in the short log and {per_event[1] * 1e3:.0f} µs in the long one.

{table(sides)}

Checked from the long log afterwards: {checked[1]}.
"""
    return {"P7": Figure("Growth", text, {"long_to_short": ratios, "load_ms": [found["load_ms"] for found in loads]})}
