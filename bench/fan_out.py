"""The fan-out: a thousand browsers watch one conference; one change, and every one of them has it."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import uuid4

from bench.flash_sale import ask, open_sale
from bench.http import Client
from bench.machine import Program, plenary, uvicorn
from bench.sockets import Watcher, gather, subscription
from tests.servers import Postgres

WATCHERS = 1_000
CHANGES = 20
PAIRS = 5
PAUSE = 0.3  # more than the quiet between two pushes, so that every change is a push of its own
WATCH = """subscription Watch($conference: UUID!) { seatAvailability(conference: $conference) {
  conferenceId name open position seats { seatTypeId name quota held sold available } } }"""
QUOTA = """mutation Quota($c: UUID!, $f: UUID!, $s: UUID!, $n: Int!) {
  changeQuota(commandId: $c, conferenceId: $f, seatTypeId: $s, quota: $n) { __typename ... on Refusal { message } } }"""


@dataclass
class Run:
    """One side of a pair. Times are per change: until all have it; CPU per delivery; memory per idle watcher."""

    all_have_it_ms: float
    cpu_us: float
    resident_kb: float


async def change(watchers: list[Watcher], act: Any) -> float:
    """Seconds from a change until every watcher has one frame more."""
    for watcher in watchers:
        watcher.changed.clear()
    began = time.perf_counter()
    await act()
    for watcher in watchers:
        await watcher.changed.wait()
    return time.perf_counter() - began


async def run(program: Program, subscribe: bytes, act: Any, warm_up: Any) -> tuple[Run, bytes]:
    """Gather the watchers, change things, and leave. `act` makes one change; the last frame is given back."""
    before = program.resident_bytes()
    watchers = await gather(program.port, WATCHERS, subscribe)
    resident = (program.resident_bytes() - before) / WATCHERS / 1024
    await warm_up()
    await asyncio.sleep(PAUSE)
    times, cpu = list[float](), program.cpu_seconds()
    for _ in range(CHANGES):
        times.append(await change(watchers, act))
        await asyncio.sleep(PAUSE)
    used = program.cpu_seconds() - cpu
    last = watchers[0].last
    for watcher in watchers:
        watcher.close()
    await asyncio.sleep(PAUSE)
    return Run(median(times) * 1e3, used / CHANGES / WATCHERS * 1e6, resident), last


async def measure(postgres: Postgres, database: str) -> dict[str, Any]:
    """Five pairs; the peer sends exactly the bytes that ours sent."""
    house = plenary({"PLENARY_DATABASE": postgres.url(database), "PLENARY_VAR": str(postgres.folder / "var")})
    raw = uvicorn("bench.raw_sockets:app", {})
    pairs: list[tuple[Run, Run]] = []
    try:
        conference, seat_type, cookie = await open_sale(house.port, 500)
        subscribe = subscription(WATCH, {"conference": conference})
        quotas = iter(range(501, 100_000))

        async def change_quota() -> None:
            variables = {"c": str(uuid4()), "f": conference, "s": seat_type, "n": next(quotas)}
            async with Client(house.port) as client:
                await ask(client, QUOTA, variables, cookie)

        for _ in range(PAIRS):
            us, frame = await run(house, subscribe, change_quota, change_quota)

            async def tell(frame: bytes = frame) -> None:
                async with Client(raw.port) as client:
                    await client.post("/tell", frame)

            them, _ = await run(raw, b"", tell, tell)
            pairs.append((us, them))
    finally:
        house.stop()
        raw.stop()
    return {
        "cpu_ratio": median(us.cpu_us / them.cpu_us for us, them in pairs),
        "time_ratio": median(us.all_have_it_ms / them.all_have_it_ms for us, them in pairs),
        "memory_ratio": pairs[0][0].resident_kb / pairs[0][1].resident_kb,
        "cpu_ratios": [round(us.cpu_us / them.cpu_us, 2) for us, them in pairs],
        "ours": [vars(us) for us, _ in pairs],
        "theirs": [vars(them) for _, them in pairs],
        "bytes": len(frame),
    }
