"""Appends single events through the one way into the log: so many callers, each waiting for its verdict."""

import asyncio
import sys
import time
from uuid import uuid4

import orjson
import uvloop

from plenary.log.contract import Append, CommandId, Guard, NewEvent, Write
from plenary.log.group_commit import GroupCommit
from plenary.log.postgres import PostgresLog


async def append(url: str, callers: int, events: int, data: str) -> dict[str, object]:
    """Every append has a stream of its own, guards another one and is known by its command."""
    log = PostgresLog(url)
    commit = GroupCommit(log, lambda _: None)
    guarded = f"guarded-{uuid4()}"
    left, acknowledged = iter(range(events)), list[str]()

    async def store(stream: str, *guards: Guard) -> None:
        command = uuid4()
        event = NewEvent("SomethingHappened", data, f'{{"command":"{command}"}}')
        ids = (CommandId(command, "bench", "digest"),)
        assert (await commit.append(Append(ids, (Write(stream, 0, (event,)),), guards))).accepted
        acknowledged.append(str(command))

    async def call() -> None:
        for _ in left:
            await store(f"stream-{uuid4()}", Guard(guarded, 1))

    await store(guarded)

    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    seconds = time.perf_counter() - began
    await commit.close()
    await log.close()
    return {"per_second": events / seconds, "acknowledged": acknowledged}


if __name__ == "__main__":
    address, callers, events, data = sys.argv[1:]
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(append(address, int(callers), int(events), data))))
