"""Actors: one for each stream in use, which decides all waiting commands in memory and stores them with one append.

A cached state may be trusted to accept: if it was stale, the append is refused and the actor looks again. To refuse,
it must be fresh; an append, or else one small read, proves that. Answers are given only after what they rest on is
durable.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from plenary.engine.answers import Accepted, Answer, Busy, GuardMoved, KeyReused, repeated
from plenary.engine.decider import Decider, Refusal
from plenary.engine.messages import Messages, Metadata
from plenary.engine.snapshots import Snapshots
from plenary.log.contract import Append, CommandId, EventLog, Guard, Verdict, Write
from plenary.log.group_commit import GroupCommit, LogBusy

BATCH: Final = 500
ALONE: Final = 25
"""After so many batches without a sign of another process an actor believes that it is alone; it asks as often."""
KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A command with all that is known of it on its way to its actor."""

    decider: Decider[Any, Any, Any]
    command: Any
    id: CommandId
    metadata: Metadata
    guards: tuple[Guard, ...] = ()
    must: bool = False
    """Follows from what is stored already: it is never turned away for load."""


@dataclass(slots=True, eq=False)
class _Waiting:
    sent: Sent
    answer: asyncio.Future[Answer]

    def give(self, answer: Answer) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


@dataclass(slots=True, eq=False)
class Actor:
    """What is known of one stream: its state at a version (None: not looked yet), and who waits for it."""

    stream: str
    decider: Decider[Any, Any, Any]
    state: Any
    version: int | None = None
    snapshot: int = 0
    """The version of its newest snapshot, as far as is known here."""
    alone: int = ALONE
    """The number of batches since the last sign of another process that writes the stream."""

    @property
    def takes_turns(self) -> bool:
        """Also now and then when it never lost: who always loses against it waits for a turn, and is let in by that."""
        return self.alone < ALONE or (self.alone + 1) % ALONE == 0

    inbox: deque[_Waiting] = field(default_factory=deque)
    worker: asyncio.Task[None] | None = None


class Actors:
    """All actors of a process."""

    def __init__(self, log: EventLog, commit: GroupCommit, messages: Messages, snapshots: Snapshots) -> None:
        """`commit` is the one way into the log."""
        self._log, self._commit, self._messages, self._snapshots = log, commit, messages, snapshots
        self._actors: OrderedDict[str, Actor] = OrderedDict()

    async def send(self, sent: Sent) -> Answer:
        """Have a command decided by its stream's actor; the answer is durable."""
        actor = self._actor(sent.decider, sent.decider.stream(sent.command))
        waiting = _Waiting(sent, asyncio.get_running_loop().create_future())
        actor.inbox.append(waiting)
        if actor.worker is None:
            actor.worker = asyncio.create_task(self._work(actor), context=Context())  # of no single command
        return await asyncio.shield(waiting.answer)

    async def send_together(self, together: Sequence[Sent]) -> Answer:
        """Have commands for several streams, under one id, decided and stored as one: all of them or none.

        A guard may also name a stream that the commands are about: then they are decided at that version only.
        """
        guards = [guard for sent in together for guard in sent.guards]
        actors = [self._actor(sent.decider, sent.decider.stream(sent.command)) for sent in together]
        while True:
            for actor in actors:
                if actor.version is None:
                    await self._refresh(actor)
            versions = {actor.stream: actor.version or 0 for actor in actors}
            if moved := [guard for guard in guards if versions.get(guard.stream, guard.version) != guard.version]:
                return GuardMoved(moved[0].stream)
            plans = [
                _decide(actor, [_Waiting(sent, asyncio.get_running_loop().create_future())])
                for actor, sent in zip(actors, together, strict=True)
            ]
            if refusals := [refusal for plan in plans for _, refusal in plan.refused]:
                if answered := (await self._log.answered([together[0].id.id])).get(together[0].id.id):
                    return repeated(together[0].id, answered)
                if any([await self._refresh(actor) for actor in actors]):
                    continue
                return refusals[0]
            try:
                outside = [guard for guard in guards if guard.stream not in versions]
                verdict = await self._append(dict(zip(versions, plans, strict=True)), [together[0].id], outside)
            except LogBusy as busy:
                return Busy(busy.retry_after)
            if verdict.accepted and verdict.position is not None:
                for actor, plan in zip(actors, plans, strict=True):
                    if actor.version == plan.version:
                        actor.state, actor.version = plan.state, verdict.versions[actor.stream]
                return Accepted(verdict.position)
            if verdict.duplicates:
                return repeated(together[0].id, verdict.duplicates[0])
            if moved := [guard for guard in guards if verdict.versions.get(guard.stream) != guard.version]:
                return GuardMoved(moved[0].stream)
            for actor in actors:
                await self._refresh(actor)

    async def _append(
        self, plans: Mapping[str, "_Plan"], commands: Sequence[CommandId], guards: Sequence[Guard], must: bool = False
    ) -> Verdict:
        """Store what was decided for some streams; where that is nothing, it rests on the stream's version."""
        writes, rests_on = list[Write](), list(guards)
        for stream, plan in plans.items():
            if not plan.events:
                rests_on.append(Guard(stream, plan.version))
                continue
            await self._messages.load_people([event for event, _ in plan.events])
            numbered = enumerate(plan.events, plan.version + 1)
            events = tuple(self._messages.encode(event, stream, version, about) for version, (event, about) in numbered)
            writes.append(Write(stream, plan.version, events))
        return await self._commit.append(Append(tuple(commands), tuple(writes), tuple(rests_on)), must=must)

    async def state(self, decider: Decider[Any, Any, Any], stream: str, *, fresh: bool) -> tuple[Any, int]:
        """The state of a stream and its version; `fresh` looks for what others have written since the last look."""
        actor = self._actor(decider, stream)
        if fresh or actor.version is None:
            await self._refresh(actor)
        return actor.state, actor.version or 0

    def _actor(self, decider: Decider[Any, Any, Any], stream: str) -> Actor:
        actor = self._actors.get(stream)
        if actor is None:
            if len(self._actors) >= KEPT:
                self._forget_idle()
            actor = self._actors[stream] = Actor(stream, decider, decider.initial)
        self._actors.move_to_end(stream)
        return actor

    def forget(self) -> None:
        """Know nothing any more; who is at work ends it with what it knows, and the log checks it."""
        self._actors.clear()

    def _forget_idle(self) -> None:
        for stream in [stream for stream, actor in self._actors.items() if actor.worker is None][: KEPT // 10]:
            del self._actors[stream]

    async def _work(self, actor: Actor) -> None:
        batch: list[_Waiting] = []
        try:
            while actor.inbox:
                if not actor.takes_turns:
                    actor.alone += 1
                    await self._carry_out(actor, batch := self._take(actor))
                    continue
                async with self._log.turn(actor.stream):
                    actor.alone = 0 if await self._refresh(actor) else actor.alone + 1
                    await self._carry_out(actor, batch := self._take(actor))
        except BaseException as broken:
            actor.version, actor.state = None, actor.decider.initial
            for waiting in (*batch, *actor.inbox):
                if not waiting.answer.done():
                    waiting.answer.set_exception(broken)
            actor.inbox.clear()
            if not isinstance(broken, Exception):
                raise
        finally:
            actor.worker = None

    @staticmethod
    def _take(actor: Actor) -> list[_Waiting]:
        """The commands to decide together. One with guards goes alone, so that its guards concern nobody else."""
        batch = [actor.inbox.popleft()]
        while actor.inbox and len(batch) < BATCH and not batch[0].sent.guards and not actor.inbox[0].sent.guards:
            batch.append(actor.inbox.popleft())
        return batch

    async def _carry_out(self, actor: Actor, batch: list[_Waiting]) -> None:
        if actor.version is None:
            if isinstance(batch[0].sent.command, actor.decider.creating):
                actor.version = 0  # a guess that the append will check
            else:
                await self._refresh(actor)
        while not (plan := _decide(actor, batch)).accepted:
            if not await self._refresh(actor):
                await self._refuse(plan.refused)
                return
        commands, must = [w.sent.id for w in plan.accepted], any(w.sent.must for w in plan.accepted)
        guards = plan.accepted[0].sent.guards  # a command with guards is alone in its batch
        try:
            verdict = await self._append({actor.stream: plan}, commands, guards, must)
        except LogBusy as busy:
            for waiting in plan.accepted:
                waiting.give(Busy(busy.retry_after))
        else:
            if verdict.accepted and verdict.position is not None:
                if verdict.versions[actor.stream] > (actor.version or 0):
                    actor.state, actor.version = plan.state, verdict.versions[actor.stream]
                    known = (actor.decider, actor.stream, actor.version, actor.state)
                    actor.snapshot = self._snapshots.keep(*known, newest=actor.snapshot)
                for waiting in plan.accepted:
                    waiting.give(Accepted(verdict.position))
                await self._refuse(plan.refused)
                return
            _settle(plan.accepted, verdict)
            if verdict.versions[actor.stream] != plan.version:
                actor.alone = 0
            await self._refresh(actor)
        actor.inbox.extendleft(waiting for waiting in reversed(batch) if not waiting.answer.done())

    async def _refuse(self, refused: Sequence[tuple[_Waiting, Refusal]]) -> None:
        """Answer with refusals, unless a command was carried out before and only comes again."""
        if refused:
            known = await self._log.answered([waiting.sent.id.id for waiting, _ in refused])
            for waiting, refusal in refused:
                answered = known.get(waiting.sent.id.id)
                waiting.give(refusal if answered is None else repeated(waiting.sent.id, answered))

    async def _refresh(self, actor: Actor) -> bool:
        """Read what the stream holds beyond what is known; whether that was anything."""
        before = actor.version or 0
        while True:
            state, base = actor.state, actor.version or 0
            known = base
            if actor.version is None:
                state, base, rows = await self._snapshots.load(actor.decider, actor.stream)
                actor.snapshot = base
            else:
                rows = await self._log.stream(actor.stream, known)
            events = await self._messages.decode(rows)
            if (actor.version or 0) >= known:
                break  # otherwise all was forgotten meanwhile: what was read does not follow on what is left
        if base > (actor.version or 0):
            actor.state, actor.version = state, base
        for event in events:
            if event.version > (actor.version or 0):  # another look at the same stream may have been faster
                actor.state, actor.version = actor.decider.evolve(actor.state, event.data), event.version
        actor.version = actor.version or 0
        return actor.version > before


@dataclass(slots=True)
class _Plan:
    """A batch decided in memory: the state after it, the version it was based on, and who is to be told what."""

    state: Any
    version: int
    events: list[tuple[Any, Metadata]] = field(default_factory=list)
    accepted: list[_Waiting] = field(default_factory=list)
    refused: list[tuple[_Waiting, Refusal]] = field(default_factory=list)


def _decide(actor: Actor, batch: Sequence[_Waiting]) -> _Plan:
    plan, ids = _Plan(actor.state, actor.version or 0), set[UUID]()
    for waiting in batch:
        sent = waiting.sent
        answer = KeyReused() if sent.id.id in ids else actor.decider.decide(sent.command, plan.state)
        if isinstance(answer, Refusal):
            plan.refused.append((waiting, answer))
            continue
        ids.add(sent.id.id)
        for event in answer:
            plan.state = actor.decider.evolve(plan.state, event)
            plan.events.append((event, sent.metadata))
        plan.accepted.append(waiting)
    return plan


def _settle(batch: Sequence[_Waiting], verdict: Verdict) -> None:
    """Answer those commands of a refused append that need no second look."""
    known = {answered.id: answered for answered in verdict.duplicates}
    for waiting in batch:
        if (answered := known.get(waiting.sent.id.id)) is not None:
            waiting.give(repeated(waiting.sent.id, answered))
        elif moved := [g for g in waiting.sent.guards if verdict.versions.get(g.stream, g.version) != g.version]:
            waiting.give(GuardMoved(moved[0].stream))
