"""What a follower could not handle: put aside with all that follows in the same stream, in order, until it is resumed.

Everything else goes on meanwhile. What is put aside holds no data: only where the event stands, and what went wrong.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database
from plenary.engine.messages import Event, Unknown, UnknownMessage
from plenary.engine.tables import parked
from plenary.faults import told

UNKNOWN = "unknown to this version of the program: "
BEHIND = "waits behind an earlier event"


class Parked:
    """What one follower has put aside."""

    def __init__(self, name: str, database: Database) -> None:
        """Nothing is known before `begin`."""
        self._mine, self._name, self._database = parked.c.name == name, name, database
        self.streams: set[str] = set()

    async def begin(self) -> None:
        """Find what was put aside; what was only unknown is tried again, as this may be a newer program."""
        unknown = parked.c.error.startswith(UNKNOWN, autoescape=True)
        async with self._database.transaction() as db:
            await db.execute(sa.update(parked).where(self._mine, unknown).values(again=True))
            self.streams = set((await db.execute(sa.select(parked.c.stream).where(self._mine).distinct())).scalars())

    async def put(self, db: AsyncConnection, events: Sequence[Event], why: BaseException | None = None) -> None:
        """Put events aside, the first one because of `why`, the others because they are behind it."""
        reasons = [
            described(UnknownMessage(event.data.type)) if isinstance(event.data, Unknown) else BEHIND
            for event in events
        ]
        if events and why is not None:
            reasons[0] = described(why)
        rows = [
            {
                "name": self._name,
                "position": event.position,
                "stream": event.stream,
                "error": reason,
                "tries": int(reason != BEHIND),
                "again": False,
                "parked_at": datetime.now(UTC),
            }
            for event, reason in zip(events, reasons, strict=True)
        ]
        if rows:
            await db.execute(sa.insert(parked), rows)

    async def asked_for(self) -> list[str]:
        """The streams that somebody wants to be tried again."""
        async with self._database.reading() as db:
            asked = sa.select(parked.c.stream).where(self._mine, parked.c.again).distinct()
            return list((await db.execute(asked)).scalars())

    async def first(self, stream: str) -> int | None:
        """The position of the first event of a stream that is put aside."""
        async with self._database.reading() as db:
            waiting = sa.select(sa.func.min(parked.c.position)).where(self._mine, parked.c.stream == stream)
            position: int | None = (await db.execute(waiting)).scalar_one()
        return position

    async def take(self, db: AsyncConnection, position: int) -> None:
        """An event is handled after all."""
        await db.execute(sa.delete(parked).where(self._mine, parked.c.position == position))

    async def failed(self, stream: str, position: int, why: BaseException) -> None:
        """It could not be handled this time either."""
        of_stream = sa.update(parked).where(self._mine, parked.c.stream == stream).values(again=False)
        again = {"error": described(why), "tries": parked.c.tries + 1}
        async with self._database.transaction() as db:
            await db.execute(of_stream)
            await db.execute(sa.update(parked).where(self._mine, parked.c.position == position).values(again))


def described(problem: BaseException) -> str:
    """What went wrong, without anybody's data."""
    return f"{UNKNOWN}{problem}" if isinstance(problem, UnknownMessage) else told(problem)
