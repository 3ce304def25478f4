"""The fan-out: a thousand browsers watch one conference; one change, and every one of them has it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from uuid import UUID, uuid4

from bench import peers
from bench.flash_sale import ask, open_sale
from bench.http import Client
from bench.machine import Program, plenary, uvicorn
from bench.page import Figure, table, times
from bench.sockets import Watcher, gather, subscription
from bench.stage import Stage

WATCHERS = 1_000
CHANGES = 20
PAUSE = 0.3  # more than the quiet between two pushes, so that every change is a push of its own
WATCH = """subscription Watch($conference: UUID!) { seatAvailability(conference: $conference) {
  conferenceId name open position seats { seatTypeId name quota held sold available } } }"""
QUOTA = """mutation Quota($c: UUID!, $f: UUID!, $s: UUID!, $n: Int!) {
  changeQuota(commandId: $c, conferenceId: $f, seatTypeId: $s, quota: $n) { __typename ... on Refusal { message } } }"""
Act = Callable[[], Awaitable[None]]


@dataclass
class Run:
    """One side of a round. Times are per change until all have it; CPU is per delivery, in both ways of counting."""

    all_have_it_ms: float
    cpu_us: float
    delivery_alone_cpu_us: float


async def change(watchers: list[Watcher], act: Act) -> float:
    """Seconds from a change until every watcher has one frame more."""
    for watcher in watchers:
        watcher.changed.clear()
    began = time.perf_counter()
    await act()
    for watcher in watchers:
        await watcher.changed.wait()
    return time.perf_counter() - began


async def changes(program: Program, watchers: list[Watcher], act: Act) -> tuple[list[float], float]:
    """What `CHANGES` changes take: seconds until all have each, and CPU seconds of all together."""
    await act()
    await asyncio.sleep(PAUSE)
    waits, cpu = list[float](), program.cpu_seconds()
    for _ in range(CHANGES):
        waits.append(await change(watchers, act))
        await asyncio.sleep(PAUSE)
    return waits, program.cpu_seconds() - cpu


async def run(program: Program, subscribe: bytes, act: Act, count: int, greet: bool = True) -> tuple[Run, bytes]:
    """The same changes with nobody there, then with all watchers. `act` makes one; the last frame is given back."""
    _, alone = await changes(program, [], act)
    watchers = await gather(program.port, count, subscribe, greet)
    waits, used = await changes(program, watchers, act)
    last = watchers[0].last
    for watcher in watchers:
        watcher.close()
    await asyncio.sleep(PAUSE)
    deliveries = CHANGES * count
    return Run(median(waits) * 1e3, used / deliveries * 1e6, (used - alone) / deliveries * 1e6), last


def teller(program: Program, body: bytes) -> Act:
    """Has a peer send something to everybody."""

    async def tell() -> None:
        async with Client(program.port) as client:
            await client.post("/tell", body)

    return tell


async def measure(stage: Stage) -> dict[str, Figure]:
    """P9: rounds of three sides; the peers send exactly what ours sent."""
    database, count = await stage.database(), stage.count(WATCHERS)
    house = plenary(stage.settings(database))
    raw, yoga = uvicorn("bench.raw_sockets:app", {}), peers.node("yoga.mjs", {})
    sides: dict[str, list[Run]] = {"Plenary": [], "raw sockets": [], "graphql-yoga and graphql-ws": []}
    us, them, node = sides.values()
    acknowledged, frame, answer = list[UUID](), b"", b""
    try:
        conference, seat_type, cookie = await open_sale(house.port, 500)
        subscribe = subscription(WATCH, {"conference": conference})
        quotas = iter(range(501, 100_000))

        async def change_quota() -> None:
            command = uuid4()
            variables = {"c": str(command), "f": conference, "s": seat_type, "n": next(quotas)}
            async with Client(house.port) as client:
                await ask(client, QUOTA, variables, cookie)
            acknowledged.append(command)

        for _ in range(stage.pairs):
            one, frame = await run(house, subscribe, change_quota, count)
            us.append(one)
            them.append((await run(raw, b"", teller(raw, frame), count))[0])
            row = frame.partition(b'"seatAvailability":')[2].removesuffix(b"}}}")
            one, answer = await run(yoga, subscribe, teller(yoga, row), count, greet=False)
            node.append(one)
    finally:
        for program in (house, raw, yoga):
            program.stop()
    if len(answer) != len(frame):
        raise RuntimeError(f"yoga sent {answer!r}, we sent {frame!r}")
    checked = await stage.check(database, acknowledged)

    def cpu(peer: list[Run], alone: bool) -> list[float]:
        name = "delivery_alone_cpu_us" if alone else "cpu_us"
        return [getattr(x, name) / getattr(y, name) for x, y in zip(us, peer, strict=True)]

    wait = [x.all_have_it_ms / y.all_have_it_ms for x, y in zip(us, them, strict=True)]
    text = f"""
{count:,} `graphql-transport-ws` subscribers of `seatAvailability`; {CHANGES} changes of a quota, one after the other,
until all have each. The peers send the same {len(frame)} bytes: `bench/raw_sockets.py`, a plain Starlette WebSocket
route on the same uvicorn, and graphql-yoga with graphql-ws on Node (`bench/peers/yoga.mjs`, both MIT, joined as their
documentation says; one execution for each subscriber is how they work). Compression is off everywhere. CPU time of
the server process, counted in two ways: *with what causes it*, which for us is a command over GraphQL, its append and
its read models, for the peers a small HTTP request; and *delivery alone*, less what the same changes took when nobody
watched.

Delivery alone takes {times(cpu(them, True), "≤ 1.2")} the CPU time of raw sockets and
{times(cpu(node, True), "≤ 0.4")} that of yoga; with what causes it {times(cpu(them, False), "none")} and
{times(cpu(node, False), "none")}. All have it after {median(wait):.2f}× the time of raw sockets.

{table({side: [vars(one) for one in runs] for side, runs in sides.items()})}

Checked from the log afterwards: {checked}.
"""
    ratios = {
        "raw": cpu(them, True),
        "yoga": cpu(node, True),
        "raw_all": cpu(them, False),
        "yoga_all": cpu(node, False),
    }
    return {"P9": Figure("Fan-out", text, ratios)}
