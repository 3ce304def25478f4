"""Everybody who watches one house: the log's lines, the metrics and, where they are wanted, the traces."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from plenary.engine.answers import Answer
from plenary.engine.messages import Event, Metadata
from plenary.engine.observer import Observer
from plenary.log.contract import Append
from plenary.operations.doors import Doors
from plenary.operations.logs import Correlated
from plenary.operations.metrics import Metrics

log = logging.getLogger(__name__)


class Everybody(Observer):
    """Several observers as one. What goes wrong with one of them is written down and stops nobody's work."""

    def __init__(self, *observers: Observer) -> None:
        """The first is told first, and hears of a command's answer last."""
        self._observers = observers

    @contextmanager
    def request(self, name: str | None) -> Iterator[None]:
        """While the block runs, one thing is asked for from outside."""
        with ExitStack() as within:
            for observer in self._observers:
                within.enter_context(observer.request(name))
            yield

    async def command(self, name: str, about: Metadata, answer: Awaitable[Answer]) -> Answer:
        """A command is carried out while `answer` is awaited."""
        for observer in reversed(self._observers):
            answer = observer.command(name, about, answer)
        return await answer

    def flushed(self, batch: Sequence[Append], waited: Sequence[float], seconds: float) -> None:
        """Appends were stored together."""
        self._tell(lambda observer: observer.flushed(batch, waited, seconds))

    def handled(self, follower: str, events: Sequence[Event], seconds: float) -> None:
        """A follower has handled a batch."""
        self._tell(lambda observer: observer.handled(follower, events, seconds))

    def pushed(self, view: str, cause: Metadata) -> None:
        """A row has changed before those who watch it."""
        self._tell(lambda observer: observer.pushed(view, cause))

    def _tell(self, tell: Callable[[Observer], None]) -> None:
        for observer in self._observers:
            try:
                tell(observer)
            except Exception as broken:
                log.error("an observer failed", exc_info=broken)


class Watched:
    """All that watches one house."""

    def __init__(self, traces: str | None) -> None:
        """`traces`: the address that they are sent to, if any."""
        self.metrics = Metrics()
        observers: list[Observer] = [Correlated(), self.metrics]
        self._closing: list[Callable[[], None]] = []
        if traces is not None:
            from plenary.operations.traces import sent_to  # a tenth of a second, only where they are wanted

            tracing = sent_to(traces)
            observers.append(tracing)
            self._closing.append(tracing.close)
        self.observers = tuple(observers)
        self.observer: Observer = Everybody(*observers)

    def count(self, doors: Doors, operations: Callable[[], int], pushes: Callable[[], int]) -> None:
        """Show in the metrics what others count: who is inside, what runs on sockets, what was sent."""
        reads = self.metrics.reads
        reads("plenary_requests", "Requests inside, waiting ones among them.", "", lambda: {"": doors.requests})
        reads("plenary_screens", "Live screens by how they are connected.", "transport", lambda: doors.screens)
        reads("plenary_operations", "Operations that run on sockets.", "", lambda: {"": operations()})
        reads("plenary_pushes", "Results sent to live screens.", "", lambda: {"": pushes()}, grows=True)
        reads("plenary_turned_away", "Refused for load, by what.", "what", lambda: doors.refused, grows=True)

    async def close(self) -> None:
        """Send what is not sent yet."""
        for close in self._closing:
            await asyncio.to_thread(close)
