"""A follower of the log: handles every event in order, keeps its bookmark in the same transaction as what it wrote.

It acts at once and writes a little later, so that under load one transaction carries many batches. What was acted on
and not yet written is acted on again after a crash, which must be harmless.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database, outlast, passes
from plenary.engine.leases import Lease, LeaseLost
from plenary.engine.messages import Event, Unknown, UnknownMessage
from plenary.engine.observer import Observer
from plenary.engine.parked import Parked
from plenary.engine.progress import Progress
from plenary.engine.tail import PAGE, Tail
from plenary.log.group_commit import GroupCommitClosed

LONGEST_REST: Final = 0.1
"""Seconds, at most, between two transactions of a follower. It rests twice as long as the last one took, and longer
the more there was to handle: under load few large transactions cost less than many small ones."""
REST_AN_EVENT: Final = 0.001
TRIES: Final = 3
MOST_STREAMS_ASIDE: Final = 100
"""With more than these put aside, something else is wrong than an event: the follower rests until they are resumed."""
LOOK_AT_ASIDE: Final = 1.0
log = logging.getLogger(__name__)


class Handler(Protocol):
    """What a follower does with events."""

    async def act(self, events: Sequence[Event]) -> None:
        """What happens outside the database; may be repeated after a crash, so it must be harmless twice."""
        ...

    async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
        """What happens in the bookmark's transaction; the answer is called after its commit."""
        ...


class BookmarkAhead(RuntimeError):
    """A bookmark is beyond the end of the log: the log was restored from an older copy, and events are missing."""


class Follower:
    """One name, one bookmark, one handler, while this process holds the lease."""

    def __init__(
        self,
        lease: Lease,
        handler: Handler,
        tail: Tail,
        database: Database,
        progress: Progress,
        observer: Observer,
    ) -> None:
        """Stands still until `run`."""
        self._lease, self._handler, self._tail = lease, handler, tail
        self._database, self._progress, self._observer = database, progress, observer
        self._parked = Parked(lease.name, database)
        self._acted = self._written = lease.position
        self._batch: list[Event] = []
        self._aside: list[Event] = []
        self._why: BaseException | None = None
        self._write_at = self._look_at = self._spent = 0.0
        self.step = asyncio.Lock()
        """Held while events are handled: whoever ends this follower does it between two of its steps."""

    async def run(self) -> None:
        """Follow for ever. Raises LeaseLost when somebody else does."""
        name = self._lease.name
        if self._written > await outlast(self._tail.end):
            raise BookmarkAhead(
                f"{name} has read up to event {self._written}, and the log ends before: it was restored from an older "
                f"copy. Restore the whole database, not only a part of it."
            )
        await outlast(self._parked.begin)
        self._progress.moved(name, self._written)
        self._progress.here.add(name)
        try:
            while True:
                await self._wait()
                async with self.step:
                    await outlast(self._go_on)
        finally:
            self._progress.here.discard(name)

    async def finish(self) -> None:
        """Write what was acted on; where that fails, whoever comes next handles it again."""
        with suppress(Exception):
            await self._write()

    async def _wait(self) -> None:
        now = asyncio.get_running_loop().time()
        until = [self._write_at] if self._acted > self._written else []
        until += [now + LOOK_AT_ASIDE] if self._parked.streams else []
        with suppress(TimeoutError):
            async with asyncio.timeout_at(min(until, default=None)):
                await self._tail.wait(self._acted)
        if self._rests:
            await asyncio.sleep(LOOK_AT_ASIDE)

    @property
    def _rests(self) -> bool:
        return len(self._parked.streams) > MOST_STREAMS_ASIDE

    async def _go_on(self) -> None:
        events = [] if self._rests else await self._tail.after(self._acted)
        full = self._acted - self._written >= PAGE
        try:
            if events and not full:
                await self._act(events)
            now = asyncio.get_running_loop().time()
            if full or now >= self._write_at:
                await self._write()
            if self._parked.streams and now >= self._look_at:
                self._look_at = now + LOOK_AT_ASIDE
                await self._write()
                await self._resume()
        except Exception as problem:
            if _is_no_fault_of_events(problem):
                raise
            await self._one_by_one()

    async def _act(self, events: Sequence[Event]) -> None:
        streams, fit, aside = set(self._parked.streams), [], []
        for event in events:
            if event.stream in streams or isinstance(event.data, Unknown):
                streams.add(event.stream)
                aside.append(event)
            else:
                fit.append(event)
        if fit:
            began = asyncio.get_running_loop().time()
            await self._handler.act(fit)
            self._spent += asyncio.get_running_loop().time() - began
        self._batch += fit
        self._aside += aside
        self._parked.streams = streams
        self._acted = events[-1].position

    async def _write(self) -> None:
        """Write all that was acted on, and put aside what is to be."""
        if self._acted == self._written:
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with self._database.transaction() as db:
            await self._lease.move(db, self._written, self._acted)  # first: it is the lock that everybody begins with
            await self._parked.put(db, self._aside, self._why)
            written = await self._handler.write(db, self._batch) if self._batch else None
        if written is not None:
            written()
        took = loop.time() - began
        self._observer.handled(self._lease.name, self._batch, self._spent + took)
        self._write_at = loop.time() + min(2 * took + REST_AN_EVENT * len(self._batch), LONGEST_REST)
        self._batch, self._aside, self._why, self._written, self._spent = [], [], None, self._acted, 0.0
        self._progress.moved(self._lease.name, self._written)

    async def _one_by_one(self) -> None:
        """Handle again what is not written yet, each event by itself, and put aside what fails every time."""
        self._back()
        for event in await self._tail.after(self._written):
            for again in range(TRIES):
                try:
                    await self._act([event])
                    await self._write()
                    break
                except Exception as problem:
                    self._back()
                    if _is_no_fault_of_events(problem):
                        raise
                    failure: BaseException = problem
                await asyncio.sleep(0.02 * 2**again)
            else:
                log.error("%s puts aside event %d with its stream", self._lease.name, event.position, exc_info=failure)
                self._parked.streams.add(event.stream)
                self._aside, self._acted, self._why = [event], event.position, failure
                await self._write()
                if self._rests:
                    log.critical("%s rests: too much had to be put aside", self._lease.name)
                    return

    def _back(self) -> None:
        self._batch, self._aside, self._why, self._acted = [], [], None, self._written

    async def _resume(self) -> None:
        """Try again what was put aside, where somebody asked for it, in the order of each stream."""
        for stream in await self._parked.asked_for():
            while (position := await self._parked.first(stream)) is not None:
                try:
                    await self._handle_aside(position)
                except Exception as problem:
                    if _is_no_fault_of_events(problem):
                        raise
                    await self._parked.failed(stream, position, problem)
                    break
            else:
                self._parked.streams.discard(stream)

    async def _handle_aside(self, position: int) -> None:
        (event,) = await self._tail.after(position - 1, 1)
        if isinstance(event.data, Unknown):
            raise UnknownMessage(event.data.type)
        await self._handler.act([event])
        async with self._database.transaction() as db:
            await self._lease.move(db, self._written, self._written)
            await self._parked.take(db, position)
            await self._lease.show_anew(db)
            written = await self._handler.write(db, [event])
        written()


def _is_no_fault_of_events(problem: Exception) -> bool:
    """Whether a failure says nothing against the event that was being handled."""
    return passes(problem) or isinstance(problem, LeaseLost | GroupCommitClosed)
