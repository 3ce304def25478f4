"""The engine: the log, its actors, followers, processes, timers and live screens, joined and set going."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from plenary.engine.actors import Actors, Sent
from plenary.engine.answers import Answer
from plenary.engine.clock import Clock, DatabaseClock
from plenary.engine.database import Database
from plenary.engine.decider import Decider, State
from plenary.engine.doorbell import Doorbell
from plenary.engine.followers import Follower, Handler
from plenary.engine.group_commit import GroupCommit
from plenary.engine.live import Live
from plenary.engine.log import CommandId, EventLog, Guard
from plenary.engine.messages import Digest, Messages, Metadata, Upcaster
from plenary.engine.process import Process
from plenary.engine.reactor import Reactor
from plenary.engine.sealed import Keys
from plenary.engine.tables import bookmarks
from plenary.engine.tail import Tail
from plenary.engine.timers import Timers
from plenary.engine.views import Projector, Row, View

POLL: Final = 0.02
LAST_STEP: Final = 10.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """Everything that exists, as plain lists. `handlers` makes further followers, by name, once the engine is there."""

    deciders: Sequence[Decider[Any, Any, Any]]
    views: Sequence[View[Any]]
    processes: Sequence[Process]
    handlers: Mapping[str, Callable[["Engine"], Handler]] = field(default_factory=dict)
    upcasters: Mapping[str, Sequence[Upcaster]] = field(default_factory=dict)


class Engine:
    """Carries out commands, keeps views and timers, pushes live screens."""

    def __init__(
        self,
        plan: Plan,
        database: Database,
        log: EventLog,
        master: bytes,
        clock: Clock | None = None,
        doorbell: Doorbell | None = None,
    ) -> None:
        """`master`: the installation's 32 bytes for sealing. Without a clock, the database's time is used."""
        self.plan, self.database, self.log = plan, database, log
        self.clock: Clock = clock or DatabaseClock()
        self.keys = Keys(database, master)
        self._doorbell = doorbell or Doorbell()
        commands = [command for decider in plan.deciders for command in decider.commands]
        events = [event for decider in plan.deciders for event in decider.events]
        self._deciders = {command: decider for decider in plan.deciders for command in decider.commands}
        self.messages = Messages(events, commands, self.keys, plan.upcasters)
        self._digest = Digest(master)
        self._works = False
        self.commit = GroupCommit(log, self._grown)
        self._actors = Actors(log, self.commit, self.messages)
        self._tail = Tail(log, self.messages)
        self.live = Live(plan.views, self._tail, database)
        self._timers = Timers(database, self.messages, self.clock, self._send_timer)
        handlers: dict[str, Handler] = {view.name: Projector(view, database) for view in plan.views}
        handlers |= {process.name: Reactor(process, self._timers, self._dispatch) for process in plan.processes}
        handlers |= {name: make(self) for name, make in plan.handlers.items()}
        self._followers = {name: Follower(name, handler, self._tail, database) for name, handler in handlers.items()}

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return self.clock.now()

    def _grown(self, head: int) -> None:
        self._tail.wake()
        self._doorbell.ring(head)

    # ---- commands

    async def send(
        self,
        command: Any,
        *,
        id: UUID,
        sender: str,
        said: object = None,
        guards: Sequence[tuple[str, int]] = (),
    ) -> Answer:
        """Have a command decided and stored. A refusal is an answer; `GuardMoved` asks to look again and repeat.

        `said`: what the sender really said, by which a retry is recognised, when the command holds more than that
        (the time, for example). `guards`: streams that must still be at these versions.
        """
        return await self._actors.send(self._sent(command, id, sender, said, tuple(Guard(*guard) for guard in guards)))

    async def send_together(
        self,
        commands: Sequence[Any],
        *,
        id: UUID,
        sender: str,
        said: object = None,
        guards: Sequence[tuple[str, int]] = (),
    ) -> Answer:
        """Have commands for different streams decided and stored as one: all of them or none; see `send`."""
        said = list(commands) if said is None else said
        first, *others = [self._sent(command, id, sender, said, ()) for command in commands]
        first = replace(first, guards=tuple(Guard(*guard) for guard in guards))
        return await self._actors.send_together([first, *others])

    def _sent(self, command: Any, id_: UUID, sender: str, said: object, guards: tuple[Guard, ...]) -> Sent:
        digest = self._digest(command if said is None else said)
        about = Metadata(id_, id_, "request", sender)
        return Sent(self._deciders[type(command)], command, CommandId(id_, sender, digest), about, guards)

    async def _dispatch(self, command: object, id_: UUID, correlation: UUID, causation: str, sender: str) -> Answer:
        about = Metadata(id_, correlation, causation, sender)
        decider = self._deciders[type(command)]
        sent = Sent(decider, command, CommandId(id_, sender, self._digest(command)), about, must=True)
        return await self._actors.send(sent)

    async def _send_timer(self, command: object, id_: UUID, correlation: UUID, causation: str) -> Answer:
        return await self._dispatch(command, id_, correlation, causation, "timer")

    async def state(self, decider: Decider[Any, State, Any], key: object, *, fresh: bool = False) -> tuple[State, int]:
        """The state of a stream and its version, from its actor; `fresh` also sees what other processes wrote."""
        return await self._actors.state(decider, decider.stream_of(key), fresh=fresh)

    async def subject(self, email: str) -> UUID:
        """The person with this e-mail address, for sealing; made on first use."""
        return await self.keys.subject(email)

    # ---- reading

    @property
    def tail(self) -> Tail:
        """What happens, as this process hears of it."""
        return self._tail

    def shown(self, view: View[Any]) -> int:
        """Up to where a view's table is known here to be true; it may be truer."""
        return self._followers[view.name].position

    def watch(self, view: View[Row], key: UUID) -> AsyncGenerator[Row | None, None]:
        """A whole row at once and after every change, at most one per 250 ms."""
        return self.live.watch(view, key)

    async def until(
        self,
        view: View[Row],
        key: UUID,
        true_of: Callable[[Row | None], bool],
        timeout: float = 5.0,
        born: int | None = None,
    ) -> Row | None:
        """A row as soon as something is true of it, else as it is after `timeout` seconds; see `Live.until`."""
        return await self.live.until(view, key, true_of, timeout, born)

    async def caught_up(self, view: View[Any], position: int, timeout: float = 2.0) -> bool:
        """Wait until a view's table shows everything up to a position; False after `timeout` seconds."""
        follower = self._followers[view.name]
        try:
            async with asyncio.timeout(timeout):
                if self._works:
                    await follower.reached(position)
                while not self._works and await self._bookmark(view.name) < position:
                    await asyncio.sleep(POLL)  # another process keeps the view
        except TimeoutError:
            return False
        return True

    async def until_reached(self, follower: str, position: int) -> None:
        """Return when a follower of this process, of any kind, has handled everything up to a position."""
        await self._followers[follower].reached(position)

    async def until_no_timer_is_due(self) -> None:
        """Return when every timer whose time has come was sent and put away."""
        while await self._timers.fire():
            pass

    async def _bookmark(self, name: str) -> int:
        async with self.database.reading() as db:
            return await db.scalar(sa.select(bookmarks.c.position).where(bookmarks.c.name == name)) or 0

    # ---- life

    @asynccontextmanager
    async def running(
        self, *, work: bool = True, died: Callable[[BaseException], None] | None = None
    ) -> AsyncIterator["Engine"]:
        """Set everything going; `work=False` leaves followers, processes and timers to other processes.

        A part that dies is never replaced in silence: `died` is told why, and is expected to end the process.
        """
        if isinstance(self.clock, DatabaseClock):
            await self.clock.look(self.database)
        await self._tail.begin()
        parts: list[Tail | Follower | Timers] = []
        if work:
            for follower in self._followers.values():
                await follower.begin()
            parts += [*self._followers.values(), self._timers]
        parts.append(self._tail)
        tasks = [asyncio.create_task(part.run()) for part in parts]
        bell = asyncio.create_task(self._doorbell.run(self._tail.wake))
        watch = asyncio.create_task(self._guard([*tasks, bell], died))
        self._works = work
        try:
            yield self
        finally:
            self._works = False
            watch.cancel()
            for part, task in zip(parts, tasks, strict=True):
                await _end(part, task)
            bell.cancel()
            await asyncio.gather(watch, bell, *tasks, return_exceptions=True)
            await self.commit.close()

    async def close(self) -> None:
        """Give all connections back, once nothing runs any more."""
        await self.log.close()
        await self.database.close()

    @staticmethod
    async def _guard(tasks: Sequence[asyncio.Task[None]], died: Callable[[BaseException], None] | None) -> None:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            # Nothing here ends by itself: a part that was cancelled from inside is as dead as one that failed.
            error = asyncio.CancelledError() if task.cancelled() else task.exception() or RuntimeError("it ended")
            log.critical("a part of the engine died, everything stops", exc_info=error)
            if died is not None:
                died(error)


async def _end(part: Tail | Follower | Timers, task: asyncio.Task[None]) -> None:
    """Stop a part of the engine between two of its steps, or after `LAST_STEP` seconds in the middle of one."""
    try:
        async with asyncio.timeout(LAST_STEP), part.step:
            task.cancel()
    except TimeoutError:
        task.cancel()
