"""Reads a whole log: into event objects, or into every view from the beginning."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
import uvloop

from bench.stage import MASTER
from plenary.app import DECIDERS, UPCASTERS, VIEWS
from plenary.engine.database import Database
from plenary.engine.engine import Engine, Plan
from plenary.engine.postgres import PostgresLog
from plenary.engine.tables import bookmarks

PAGE = 1_000


async def read(engine: Engine) -> int:
    """All events as objects, a page after the other; how many."""
    position = 0
    while page := await engine.messages.decode(await engine.log.after(position, PAGE)):
        position = page[-1].position
    return position


async def rebuild(engine: Engine) -> int:
    """Every view's table, emptied and folded by its follower from the beginning of the log; how many events.

    Views only: a process or a mailbox that began again would do again what it has done.
    """
    async with engine.database.transaction() as db:
        for view in VIEWS:
            await db.execute(sa.delete(view.table))
        await db.execute(sa.delete(bookmarks))
    head, died = await engine.log.head(), list[BaseException]()
    async with engine.running(died=died.append):
        await asyncio.gather(*(engine.until_reached(view.name, head) for view in VIEWS))
    assert not died, died
    return head


async def replay(what: str, url: str) -> dict[str, float]:
    """Events a second of wall-clock time, and this process's CPU time for one."""
    views: Sequence[Any] = VIEWS if what == "rebuild" else ()
    engine = Engine(Plan(DECIDERS, views, (), {}, UPCASTERS), Database(url), PostgresLog(url), MASTER)
    began, cpu = time.perf_counter(), time.process_time()
    events = await (read if what == "read" else rebuild)(engine)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    await engine.close()
    return {"events": events, "events_per_second": events / seconds, "cpu_us": cpu / events * 1e6}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(replay(*sys.argv[1:]))))
