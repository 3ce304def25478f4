"""The tail: the one reader of new events in a process. Followers and live screens are fed from it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from plenary.engine.database import outlast
from plenary.engine.messages import Event, Messages
from plenary.log.contract import EventLog

PAGE: Final = 1000
KEPT: Final = 10_000
POLL: Final = 0.25


class LogHasGap(RuntimeError):
    """A position is missing from the log: it was damaged, and nothing may go on as if it were whole."""


class Tail:
    """Reads the log as it grows, decodes every event once, keeps the newest in memory."""

    def __init__(self, log: EventLog, messages: Messages) -> None:
        """Stands still until `run`."""
        self._log, self._messages = log, messages
        self._kept: list[Event] = []
        self._look = asyncio.Event()
        self._grown = asyncio.Event()
        self._listeners: list[Callable[[Sequence[Event]], None]] = []
        self.head = 0
        self.step = asyncio.Lock()
        """Held while the log is read."""

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Call this with every batch of new events, in order, as soon as they are read."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """Look at the log now."""
        self._look.set()

    async def begin(self) -> None:
        """Take the present end of the log as the place from which to read on."""
        self.head = await self._log.head()

    async def end(self) -> int:
        """The position of the newest event there is, read here or not."""
        return await self._log.head()

    def forget(self) -> None:
        """Keep nothing of what was read: somebody in it was forgotten."""
        self._kept.clear()

    async def run(self) -> None:
        """Follow the log for ever."""
        while True:
            self._look.clear()
            async with self.step:
                full = await outlast(self._read)
            if not full:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._look.wait()

    async def _read(self) -> bool:
        """Read what is new; whether there may be more."""
        rows = await self._log.after(self.head, PAGE)
        if rows:
            self._take(await self._messages.decode(rows, of_newer=True))
        return len(rows) == PAGE

    def _take(self, events: list[Event]) -> None:
        if events[0].position != self.head + 1 or events[-1].position != self.head + len(events):
            raise LogHasGap(
                f"after {self.head} come {events[0].position} to {events[-1].position}, {len(events)} events"
            )
        self._kept += events
        if len(self._kept) > 2 * KEPT:
            del self._kept[:-KEPT]
        self.head = events[-1].position
        for listener in self._listeners:
            listener(events)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    async def wait(self, position: int) -> None:
        """Return when there is an event after this position."""
        while self.head <= position:
            await self._grown.wait()

    def kept_after(self, position: int, limit: int = PAGE) -> list[Event] | None:
        """Some events after a position from memory, or None when they are no longer there."""
        if position >= self.head:
            return []
        if not self._kept or self._kept[0].position > position + 1:
            return None
        start = position + 1 - self._kept[0].position
        return self._kept[start : start + limit]

    async def after(self, position: int, limit: int = PAGE) -> list[Event]:
        """Some events after a position, in order; none when it is the end."""
        kept = self.kept_after(position, limit)
        if kept is None:
            return await self._messages.decode(await self._log.after(position, limit), of_newer=True)
        return kept
