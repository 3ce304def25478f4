"""How a process runs: its follower sends what `react` answers, and keeps what is dated as timers.

A command that is due is sent under an id made from the process, the event and its place, so that sending it again has
no effect; the bookmark moves only after the answers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.answers import Answer
from plenary.engine.decider import Refusal
from plenary.engine.messages import Event
from plenary.engine.process import Process
from plenary.engine.timers import Timer, Timers

PROCESSES: Final = uuid5(NAMESPACE_URL, "plenary:processes")
Sending = Callable[[object, UUID, UUID, str, str], Awaitable[Answer]]
log = logging.getLogger(__name__)


class Reactor:
    """The part of a process's follower that sends: all commands of a batch at once, those for one stream in order."""

    def __init__(self, process: Process, timers: Timers, send: Sending, now: Callable[[], datetime]) -> None:
        """`send(command, id, correlation, causation, sender)`."""
        self._process, self._timers, self._send, self._now = process, timers, send, now

    async def act(self, events: Sequence[Event]) -> None:
        """Send what is due and wait for the answers."""
        await asyncio.gather(
            *(
                self._carry_out(send.command, event, index)
                for event in events
                for index, send in enumerate(self._process.react(event.data, self._now()))
                if send.at is None
            )
        )

    async def _carry_out(self, command: object, event: Event, index: int) -> None:
        name = self._process.name
        id_, cause = uuid5(PROCESSES, f"{name}/{event.position}/{index}"), f"event {event.position}"
        answer = await self._send(command, id_, event.metadata.correlation, cause, f"process:{name}")
        if isinstance(answer, Refusal):
            log.warning("%s, sent for %s, was refused: %s", type(command).__name__, cause, type(answer).__name__)

    async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
        """Set the timers of a batch."""
        wanted = [
            Timer(
                f"{self._process.name}/{event.position}/{index}",
                send.at,
                send.command,
                event.metadata.correlation,
                event.position,
            )
            for event in events
            for index, send in enumerate(self._process.react(event.data, self._now()))
            if send.at is not None
        ]
        await self._timers.set(db, wanted)
        return lambda: None
