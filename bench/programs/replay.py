"""Reads a whole log: into event objects, or into every view from the beginning."""

import sys
import time

import orjson
import uvloop

from bench.stage import MASTER
from plenary.app import DECIDERS, VIEWS
from plenary.cli import collect_rarely
from plenary.engine.database import Database
from plenary.engine.engine import Engine, Plan
from plenary.log.postgres import PostgresLog
from plenary.operations.rebuild import rebuild
from plenary.upcasters import UPCASTERS

PAGE = 1_000


async def read(engine: Engine) -> int:
    """All events as objects, a page after the other; how many."""
    position = 0
    while page := await engine.messages.decode(await engine.log.after(position, PAGE)):
        position = page[-1].position
    return position


async def rebuild_all(engine: Engine) -> int:
    """Every view, as `plenary rebuild` does it, one after the other; how many events."""
    return [await rebuild(engine, view.name, lambda *_: None) for view in VIEWS][-1]


async def replay(what: str, url: str) -> dict[str, float]:
    """Events a second of wall-clock time, and this process's CPU time for one."""
    collect_rarely()
    engine = Engine(Plan(DECIDERS, VIEWS, (), {}, UPCASTERS), Database(url), PostgresLog(url), MASTER)
    began, cpu = time.perf_counter(), time.process_time()
    events = await (read if what == "read" else rebuild_all)(engine)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    await engine.close()
    return {"events": events, "events_per_second": events / seconds, "cpu_us": cpu / events * 1e6}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(replay(*sys.argv[1:]))))
