"""Group commit: appends that arrive while a flush is under way share the next one, so that one commit carries many."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field

from plenary.log.contract import Append, EventLog, Verdict
from plenary.log.lane import Neighbours, Unstorable

logger = logging.getLogger(__name__)

FLUSH_LIMIT = 200  # appends a flush
LOOK_AHEAD = 1000  # waiting appends looked at for one flush: a hot stream must not make every flush look at them all
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.5  # seconds between two tries


Flushed = Callable[[Sequence[Append], Sequence[float], float], None]
"""Told of each flush: its appends, the seconds that each of them waited for it, and those that it took."""


class LogBusy(Exception):
    """Too many appends are waiting; this one was not taken. `retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"The log is busy; try again in {retry_after:.1f} s.")
        self.retry_after = retry_after


class OutcomeUnknown(Exception):
    """The log did not answer for too long: the append may be stored or not. Repeating it, ids included, is harmless."""


class GroupCommitClosed(Exception):
    """Nothing is appended any more: it was closed, or its flusher has died (then that is the cause)."""


@dataclass(slots=True, eq=False)
class _Waiting:
    append: Append
    answer: asyncio.Future[Verdict]
    since: float = field(default_factory=time.monotonic)


class GroupCommit:
    """Appends one by one for its callers, and in batches to the log.

    `flushes` and `appends` count what was flushed; `waiting` is the length of the queue.
    """

    def __init__(
        self,
        log: EventLog,
        on_commit: Callable[[int], None],
        *,
        queue_limit: int = 10_000,
        patience: float = 10.0,
        flushed: Flushed | None = None,
    ) -> None:
        """`on_commit(head)` is called after each flush that wrote events. `patience`: seconds to repeat a flush for."""
        self._log = log
        self._on_commit = on_commit
        self._queue_limit = queue_limit
        self._patience = patience
        self._flushed = flushed
        self._queue: deque[_Waiting] = deque()
        self._in_flight: Sequence[_Waiting] = ()
        self._flusher: asyncio.Task[None] | None = None
        self._closed: GroupCommitClosed | None = None
        self._last_flush_seconds = 0.01
        self.flushes = 0
        self.appends = 0

    @property
    def is_full(self) -> bool:
        """Whether only appends that must be stored are taken."""
        return len(self._queue) >= self._queue_limit

    @property
    def is_closed(self) -> bool:
        """Whether nothing is appended any more."""
        return self._closed is not None

    @property
    def waiting(self) -> int:
        """Appends that wait for a later flush than the running one."""
        return len(self._queue)

    async def append(self, append: Append, *, must: bool = False) -> Verdict:
        """The log's verdict on one append, durable. One that `must` be stored is taken however long the queue is.

        Cancelling the caller does not stop the append. Raises LogBusy, Unstorable, OutcomeUnknown or GroupCommitClosed.
        """
        if self._closed is not None:
            raise GroupCommitClosed(*self._closed.args) from self._closed.__cause__
        if self.is_full and not must:
            raise LogBusy(max(0.1, len(self._queue) / FLUSH_LIMIT * self._last_flush_seconds))
        waiting = _Waiting(append, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush_while_waiting(), context=Context())
            self._flusher.add_done_callback(self._after_flushing)
        return await waiting.answer

    async def close(self) -> None:
        """Take no more appends, and return when all that were taken are answered."""
        self._closed = self._closed or GroupCommitClosed("The log was closed.")
        if self._flusher is not None:
            await asyncio.wait([self._flusher])

    async def _flush_while_waiting(self) -> None:
        while self._queue:
            self._in_flight = self._next_batch()
            started = time.monotonic()
            batch, waited = self._in_flight, [started - waiting.since for waiting in self._in_flight]
            await self._flush(batch)
            self._in_flight = ()
            self._last_flush_seconds = time.monotonic() - started
            if self._flushed is not None:
                self._flushed([waiting.append for waiting in batch], waited, self._last_flush_seconds)
            await asyncio.sleep(0)  # callers that just got their answers may join the next flush
        self._flusher = None

    def _after_flushing(self, flusher: asyncio.Task[None]) -> None:
        """Nobody waits for a flusher that has died: neither those it had taken, nor those still to come."""
        cause = asyncio.CancelledError() if flusher.cancelled() else flusher.exception()
        if cause is None:
            return
        logger.critical("The flusher of the log has died.", exc_info=cause)
        self._closed = GroupCommitClosed("The flusher of the log has died.")
        self._closed.__cause__ = cause
        for waiting in (*self._in_flight, *self._queue):
            if not waiting.answer.done():
                failure = GroupCommitClosed(*self._closed.args)
                failure.__cause__ = cause
                waiting.answer.set_exception(failure)
        self._queue.clear()

    def _next_batch(self) -> list[_Waiting]:
        """The next appends that may stand in one batch; one that may not keeps its place before its neighbours."""
        batch: list[_Waiting] = []
        left: list[_Waiting] = []
        neighbours = Neighbours()
        while self._queue and len(batch) < FLUSH_LIMIT and len(batch) + len(left) < LOOK_AHEAD:
            waiting = self._queue.popleft()
            (batch if neighbours.admit(waiting.append) else left).append(waiting)
        self._queue.extendleft(reversed(left))
        return batch

    async def _flush(self, batch: Sequence[_Waiting]) -> None:
        try:
            verdicts = await self._store([waiting.append for waiting in batch])
        except Unstorable as problem:
            if len(batch) == 1:
                _fail(batch, problem)
            else:
                for waiting in batch:  # one of them is to blame; it must not hurt the others
                    await self._flush([waiting])
            return
        except OutcomeUnknown as problem:
            _fail(batch, problem)
            return
        self.flushes += 1
        self.appends += len(batch)
        written = 0
        for waiting, verdict in zip(batch, verdicts, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(verdict)
            if verdict.accepted and waiting.append.writes:
                written = max(written, verdict.position or 0)
        if written:
            self._on_commit(written)

    async def _store(self, batch: Sequence[Append]) -> list[Verdict]:
        """Give a batch to the log until it answers."""
        give_up = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        repeated = False
        while True:
            try:
                verdicts = await self._log.append(batch)
                if repeated:
                    return [await self._recognised(a, v) for a, v in zip(batch, verdicts, strict=True)]
                return verdicts
            except Unstorable:
                raise
            except Exception as problem:  # whatever a driver raises: the outcome is unknown
                if time.monotonic() + pause > give_up:
                    raise OutcomeUnknown("The log does not answer.") from problem
                logger.warning("The log did not answer; repeating a flush of %d.", len(batch), exc_info=problem)
            repeated = True
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _recognised(self, append: Append, verdict: Verdict) -> Verdict:
        """The verdict on a repeated append; accepted if an earlier try of ours had stored it, which the log tells."""
        asked = {(command.id, command.sender, command.digest) for command in append.commands}
        if asked != {(answer.id, answer.sender, answer.digest) for answer in verdict.duplicates}:
            return verdict
        position = verdict.duplicates[0].position
        ours = [
            (write.stream, write.expected + nth, event.type, event.data, event.metadata)
            for write in append.writes
            for nth, event in enumerate(write.events, start=1)
        ]
        stored = await self._log.after(position - len(ours), len(ours)) if ours else []
        if ours != [(e.stream, e.version, e.type, e.data, e.metadata) for e in stored]:
            return verdict  # the same commands, answered by somebody else before
        # The versions right after it, not today's: the caller knows nothing of what followed.
        versions = {guard.stream: guard.version for guard in append.guards}
        versions |= {write.stream: write.expected + len(write.events) for write in append.writes}
        return Verdict(True, versions, position)


def _fail(batch: Sequence[_Waiting], problem: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(problem)
