"""Whether this process lives, and whether it can do its work; what is wrong is told in one sentence each."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from plenary.engine.engine import Engine
from plenary.engine.tables import bookmarks
from plenary.migrations import is_newest

PATIENCE: Final = 2.0
MOST_EVENTS: Final = 10_000
MOST_SECONDS: Final = 5.0

Check = Callable[[], Awaitable[str | None]]
"""Looks at one thing and answers what is wrong with it in a sentence, or None."""


@dataclass(slots=True)
class Health:
    """What is asked of one engine. A further question is one more line of `readiness`."""

    engine: Engine
    now: Callable[[], float] = time.monotonic
    _is_newest: bool = False
    _seen: tuple[float, int] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was seen of the log so far."""
        self._seen = (self.now(), 0)

    @property
    def liveness(self) -> Sequence[Check]:
        """What only a new process can mend."""
        return (self.parts,)

    @property
    def readiness(self) -> Sequence[Check]:
        """What this process needs to be sent requests."""
        return (self.parts, self.database, self.shape, self.tail, self.work, self.queue)

    async def parts(self) -> str | None:
        """Whether every part still runs."""
        dead = self.engine.death is not None or self.engine.commit.is_closed
        return "A part of the engine died." if dead else None

    async def database(self) -> str | None:
        """Whether the database answers."""
        async with self.engine.database.reading() as db:
            await db.execute(sa.select(1))
        return None

    async def shape(self) -> str | None:
        """Whether the database is in the newest shape; once it was, it is not asked again."""
        self._is_newest = self._is_newest or await is_newest(self.engine.database.url)
        return None if self._is_newest else "The database is not in its newest shape: run `plenary migrate`."

    async def tail(self) -> str | None:
        """Whether this process has read what was in the log some seconds ago, and is not far behind what is there."""
        head, read, now = await self.engine.log.head(), self.engine.tail.head, self.now()
        if head - read > MOST_EVENTS:
            return f"This process has {head - read} events of the log still to read."
        since, then = self._seen
        if read >= then:
            self._seen = (now, head)
        elif now - since > MOST_SECONDS:
            return f"This process has not read in {now - since:.0f} s what was in the log then."
        return None

    async def work(self) -> str | None:
        """Whether somebody, here or elsewhere, does every part of the background work."""
        database = self.engine.database
        rests: sa.ColumnElement[bool] = bookmarks.c.owner.is_(None)
        if not database.is_sqlite:  # there a lease lasts as long as the one process
            ended = bookmarks.c.lease_until < database.now(-MOST_SECONDS)
            rests = sa.or_(bookmarks.c.lease_until.is_(None), ended)
        async with database.reading() as db:
            named = set((await db.execute(sa.select(bookmarks.c.name).where(~rests))).scalars())
        idle = [name for name in self.engine.work if name not in named]
        return f"Nobody does this work: {', '.join(idle)}. Start `plenary work`." if idle else None

    async def queue(self) -> str | None:
        """Whether commands are still taken."""
        return "Too much is waiting to be stored." if self.engine.commit.is_full else None


def routes(health: Health) -> list[BaseRoute]:
    """Where supervisors and balancers ask: 200 or 503, and why."""

    async def live(_request: Request) -> Response:
        return _answer("live", await wrong(health.liveness))

    async def ready(_request: Request) -> Response:
        return _answer("ready", await wrong(health.readiness))

    return [Route("/health/live", live), Route("/health/ready", ready)]


async def wrong(checks: Sequence[Check]) -> list[str]:
    """What is wrong, one sentence each; what cannot be asked because the database is silent is one sentence in all."""
    sentences: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE):
            for check in checks:
                if (sentence := await check()) is not None:
                    sentences.append(sentence)
    except Exception:  # whatever a driver raises: all that can go wrong in asking is the database
        sentences.append("The database does not answer.")
    return sentences


def _answer(what: str, because: list[str]) -> Response:
    headers = {"cache-control": "no-store"}
    if because:
        return JSONResponse({what: False, "because": because}, 503, headers)
    return JSONResponse({what: True}, 200, headers)
