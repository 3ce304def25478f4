"""The doctor: looks at everything that can be wrong with an installation, and says what to do about it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.engine import Engine
from plenary.engine.sealed import ERASING
from plenary.engine.tables import bookmarks, events, keys, parked, timers, workers
from plenary.engine.work import TIMERS

LATE: Final = timedelta(seconds=60)
FAR_BEHIND: Final = 10_000
CLOCKS_DIFFER: Final = timedelta(seconds=5)
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` says what to do where it is not well."""

    what: str
    advice: str | None = None

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done."""
        return self.advice is None


Look = Callable[[AsyncConnection, datetime], Awaitable[list[tuple[str, str | None]]]]
"""Looks at what is not the engine's, at this time: what was found, and what to do about it, if anything."""


async def examine(engine: Engine, redis: str | None, others: Sequence[Look] = ()) -> AsyncIterator[Finding]:
    """Everything that can be looked at from outside, one after the other; the engine need not run."""
    looks: tuple[Callable[[Engine, AsyncConnection], AsyncIterator[Finding]], ...] = (
        _log, _clock, _work, _put_aside, _timers, _people, _left_over,
    )  # fmt: skip
    async with engine.database.reading() as db:
        for look in looks:
            async for finding in look(engine, db):
                yield finding
        now = (await db.execute(sa.select(engine.database.now()))).scalar_one()
        for other in others:
            for what, advice in await other(db, now):
                yield Finding(what, advice)
    if redis is not None:
        yield await _doorbell(redis)


async def _log(engine: Engine, db: AsyncConnection) -> AsyncIterator[Finding]:
    count, head = (await db.execute(sa.select(sa.func.count(), sa.func.max(events.c.position)))).one()
    head = head or 0
    what = f"the log has {count:,} events"
    if count == head:
        yield Finding(what)
        return
    yield Finding(
        f"{what}, but the newest is number {head:,}: some are missing",
        "restore the database from a backup; nothing that is shown can be trusted",
    )


async def _clock(engine: Engine, db: AsyncConnection) -> AsyncIterator[Finding]:
    if engine.database.is_sqlite:
        return
    theirs = (await db.execute(sa.select(engine.database.now()))).scalar_one()
    apart = abs(theirs - datetime.now(UTC))
    what = f"this machine's clock and the database's are {apart.total_seconds():.1f} s apart"
    yield Finding(what, "set both by NTP; deadlines go by the database's" if apart > CLOCKS_DIFFER else None)


async def _work(engine: Engine, db: AsyncConnection) -> AsyncIterator[Finding]:
    head = (await db.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.position), 0)))).scalar_one()
    now = (await db.execute(sa.select(engine.database.now()))).scalar_one()
    found = {row.name: row for row in await db.execute(sa.select(bookmarks))}
    for name in engine.work:
        row = found.get(name)
        if row is None:
            yield Finding(f"{name} has never worked here", "start `plenary serve` or `plenary work`" if head else None)
            continue
        behind = 0 if name == TIMERS else head - row.position
        what = f"{name} is {behind:,} events behind" if name != TIMERS else "timers are looked after"
        if behind < 0:
            yield Finding(
                f"{name} has read up to event {row.position:,}, and the log ends at {head:,}",
                "the log was restored from an older copy than the rest: restore the whole database",
            )
        elif row.owner is None or (row.lease_until < now and not engine.database.is_sqlite):
            yield Finding(f"{what}; nobody does this work", "start `plenary serve` or `plenary work`")
        else:
            yield Finding(what, "see what the log of its process says" if behind > FAR_BEHIND else None)


async def _put_aside(engine: Engine, db: AsyncConnection) -> AsyncIterator[Finding]:
    count = sa.select(parked.c.name, sa.func.count(), sa.func.count(parked.c.stream.distinct())).group_by(parked.c.name)
    for name, number, streams in (await db.execute(count)).all():
        first = (
            sa.select(parked).where(parked.c.name == name, parked.c.tries > 0).order_by(parked.c.position).limit(SHOWN)
        )
        some = [f"event {row.position} of {row.stream}: {row.error}" for row in await db.execute(first)]
        yield Finding(
            f"{name} has put aside {number:,} events of {streams:,} streams:\n    " + "\n    ".join(some),
            f"mend what they failed of, then `plenary resume {name}`",
        )


async def _timers(engine: Engine, db: AsyncConnection) -> AsyncIterator[Finding]:
    now = (await db.execute(sa.select(engine.database.now()))).scalar_one()
    waiting = (await db.execute(sa.select(sa.func.count()).select_from(timers))).scalar_one()
    late = (await db.execute(sa.select(sa.func.count()).where(timers.c.due_at < now - LATE))).scalar_one()
    failing = (await db.execute(sa.select(sa.func.count()).where(timers.c.tries > 0))).scalar_one()
    what = f"{waiting:,} timers wait"
    yield Finding(f"{what}, {late:,} of them too long", "start `plenary work`") if late else Finding(what)
    if failing:
        yield Finding(f"{failing:,} timers could not be sent", "see what the log of the process says")


async def _people(engine: Engine, db: AsyncConnection) -> AsyncIterator[Finding]:
    some = (await db.execute(sa.select(keys.c.subject).where(keys.c.lookup.not_like(f"{ERASING}%")).limit(1))).scalar()
    if some is not None:
        try:
            await engine.keys.load([some])
        except Exception:
            yield Finding("personal data cannot be opened", "PLENARY_KEY is not the one that it was sealed with")
        else:
            yield Finding("personal data can be opened")
    begun = sa.select(sa.func.count()).where(keys.c.lookup.like(f"{ERASING}%"))
    if unfinished := (await db.execute(begun)).scalar_one():
        yield Finding(
            f"the erasing of {unfinished:,} people was interrupted", "repeat `plenary erase` with the same address"
        )


async def _left_over(engine: Engine, db: AsyncConnection) -> AsyncIterator[Finding]:
    def beside(connection: sa.Connection) -> list[str]:
        return [name for name in sa.inspect(connection).get_table_names() if name.endswith("_beside")]

    for name in await db.run_sync(beside):
        view = name.removesuffix("_beside")
        yield Finding(f"{view} is being rebuilt, or that was interrupted", f"if it was: `plenary rebuild {view}` again")


async def _doorbell(url: str) -> Finding:
    from redis.asyncio import Redis  # a tenth of a second, only where there is one
    from redis.exceptions import RedisError

    client: Any = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        await client.ping()
    except (RedisError, OSError):
        return Finding("Redis does not answer", "start it, or expect screens to follow a quarter of a second later")
    finally:
        await client.aclose()
    return Finding("Redis answers")


async def somebody_works(engine: Engine) -> bool:
    """Whether any process does background work on this database."""
    async with engine.database.reading() as db:
        there = sa.select(sa.func.count()).where(workers.c.seen_until > engine.database.now())
        return bool((await db.execute(there)).scalar_one())


async def begin(engine: Engine, name: str, position: int) -> None:
    """Set a bookmark that is missing. Raises ValueError when it is there, or beyond the log, or nobody's."""
    head = await engine.log.head()
    if name not in engine.work or not 0 <= position <= head:
        raise ValueError(f"there is no {name}, or no event {position}")
    row = {"name": name, "position": position, "fence": 0, "updated_at": engine.now()}
    async with engine.database.transaction() as db:
        if (await db.execute(engine.database.insert_new(bookmarks).values(row))).rowcount == 0:
            raise ValueError(f"{name} has a bookmark; moving it would repeat or leave out what it does")


async def resume(engine: Engine, name: str, stream: str | None) -> int:
    """Have what a follower put aside tried again, all or that of one stream; how many events that are."""
    mine = [parked.c.name == name, *([parked.c.stream == stream] if stream else [])]
    async with engine.database.transaction() as db:
        return (await db.execute(sa.update(parked).where(*mine).values(again=True))).rowcount
