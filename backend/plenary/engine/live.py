"""Live screens: rows of views kept in memory while somebody watches, folded from the tail, pushed when they change.

Nothing is asked of the database per watcher or per change. A push carries the whole row, so a watcher who misses one
is late, never wrong; under load each watcher gets one row per `QUIET`, and always the last one.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from plenary.engine.database import Database, outlast
from plenary.engine.messages import Event, Metadata
from plenary.engine.observer import Observer
from plenary.engine.tail import Tail
from plenary.engine.views import Row, View, read_row

log = logging.getLogger(__name__)
QUIET: Final = 0.25
"""Seconds between two pushes of one row; a change after as much quiet is pushed at once."""


class Topic:
    """One row of one view, true up to `position`."""

    def __init__(self, view: View[Any], key: UUID, observer: Observer) -> None:
        """Not yet in step with the tail."""
        self.view, self.key, self._observer = view, key, observer
        self._cause: Metadata | None = None
        self.row: Any = None
        self.position = 0
        self.in_step = False
        self.replaced = 0
        """How often its view was replaced by a new one while somebody looked at it."""
        self.loading: asyncio.Task[None] | None = None
        self.watchers: set[asyncio.Event] = set()
        self.waiters: list[tuple[Callable[[Any], bool], asyncio.Future[Any]]] = []
        self._pushed_at = float("-inf")
        self._push: asyncio.TimerHandle | None = None

    def fold(self, event: Event) -> None:
        """Take an event that may concern this row."""
        if event.position <= self.position:
            return
        self.position = event.position
        try:
            row = self.view.fold(self.row, event)
        except Exception as problem:  # the view's follower puts the event aside; what is shown stays as it was
            log.error("%s cannot show event %d: %s", self.view.name, event.position, type(problem).__name__)
            return
        if row is self.row:
            return
        self.row, self._cause = row, event.metadata
        self.answer()
        self.tell()

    def answer(self) -> None:
        """Tell those who wait for what is true now. What was on the way into step, was before anybody asked."""
        for waiter in [waiter for waiter in self.waiters if self.in_step and waiter[0](self.row)]:
            self.waiters.remove(waiter)
            if not waiter[1].done():
                waiter[1].set_result(self.row)

    def tell(self) -> None:
        """Have the watchers look, as soon as they may be told again."""
        if self.watchers and self._push is None:
            loop = asyncio.get_running_loop()
            self._push = loop.call_at(max(loop.time(), self._pushed_at + QUIET), self._tell)

    def _tell(self) -> None:
        self._push, self._pushed_at = None, asyncio.get_running_loop().time()
        for watcher in self.watchers:
            watcher.set()
        if self._cause is not None:
            self._observer.pushed(self.view.name, self._cause)

    @property
    def unused(self) -> bool:
        """Whether nobody looks at it."""
        return not self.watchers and not self.waiters


class Live:
    """All rows that somebody in this process watches."""

    def __init__(
        self, views: Iterable[View[Any]], tail: Tail, database: Database, observer: Observer | None = None
    ) -> None:
        """Hears of every new event from the tail."""
        self._tail, self._database, self._observer = tail, database, observer or Observer()
        self._topics: dict[str, tuple[View[Any], dict[UUID, Topic]]] = {view.name: (view, {}) for view in views}
        tail.listen(self._hear)

    def _hear(self, events: Sequence[Event]) -> None:
        watched = [(view, topics) for view, topics in self._topics.values() if topics]
        for event in events:
            for view, topics in watched:
                with suppress(Exception):  # an event that no row can be found for is put aside by the view's follower
                    key = view.key_of(event)
                    topic = topics.get(key) if key else None
                    if topic is not None and topic.in_step:
                        topic.fold(event)

    def reload(self, name: str) -> None:
        """A view was replaced by a new one: its rows are read again, and pushed."""
        for topic in self._topics.get(name, (None, {}))[1].values():
            topic.replaced += 1
            if topic.in_step:
                topic.in_step = False
                topic.loading = asyncio.create_task(self._reload(topic))

    async def _reload(self, topic: Topic) -> None:
        try:
            await self._load(topic)
        except Exception as problem:  # whoever asks next tries again
            log.error("%s cannot be shown anew: %s", topic.view.name, type(problem).__name__)
            topic.loading = None
        else:
            topic.answer()
            topic.tell()

    async def watch(self, view: View[Row], key: UUID) -> AsyncGenerator[Row | None, None]:
        """The row now, and again after every change; None while there is no such row."""
        changed = asyncio.Event()
        topic = self._topic(view, key)
        topic.watchers.add(changed)
        try:
            await self._bring_in_step(topic)
            while True:
                changed.clear()
                yield topic.row
                await changed.wait()
        finally:
            topic.watchers.discard(changed)
            self._drop(topic)

    async def until(
        self, view: View[Row], key: UUID, true_of: Callable[[Row | None], bool], timeout: float, born: int | None = None
    ) -> Row | None:
        """The row as soon as something is true of it, or as it is after `timeout` seconds.

        `born`: the position of an event before which there was no such row; spares a read.
        """
        topic = self._topic(view, key)
        met: asyncio.Future[Row | None] = asyncio.get_running_loop().create_future()
        waiter = (true_of, met)
        topic.waiters.append(waiter)
        try:
            if born is None or not self._born(topic, born):
                await self._bring_in_step(topic)
            if true_of(topic.row):
                return topic.row  # type: ignore[no-any-return]  # the topic's row is the view's
            async with asyncio.timeout(timeout):
                return await met
        except TimeoutError:
            return topic.row  # type: ignore[no-any-return]  # the topic's row is the view's
        finally:
            if waiter in topic.waiters:
                topic.waiters.remove(waiter)
            self._drop(topic)

    def _topic(self, view: View[Any], key: UUID) -> Topic:
        topics = self._topics[view.name][1]
        if (topic := topics.get(key)) is None:
            topic = topics[key] = Topic(view, key, self._observer)
        return topic

    def _drop(self, topic: Topic) -> None:
        topics = self._topics[topic.view.name][1]
        if topic.unused and topics.get(topic.key) is topic:
            del topics[topic.key]

    def _born(self, topic: Topic, position: int) -> bool:
        """Bring a row into step that did not exist before a position, from memory alone; whether that was possible."""
        if topic.in_step:
            return True
        if topic.loading is not None:
            return False
        before = max(position - 1, 0)
        events = self._tail.kept_after(before, self._tail.head)
        if events is None:
            return False
        self._fold_all(topic, events)
        topic.position, topic.in_step = max(before, self._tail.head), True
        return True

    async def _bring_in_step(self, topic: Topic) -> None:
        if topic.in_step:
            return
        if topic.loading is None:
            topic.loading = asyncio.create_task(self._load(topic))
        await asyncio.shield(topic.loading)

    async def _load(self, topic: Topic) -> None:
        replaced = None
        while replaced != topic.replaced:
            replaced = topic.replaced
            topic.row, topic.position = await outlast(lambda: read_row(self._database, topic.view, topic.key))
            while topic.position < self._tail.head:
                events = await self._tail.after(topic.position)
                self._fold_all(topic, events)
                topic.position = events[-1].position
        topic.in_step = True

    @staticmethod
    def _fold_all(topic: Topic, events: Sequence[Event]) -> None:
        for event in events:
            if topic.view.key_of(event) == topic.key:
                topic.fold(event)
