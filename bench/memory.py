"""What an idle subscriber weighs: memory of the server process, over a plain WebSocket route's."""

import asyncio

from bench.fan_out import WATCH, WATCHERS
from bench.flash_sale import open_sale
from bench.machine import Program, plenary, uvicorn
from bench.page import Figure, table, times
from bench.sockets import gather, subscription
from bench.stage import Stage

WARM_UP = 50
SETTLE = 1.0


async def weigh(program: Program, subscribe: bytes, count: int) -> float:
    """Kilobytes a subscriber, of a process that has had some before and was left alone since."""
    for watcher in await gather(program.port, WARM_UP, subscribe):
        watcher.close()
    await asyncio.sleep(SETTLE)
    before = program.resident_bytes()
    watchers = await gather(program.port, count, subscribe)
    await asyncio.sleep(SETTLE)
    weight = (program.resident_bytes() - before) / count / 1024
    for watcher in watchers:
        watcher.close()
    return weight


async def measure(stage: Stage) -> dict[str, Figure]:
    """P11: pairs of fresh processes, because a process keeps memory that it once had."""
    database, count = await stage.database(), stage.count(WATCHERS)
    ours, theirs = list[float](), list[float]()
    for _ in range(stage.pairs):
        house = plenary(stage.settings(database))
        try:
            conference, _, _ = await open_sale(house.port, 500)
            ours.append(await weigh(house, subscription(WATCH, {"conference": conference}), count))
        finally:
            house.stop()
        raw = uvicorn("bench.raw_sockets:app", {})
        try:
            theirs.append(await weigh(raw, b"", count))
        finally:
            raw.stop()
    ratios = [us / them for us, them in zip(ours, theirs, strict=True)]
    sides = {"Plenary": ours, "plain WebSocket route": theirs}
    text = f"""
{count:,} idle subscribers of `seatAvailability`, each having received the present state once, against as many sockets
of a plain Starlette WebSocket route (`bench/raw_sockets.py`) on the same uvicorn, compression off: growth of the
process's resident memory after {WARM_UP} earlier subscribers had come and gone. Fresh processes for each pair.

{times(ratios, "≤ 1.3")} the memory of a plain socket.

{table({side: [{"kB_a_subscriber": value} for value in values] for side, values in sides.items()})}
"""
    return {"P11": Figure("An idle subscriber's memory", text, {"raw": ratios})}
