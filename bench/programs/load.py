"""How long a new process takes to know what became of one conference's seats."""

import sys
import time
from uuid import UUID

import orjson
import uvloop

from bench.stage import MASTER
from plenary.engine.database import Database
from plenary.engine.engine import Engine, Plan
from plenary.log.postgres import PostgresLog
from plenary.registration.seats import SEATS
from plenary.upcasters import UPCASTERS


async def load(url: str, conference: str) -> dict[str, float]:
    """Milliseconds for the state, once connected."""
    engine = Engine(Plan([SEATS], [], [], {}, UPCASTERS), Database(url), PostgresLog(url), MASTER)
    await engine.log.head()
    began = time.perf_counter()
    _, version = await engine.state(SEATS, UUID(conference))
    took = (time.perf_counter() - began) * 1e3
    assert version, "the stream is empty"
    await engine.close()
    return {"load_ms": took}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(load(*sys.argv[1:]))))
