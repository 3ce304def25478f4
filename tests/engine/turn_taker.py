"""A process that writes a stream as others do: `python -m tests.engine.turn_taker hammer|hold URL JAR [TOTAL]`."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from plenary.engine.answers import Accepted
from plenary.engine.engine import Engine
from plenary.log.contract import Append, Verdict
from plenary.log.postgres import PostgresLog
from tests.engine.jars import JAR, FillJar, open_engine

CALLERS = 8


class Counting(PostgresLog):
    """Counts what is asked of the log."""

    refused = 0
    turns = 0

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        verdicts = await super().append(batch)
        self.refused += sum(not verdict.accepted for verdict in verdicts)
        return verdicts

    def turn(self, stream: str) -> Any:
        self.turns += 1
        return super().turn(stream)


async def hammer(engine: Engine, jar: UUID, total: int) -> int:
    """Put marbles into a jar, one by one, until all processes together have put in so many; how many were ours."""
    ours = 0

    async def caller() -> None:
        nonlocal ours
        while (await engine.state(JAR, jar))[0].left < total:
            assert isinstance(await engine.send(FillJar(jar, 1), id=uuid4(), sender="test"), Accepted)
            ours += 1

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return ours


async def _main(what: str, url: str, jar: UUID, total: int = 0) -> None:
    async def told(word: str) -> None:
        print(word, flush=True)
        await asyncio.to_thread(sys.stdin.readline)

    engine = await open_engine(url)
    if what == "hammer":
        async with engine.running(work=False):
            await told("ready")
            print(await hammer(engine, jar, total), flush=True)
    else:
        async with engine.log.turn(JAR.stream_of(jar)):
            await told("held")
        print("ended", flush=True)
    await engine.close()


if __name__ == "__main__":
    what, url, jar, *total = sys.argv[1:]
    asyncio.run(_main(what, url, UUID(jar), *map(int, total)))
