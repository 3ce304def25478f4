"""Timers: commands with a date, kept in a table until they are due, so that they survive restarts.

A due command is sent under an id made from its timer, then the row goes away. Whatever happens in between can only
send the same id again, which the log knows. One that cannot be sent is tried again later and later, behind all others.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.answers import Answer
from plenary.engine.clock import Clock
from plenary.engine.database import Database, outlast, passes
from plenary.engine.decider import Refusal
from plenary.engine.leases import Lease
from plenary.engine.messages import Messages
from plenary.engine.tables import timers

BATCH: Final = 200
POLL: Final = 0.25
TIMERS: Final = uuid5(NAMESPACE_URL, "plenary:timers")
LONGEST_PAUSE: Final = 300  # seconds
THIS: Final = (timers.c.timer_id == sa.bindparam("id"), timers.c.set_at == sa.bindparam("at"))
PUT_AWAY: Final = sa.delete(timers).where(*THIS)
PUT_OFF: Final = sa.update(timers).where(*THIS).values(due_at=sa.bindparam("again_at"), tries=timers.c.tries + 1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timer:
    """A command to send at a time. `set_at` is the position of the event that asked for it."""

    id: str
    due_at: datetime
    command: object
    correlation: UUID
    set_at: int


class Timers:
    """Sets timers, and sends what is due."""

    def __init__(
        self,
        database: Database,
        messages: Messages,
        clock: Clock,
        send: Callable[[object, UUID, UUID, str], Awaitable[Answer]],
    ) -> None:
        """`send(command, id, correlation, causation)`."""
        self._database, self._messages, self._clock, self._send = database, messages, clock, send
        self._upsert = database.upsert(timers)
        self.step = asyncio.Lock()
        """Held while timers are sent and put away."""

    async def set(self, db: AsyncConnection, wanted: Sequence[Timer]) -> None:
        """Store timers in a transaction; the same timer again replaces itself."""
        if wanted:
            await db.execute(
                self._upsert,
                [
                    {
                        "timer_id": timer.id,
                        "due_at": timer.due_at,
                        "command": self._messages.write_command(timer.command),
                        "metadata": str(timer.correlation),
                        "set_at": timer.set_at,
                    }
                    for timer in wanted
                ],
            )

    async def fire(self, lease: Lease | None = None) -> int:
        """Send what is due now; how many that were. A `lease` must still be ours when they are put away."""
        async with self.step:
            return await self._fire(lease)

    async def _fire(self, lease: Lease | None) -> int:
        now = self._clock.now()
        async with self._database.reading() as db:
            query = sa.select(timers).where(timers.c.due_at <= now).order_by(timers.c.due_at).limit(BATCH)
            due = (await db.execute(query)).mappings().all()
        if not due:
            return 0
        answers = await asyncio.gather(*map(self._send_one, due), return_exceptions=True)
        sent, failed = [], []
        for row, answer in zip(due, answers, strict=True):
            this = {"id": row["timer_id"], "at": row["set_at"]}
            if isinstance(answer, BaseException):
                if not isinstance(answer, Exception) or passes(answer):
                    raise answer
                log.error("timer %s could not be sent: %s", row["timer_id"], type(answer).__name__)
                failed.append(
                    this | {"again_at": now + timedelta(seconds=min(2 ** min(row["tries"], 30), LONGEST_PAUSE))}
                )
                continue
            if isinstance(answer, Refusal):
                log.warning("timer %s was refused: %s", row["timer_id"], type(answer).__name__)
            sent.append(this)
        async with self._database.transaction() as db:
            if lease is not None:
                await lease.move(db, lease.position, lease.position)
            for statement, rows in ((PUT_AWAY, sent), (PUT_OFF, failed)):
                if rows:
                    await db.execute(statement, rows)
        return len(due)

    async def _send_one(self, row: sa.RowMapping) -> Answer:
        id_ = uuid5(TIMERS, f"{row['timer_id']}/{row['set_at']}")
        command = self._messages.read_command(row["command"])
        return await self._send(command, id_, UUID(row["metadata"]), f"timer {row['timer_id']}")


class Firing:
    """The part of the work that sends what is due, while this process holds the lease."""

    def __init__(self, lease: Lease, timers: Timers) -> None:
        """Stands still until `run`."""
        self._lease, self._timers, self.step = lease, timers, timers.step

    async def run(self) -> None:
        """Send what is due, for ever."""
        while True:
            if await outlast(lambda: self._timers.fire(self._lease)) < BATCH:
                await asyncio.sleep(POLL)

    async def finish(self) -> None:
        """Nothing is left to write between two steps."""
