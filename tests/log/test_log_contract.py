"""The contract of the log, kept in memory, on SQLite, on PostgreSQL also through PgBouncer, and noticed when broken."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from plenary.log.contract import Append, EventLog, Recorded, Verdict
from plenary.log.memory import MemoryLog
from plenary.log.postgres import PostgresLog
from plenary.log.sqlite import SqliteLog
from tests.databases import fresh_postgres, fresh_sqlite
from tests.log import log_races, log_rules
from tests.log.log_rules import Check, Open, command
from tests.servers import PgBouncer


@pytest.fixture(params=["memory", "sqlite", "postgres", "pgbouncer"])
async def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    match request.param:
        case "memory":
            log = MemoryLog()
            yield lambda: log
        case "sqlite":
            file, lock = fresh_sqlite(request.getfixturevalue("prepared_sqlite"), tmp_path), asyncio.Lock()
            async with closing_all(lambda: SqliteLog(file, lock)) as another:
                yield another
        case "postgres":
            async with (
                fresh_postgres(request.getfixturevalue("prepared_postgres")) as url,
                closing_all(lambda: PostgresLog(url)) as another,
            ):
                yield another
        case "pgbouncer":
            pgbouncer: PgBouncer = request.getfixturevalue("pgbouncer_server")
            async with (
                fresh_postgres(request.getfixturevalue("prepared_postgres")) as url,
                closing_all(lambda: PostgresLog(pgbouncer.url(url.rpartition("/")[2]), pgbouncer=True)) as another,
            ):
                yield another


@asynccontextmanager
async def closing_all(open_one: Callable[[], SqliteLog | PostgresLog]) -> AsyncIterator[Open]:
    async with AsyncExitStack() as opened:

        def another() -> EventLog:
            log = open_one()
            opened.push_async_callback(log.close)
            return log

        yield another


@pytest.mark.parametrize("check", [*log_rules.RULES, *log_races.RACES], ids=lambda check: check.__name__)
async def test_the_contract(check: Check, open_log: Open) -> None:
    await check(open_log)


class TrustsItsCallers(MemoryLog):
    """Takes every expected version for granted."""

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        return await super().append(
            [
                replace(a, writes=tuple(replace(w, expected=len(self._streams[w.stream])) for w in a.writes))
                for a in batch
            ]
        )


class LooksAway(MemoryLog):
    """Forgets to look at the guards."""

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        return await super().append([replace(a, guards=()) for a in batch])


class ForgetsCommands(MemoryLog):
    """Stores events, but not whose commands they answer."""

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        verdicts = await super().append(batch)
        self._answered.clear()
        return verdicts


class OneByOne(MemoryLog):
    """Lets neighbours in a batch see past each other."""

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        return [verdict for a in batch for verdict in await super(OneByOne, self).append([a])]


class HalfAnAppend(MemoryLog):
    """Stores each stream of an append on its own."""

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        for a in batch:
            for w in a.writes[:-1]:
                await super().append([Append((command(),), (w,))])
        return await super().append([replace(a, writes=a.writes[-1:]) for a in batch])


class NumbersBeforeItCommits(MemoryLog):
    """Hands out positions first and shows the events later, as a sequence in a database does."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden: set[int] = set()

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        before = len(self._events)
        verdicts = await super().append(batch)
        mine = set(range(before + 1, len(self._events) + 1))
        self._hidden |= mine
        for _ in range(random.Random(before).randrange(5)):
            await asyncio.sleep(0)
        self._hidden -= mine
        return verdicts

    async def after(self, position: int, limit: int = 1000) -> list[Recorded]:
        return [e for e in self._events[position:] if e.position not in self._hidden][:limit]


class DiesWithItsCaller(MemoryLog):
    """Stores the events, then loses its way before it has remembered the commands, if the caller goes away."""

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        known = dict(self._answered)
        verdicts = await super().append(batch)
        new, self._answered = self._answered, known
        await asyncio.sleep(0)
        self._answered |= new
        return verdicts


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (TrustsItsCallers, log_rules.an_outdated_expectation_is_refused),
        (TrustsItsCallers, log_rules.a_refused_command_is_not_remembered),
        (LooksAway, log_rules.a_guarded_stream_must_not_have_moved),
        (LooksAway, log_races.of_two_that_guard_each_other_only_one_succeeds),
        (ForgetsCommands, log_rules.a_repeated_command_is_answered_with_what_is_remembered),
        (ForgetsCommands, log_rules.a_command_that_changes_nothing_is_remembered),
        (ForgetsCommands, log_races.a_command_sent_many_times_at_once_counts_once),
        (OneByOne, log_rules.of_neighbours_in_a_batch_the_earlier_one_wins),
        (HalfAnAppend, log_rules.an_append_over_several_streams_happens_as_a_whole),
        (NumbersBeforeItCommits, log_races.concurrent_appends_are_seen_once_in_order_and_without_gaps),
        (DiesWithItsCaller, log_races.cancelled_and_repeated_appends_are_stored_once),
    ],
)
async def test_a_broken_log_is_noticed(broken: type[MemoryLog], check: Check) -> None:
    log = broken()
    with pytest.raises(AssertionError):
        await check(lambda: log)
