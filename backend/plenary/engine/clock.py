"""What time it is: one clock for deadlines and timers, which tests can move by hand and all servers agree on."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import sqlalchemy as sa

from plenary.engine.database import Database, outlast

LOOK: Final = 20.0  # seconds between two looks at the database's time


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    async def look(self, database: Database) -> None:
        """Ask the database for its time, if this clock shows that."""
        ...


class DatabaseClock:
    """The database's time, carried forward by this machine's monotonic clock between two looks."""

    def __init__(self) -> None:
        """Starts with this machine's time until `look` has asked the database."""
        self._seen, self._at = datetime.now(UTC), time.monotonic()

    async def look(self, database: Database) -> None:
        """Ask the database for its time. On SQLite this machine's clock is the database's."""
        if database.is_sqlite:
            seen = datetime.now(UTC)
        else:
            async with database.reading() as db:
                seen = (await db.execute(sa.select(sa.func.clock_timestamp()))).scalar_one().astimezone(UTC)
        self._seen, self._at = seen, time.monotonic()

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return self._seen + timedelta(seconds=time.monotonic() - self._at)


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        """`start`: aware, UTC."""
        self._now = start

    async def look(self, database: Database) -> None:
        """Do nothing: it stands where it was set."""

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move it."""
        self._now += by


async def keep_right(clock: Clock, database: Database) -> None:
    """Look at the database's time every now and then, for ever: machines drift, and are put to sleep."""
    while True:
        await outlast(lambda: clock.look(database))
        await asyncio.sleep(LOOK)
