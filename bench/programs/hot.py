"""One process that has seats reserved on a single stream by the engine's actors, for some seconds."""

import asyncio
import sys
import time
from uuid import UUID, uuid4

import orjson
import uvloop

from plenary.engine.answers import Accepted, Busy
from plenary.engine.database import Database
from plenary.engine.engine import Engine, Plan
from plenary.log.postgres import PostgresLog
from plenary.registration.seats import SEATS
from plenary.registration.seats_messages import ReserveSeats, SetQuota, SetSales
from plenary.words import Item


async def reserve(url: str, conference: UUID, seat_type: UUID, callers: int, seconds: float) -> object:
    """From a line on the standard input on; a caller sends its next command when the last one's answer is durable."""
    engine = Engine(Plan([SEATS], [], []), Database(url), PostgresLog(url), b"k" * 32)
    acknowledged, latencies, busy = list[str](), list[float](), 0

    async def call() -> None:
        nonlocal busy
        while time.perf_counter() < began + seconds:
            command, order = uuid4(), uuid4()
            sent = time.perf_counter()
            reservation = ReserveSeats(conference, order, 1, (Item(seat_type, 1),))
            while isinstance(answer := await engine.send(reservation, id=command, sender="bench"), Busy):
                busy += 1
                await asyncio.sleep(answer.retry_after)
            if not isinstance(answer, Accepted):
                raise RuntimeError(answer)
            latencies.append((time.perf_counter() - sent) * 1e3)
            acknowledged.append(str(command))

    async with engine.running(work=False):
        await engine.state(SEATS, conference)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(callers)))
        took = time.perf_counter() - began
    await engine.close()
    return {"seconds": took, "latencies_ms": latencies, "acknowledged": acknowledged, "busy": busy}


async def prepare(url: str, conference: UUID, seat_type: UUID) -> None:
    """Seats of one type, on sale."""
    engine = Engine(Plan([SEATS], [], []), Database(url), PostgresLog(url), b"k" * 32)
    for command in (SetQuota(conference, seat_type, 1_000_000), SetSales(conference, True)):
        assert isinstance(await engine.send(command, id=uuid4(), sender="bench"), Accepted)
    await engine.close()


if __name__ == "__main__":
    url, conference, seat_type, callers, seconds = sys.argv[1:]
    found = uvloop.run(reserve(url, UUID(conference), UUID(seat_type), int(callers), float(seconds)))
    sys.stdout.buffer.write(orjson.dumps(found))
