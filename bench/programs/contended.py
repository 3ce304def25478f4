"""The peers of the hot stream: the same decision and a durable event for each command, without an actor.

`retry` reads the stream, decides, appends at the version it saw and does it all again when somebody was faster. `lock`
locks the stream's row, decides on what stands in it, inserts the event and commits. Neither knows a repeated command.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import msgspec
import orjson
import uvloop

from plenary.engine.decider import Refusal
from plenary.registration.seats import SEATS
from plenary.registration.seats_messages import (
    Command,
    QuotaSet,
    ReserveSeats,
    SalesSet,
    SeatsReserved,
    SetQuota,
    SetSales,
)
from plenary.words import Item

SCHEMA = """
CREATE TABLE IF NOT EXISTS streams (id uuid PRIMARY KEY, version int NOT NULL, quota int NOT NULL, held int NOT NULL);
CREATE TABLE IF NOT EXISTS stream_events (
  stream uuid NOT NULL, version int NOT NULL, type text NOT NULL, data text NOT NULL, PRIMARY KEY (stream, version));
"""
READ = "SELECT type, data FROM stream_events WHERE stream = $1 ORDER BY version"
INSERT = "INSERT INTO stream_events (stream, version, type, data) VALUES ($1, $2, $3, $4)"
LOCK = "SELECT version, quota, held FROM streams WHERE id = $1 FOR UPDATE"
MOVE = "UPDATE streams SET version = version + 1, held = held + $2 WHERE id = $1"
QUOTA = 1_000_000
DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    cls.__name__: msgspec.json.Decoder(cls) for cls in (QuotaSet, SalesSet, SeatsReserved)
}
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


def text(event: object) -> str:
    """An event as it is stored."""
    return msgspec.json.encode(event).decode()


async def retry(pool: Pool, stream: UUID, seat_type: UUID) -> None:
    """Read, decide, append; again on a conflict."""
    command = ReserveSeats(stream, uuid4(), 1, (Item(seat_type, 1),))
    while True:
        rows, state = await pool.fetch(READ, stream), SEATS.initial
        for type_, data in rows:
            state = SEATS.evolve(state, DECODERS[type_].decode(data))
        decided = SEATS.decide(command, state)
        assert not isinstance(decided, Refusal)
        try:
            await pool.execute(INSERT, stream, len(rows) + 1, "SeatsReserved", text(decided[0]))
        except asyncpg.UniqueViolationError:
            continue
        return


async def lock(pool: Pool, stream: UUID, seat_type: UUID) -> None:
    """Lock, decide, insert, commit."""
    async with pool.acquire() as db, db.transaction():
        version, quota, held = await db.fetchrow(LOCK, stream) or (0, 0, 0)
        granted = min(1, max(quota - held, 0))
        event = {"conference_id": stream, "order_id": uuid4(), "granted": [{"id": seat_type, "quantity": granted}]}
        levels = [{"seat_type_id": seat_type, "quota": quota, "held": held + granted, "sold": 0}]
        await db.execute(INSERT, stream, version + 1, "SeatsReserved", text({**event, "levels": levels}))
        await db.execute(MOVE, stream, granted)


WAYS: dict[str, Callable[[Pool, UUID, UUID], Awaitable[None]]] = {"retry": retry, "lock": lock}


async def contend(way: str, dsn: str, callers: int, commands: int) -> object:
    """All callers on one new stream."""
    stream, seat_type = uuid4(), uuid4()
    async with asyncpg.create_pool(dsn, min_size=20, max_size=20) as pool:
        await pool.execute(SCHEMA)
        await pool.execute("INSERT INTO streams VALUES ($1, 2, $2, 0)", stream, QUOTA)
        state = SEATS.initial
        begin: tuple[Command, ...] = (SetQuota(stream, seat_type, QUOTA), SetSales(stream, True))
        for version, command in enumerate(begin, 1):
            decided = SEATS.decide(command, state)
            assert not isinstance(decided, Refusal)
            state = SEATS.evolve(state, decided[0])
            await pool.execute(INSERT, stream, version, type(decided[0]).__name__, text(decided[0]))
        left, latencies = iter(range(commands)), list[float]()

        async def call() -> None:
            for _ in left:
                sent = time.perf_counter()
                await WAYS[way](pool, stream, seat_type)
                latencies.append((time.perf_counter() - sent) * 1e3)

        began = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(callers)))
        seconds = time.perf_counter() - began
        stored = await pool.fetchval("SELECT count(*) FROM stream_events WHERE stream = $1", stream)
        assert stored == commands + 2, f"{stored} events for {commands} commands"
    return {"seconds": seconds, "latencies_ms": latencies}


if __name__ == "__main__":
    way, dsn, callers, commands = sys.argv[1:]
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(contend(way, dsn, int(callers), int(commands)))))
