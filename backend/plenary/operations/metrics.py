"""What is counted of one house, in Prometheus's words: commands, flushes, followers, pushes, and what was refused."""

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Final, TypeVar

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.answers import Accepted, Answer, Busy
from plenary.engine.engine import Engine
from plenary.engine.messages import Event, Metadata
from plenary.engine.observer import Observer
from plenary.engine.tables import UtcDateTime
from plenary.log.contract import Append

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
PATIENCE: Final = 2.0
Counted = TypeVar("Counted", bound=Collector)


@dataclass(frozen=True, slots=True)
class Stored:
    """A number that the database knows. `sql` answers rows (label's value, number), or one number without a label."""

    name: str
    help: str
    sql: str
    label: str = ""

    async def ask(self, db: AsyncConnection, now: datetime) -> "Reading":
        """The number at this moment."""
        query = sa.text(self.sql)
        rows = await db.execute(
            query.bindparams(sa.bindparam("now", now, UtcDateTime())) if ":now" in self.sql else query
        )
        numbers = {(row[0] if self.label else ""): row[-1] for row in rows}
        return Reading(self.name, self.help, self.label, lambda: numbers)


STORED: Final = (
    Stored(
        "plenary_follower_lag_events",
        "Events in the log that a follower has not handled yet.",
        "SELECT name, (SELECT coalesce(max(position), 0) FROM events) - position FROM bookmarks WHERE name <> 'timers'",
        "follower",
    ),
    Stored(
        "plenary_parked_events",
        "Events that a follower has put aside.",
        "SELECT name, count(*) FROM parked GROUP BY name",
        "follower",
    ),
    Stored("plenary_timers_due", "Timers whose time has come.", "SELECT count(*) FROM timers WHERE due_at <= :now"),
    Stored("plenary_timers_waiting", "Timers for later.", "SELECT count(*) FROM timers WHERE due_at > :now"),
)
"""Asked when somebody reads the metrics, one cheap query each."""


@dataclass(frozen=True, slots=True)
class Reading(Collector):
    """Numbers that somebody else counts, by label (or one under ""), read when they are asked for."""

    name: str
    help: str
    label: str
    read: Callable[[], dict[str, int]]
    grows: bool = False

    def collect(self) -> list[CounterMetricFamily | GaugeMetricFamily]:
        """The numbers as they are now."""
        kind = CounterMetricFamily if self.grows else GaugeMetricFamily
        family = kind(self.name, self.help, labels=[self.label] if self.label else [])
        for label, number in self.read().items():
            family.add_metric([label] if self.label else [], number)
        return [family]


@dataclass(slots=True, eq=False)
class Tally(Collector):
    """Things that are counted by some labels, in the event loop alone: nobody else counts, so nothing is locked."""

    name: str
    help: str
    labels: tuple[str, ...]
    counted: defaultdict[tuple[str, ...], float] = field(default_factory=lambda: defaultdict(float))

    def collect(self) -> list[CounterMetricFamily]:
        """The numbers as they are now."""
        family = CounterMetricFamily(self.name, self.help, labels=self.labels)
        for labels, number in self.counted.items():
            family.add_metric(labels, number)
        return [family]


@dataclass(slots=True, eq=False)
class Spread(Collector):
    """How large things are, in steps; measured in the event loop alone."""

    name: str
    help: str
    steps: tuple[float, ...]
    total: float = 0.0
    _counted: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is measured yet."""
        self._counted = [0] * (len(self.steps) + 1)

    def add(self, size: float) -> None:
        """One more."""
        self._counted[bisect_left(self.steps, size)] += 1
        self.total += size

    def collect(self) -> list[HistogramMetricFamily]:
        """How many are no larger than each step."""
        bounds = [*map(floatToGoString, self.steps), "+Inf"]
        buckets = list(zip(bounds, accumulate(self._counted), strict=True))
        return [HistogramMetricFamily(self.name, self.help, buckets=buckets, sum_value=self.total)]


@dataclass(slots=True)
class Metrics(Observer):
    """One house's numbers; `registry` is its own, so that two houses in one process do not meet."""

    registry: CollectorRegistry = field(default_factory=lambda: CollectorRegistry(auto_describe=False))
    stored: Sequence[Stored] = STORED
    _commands: Tally = field(init=False)
    _seconds: Spread = field(init=False)
    _flush_size: Spread = field(init=False)
    _flush_seconds: Spread = field(init=False)
    _waited: Spread = field(init=False)
    _handled: Tally = field(init=False)
    _handling: Tally = field(init=False)
    _changes: Tally = field(init=False)

    def __post_init__(self) -> None:
        """Everything at zero."""
        by = ("command", "outcome", "refusal")
        self._commands = self._show(Tally("plenary_commands", "Commands by what became of them.", by))
        self._seconds = self._show(Spread("plenary_command_seconds", "From a command to its answer.", SECONDS))
        self._flush_size = self._show(Spread("plenary_flush_appends", "Appends in a flush.", SIZES))
        self._flush_seconds = self._show(Spread("plenary_flush_seconds", "How long a flush took.", SECONDS))
        waited = "How long an append waited for its flush."
        self._waited = self._show(Spread("plenary_append_wait_seconds", waited, SECONDS))
        self._handled = self._show(Tally("plenary_followed_events", "Events handled.", ("follower",)))
        self._handling = self._show(Tally("plenary_followed_seconds", "Time spent on them.", ("follower",)))
        self._changes = self._show(Tally("plenary_live_changes", "Changes of rows that are watched.", ("view",)))

    def _show(self, counted: Counted) -> Counted:
        self.registry.register(counted)
        return counted

    async def command(self, name: str, about: Metadata, answer: Awaitable[Answer]) -> Answer:
        """Count a command and what became of it."""
        outcome, refusal, began = "abandoned", "", asyncio.get_running_loop().time()
        try:
            answered = await answer
            outcome, refusal = outcome_of(answered)
            return answered
        except Exception:
            outcome = "fault"
            raise
        finally:
            self._commands.counted[name, outcome, refusal] += 1
            self._seconds.add(asyncio.get_running_loop().time() - began)

    def flushed(self, batch: Sequence[Append], waited: Sequence[float], seconds: float) -> None:
        """Count a flush."""
        self._flush_size.add(len(batch))
        self._flush_seconds.add(seconds)
        for one in waited:
            self._waited.add(one)

    def handled(self, follower: str, events: Sequence[Event], seconds: float) -> None:
        """Count a batch."""
        self._handled.counted[follower,] += len(events)
        self._handling.counted[follower,] += seconds

    def pushed(self, view: str, cause: Metadata) -> None:
        """Count a change."""
        self._changes.counted[view,] += 1

    def reads(
        self, name: str, help: str, label: str, read: Callable[[], dict[str, int]], *, grows: bool = False
    ) -> None:
        """Show numbers that somebody else keeps, by label; `grows`: they never become less."""
        self.registry.register(Reading(name, help, label, read, grows))

    async def page(self, engine: Engine) -> bytes:
        """Everything as text. A database that does not answer leaves only its own numbers out."""
        now, answers = CollectorRegistry(auto_describe=False), 1
        try:
            async with asyncio.timeout(PATIENCE), engine.database.reading() as db:
                for one in self.stored:
                    now.register(await one.ask(db, engine.now()))
        except (TimeoutError, sa.exc.SQLAlchemyError, OSError):
            answers = 0
        now.register(Reading("plenary_database_answers", "1 when the database answers.", "", lambda: {"": answers}))
        return generate_latest(self.registry) + generate_latest(now)


def outcome_of(answer: Answer) -> tuple[str, str]:
    """An answer in a word, and the name of its refusal."""
    if isinstance(answer, Accepted):
        return ("repeated" if answer.again else "accepted"), ""
    return ("busy" if isinstance(answer, Busy) else "refused"), type(answer).__name__
