"""The engine: the log, its actors, followers, processes, timers and live screens, joined and set going."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from plenary.engine.actors import Actors, Sent
from plenary.engine.answers import Answer
from plenary.engine.clock import Clock, DatabaseClock, keep_right
from plenary.engine.database import Database
from plenary.engine.decider import Decider, State
from plenary.engine.doorbell import Doorbell
from plenary.engine.followers import Follower, Handler
from plenary.engine.leases import LAST_STEP, SECONDS, Lease, Leases, Part
from plenary.engine.live import Live
from plenary.engine.messages import Digest, Event, Messages, Metadata, Upcaster
from plenary.engine.observer import Observer
from plenary.engine.person import PersonErased
from plenary.engine.process import Process
from plenary.engine.progress import Progress
from plenary.engine.reactor import Reactor
from plenary.engine.sealed import Keys
from plenary.engine.snapshots import Snapshots
from plenary.engine.tail import Tail
from plenary.engine.timers import Firing, Timers
from plenary.engine.views import Projector, Row, View
from plenary.engine.work import TIMERS, begin_work
from plenary.log.contract import CommandId, EventLog, Guard
from plenary.log.group_commit import GroupCommit

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
        observer: Observer | None = None,
        lease_seconds: float = SECONDS,
    ) -> None:
        """`master`: the installation's 32 bytes for sealing. Without a clock, the database's time is used.

        `lease_seconds`: how long the background work of a process rests that was killed, before others do it.
        """
        self.plan, self.database, self.log = plan, database, log
        self.clock: Clock = clock or DatabaseClock()
        self.keys = Keys(database, master)
        self._doorbell, self.observer = doorbell or Doorbell(), observer or Observer()
        commands = [command for decider in plan.deciders for command in decider.commands]
        events = [event for decider in plan.deciders for event in decider.events]
        self._deciders = {command: decider for decider in plan.deciders for command in decider.commands}
        self.messages = Messages(events, commands, self.keys, plan.upcasters)
        self._digest = Digest(master)
        self.death: BaseException | None = None
        self.commit = GroupCommit(log, self._grown, flushed=self.observer.flushed)
        self._actors = Actors(log, self.commit, self.messages, Snapshots(database, log))
        self.tail = Tail(log, self.messages)
        self.live = Live(plan.views, self.tail, database, self.observer)
        self.tail.listen(self._forget_erased)
        self.progress = Progress(database, self.live.reload)
        self._timers = Timers(database, self.messages, self.clock, self._send_timer)
        self._views = {view.name: view for view in plan.views}
        self._processes = {process.name: process for process in plan.processes}
        work = dict.fromkeys([*self._views, *self._processes, *plan.handlers], self._follower)
        self.work = (*work, TIMERS)
        self._leases = Leases(database, work | {TIMERS: lambda lease: Firing(lease, self._timers)}, lease_seconds)

    def _follower(self, lease: Lease) -> Part:
        """Whoever follows the log under this name, new for each lease: what it remembers is not older than that."""
        name = lease.name
        handler: Handler
        if view := self._views.get(name):
            handler = Projector(view, self.database)
        elif process := self._processes.get(name):
            handler = Reactor(process, self._timers, self._dispatch, self.now)
        else:
            handler = self.plan.handlers[name](self)
        return Follower(lease, handler, self.tail, self.database, self.progress, self.observer)

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return self.clock.now()

    def _forget_erased(self, events: Sequence[Event]) -> None:
        """Keep nothing in memory of people who were erased."""
        if erased := [event.data.subject for event in events if isinstance(event.data, PersonErased)]:
            for subject in erased:
                self.keys.forget(subject)
            self._actors.forget()
            self.tail.forget()

    def _grown(self, head: int) -> None:
        self.tail.wake()
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
        return await self._carry_out(self._sent(command, id, sender, said, tuple(Guard(*guard) for guard in guards)))

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
        name = "+".join(type(command).__name__ for command in commands)
        return await self.observer.command(name, first.metadata, self._actors.send_together([first, *others]))

    def _sent(self, command: Any, id_: UUID, sender: str, said: object, guards: tuple[Guard, ...]) -> Sent:
        digest = self._digest(command if said is None else said)
        about = Metadata(id_, id_, "request", sender, self.now())
        return Sent(self._deciders[type(command)], command, CommandId(id_, sender, digest), about, guards)

    async def _dispatch(self, command: object, id_: UUID, correlation: UUID, causation: str, sender: str) -> Answer:
        about = Metadata(id_, correlation, causation, sender, self.now())
        known = CommandId(id_, sender, self._digest(id_))
        return await self._carry_out(Sent(self._deciders[type(command)], command, known, about, must=True))

    async def _carry_out(self, sent: Sent) -> Answer:
        return await self.observer.command(type(sent.command).__name__, sent.metadata, self._actors.send(sent))

    async def _send_timer(self, command: object, id_: UUID, correlation: UUID, causation: str) -> Answer:
        return await self._dispatch(command, id_, correlation, causation, "timer")

    async def state(self, decider: Decider[Any, State, Any], key: object, *, fresh: bool = False) -> tuple[State, int]:
        """The state of a stream and its version, from its actor; `fresh` also sees what other processes wrote."""
        return await self._actors.state(decider, decider.stream_of(key), fresh=fresh)

    async def subject(self, email: str) -> UUID:
        """The person with this e-mail address, for sealing; made on first use."""
        return await self.keys.subject(email)

    # ---- reading

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

    async def heard(self, position: int, timeout: float = 2.0) -> bool:
        """Wait until live rows of this process show everything up to a position; False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self.tail.wait(position - 1)
        except TimeoutError:
            return False
        return True

    async def caught_up(self, view: View[Any], position: int, timeout: float = 2.0) -> bool:
        """Wait until a view's table shows everything up to a position; False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self.progress.reached(view.name, position)
        except TimeoutError:
            return False
        return True

    async def until_reached(self, follower: str, position: int) -> None:
        """Return when a follower of any kind has handled everything up to a position, wherever it runs."""
        await self.progress.reached(follower, position)

    async def until_no_timer_is_due(self) -> None:
        """Return when every timer whose time has come was sent and put away."""
        while await self._timers.fire():
            pass

    # ---- life

    @asynccontextmanager
    async def running(
        self, *, work: bool = True, died: Callable[[BaseException], None] | None = None
    ) -> AsyncIterator["Engine"]:
        """Set everything going; `work=False` leaves followers, processes and timers to other processes.

        A part that dies is never replaced in silence: `died` is told why, and is expected to end the process.
        """
        await self.clock.look(self.database)
        await self.tail.begin()
        await self.progress.look()
        parts: list[Tail | Leases] = [self.tail]
        if work:
            await begin_work(self.database, self.log, self._views, [*self._processes, *self.plan.handlers])
            parts.insert(0, self._leases)
        others = [self.progress.run(), keep_right(self.clock, self.database), self._doorbell.run(self.tail.wake)]
        tasks = [asyncio.create_task(part.run()) for part in parts] + [asyncio.create_task(other) for other in others]
        watch = asyncio.create_task(self._guard(tasks, died))
        try:
            yield self
        finally:
            watch.cancel()
            for part, task in zip(parts, tasks, strict=False):
                await _end(part, task)
                if part is self._leases:
                    await self._leases.finish()
            for task in tasks:
                task.cancel()
            await asyncio.gather(watch, *tasks, return_exceptions=True)
            await self.commit.close()

    async def close(self) -> None:
        """Give all connections back, once nothing runs any more."""
        await self.log.close()
        await self.database.close()

    async def _guard(self, tasks: Sequence[asyncio.Task[None]], died: Callable[[BaseException], None] | None) -> None:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            # Nothing here ends by itself: a part that was cancelled from inside is as dead as one that failed.
            error = asyncio.CancelledError() if task.cancelled() else task.exception() or RuntimeError("it ended")
            self.death = error
            log.critical("a part of the engine died, everything stops", exc_info=error)
            if died is not None:
                died(error)


async def _end(part: Tail | Leases, task: asyncio.Task[None]) -> None:
    """Stop a part of the engine between two of its steps, or after `LAST_STEP` seconds in the middle of one."""
    try:
        async with asyncio.timeout(LAST_STEP), part.step:
            task.cancel()
    except TimeoutError:
        task.cancel()
