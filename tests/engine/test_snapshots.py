"""A snapshot makes loading a long stream short, and is passed over whenever it might not say what the stream says."""

import asyncio
import dataclasses
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from plenary.app import DECIDERS
from plenary.engine.answers import Accepted
from plenary.engine.clock import HandClock
from plenary.engine.database import Database
from plenary.engine.decider import Decider, Map, fold
from plenary.engine.engine import Engine, Plan
from plenary.engine.messages import _personal
from plenary.engine.snapshots import EVERY, drop_snapshots, shape
from plenary.engine.tables import snapshots
from plenary.log.postgres import PostgresLog
from plenary.log.sqlite import SqliteLog
from plenary.registration.seats import SEATS
from plenary.registration.seats_messages import (
    CloseSeatType,
    Command,
    CommitSeats,
    ReleaseSeats,
    ReserveSeats,
    SetQuota,
    SetSaleEnd,
    SetSales,
)
from plenary.registration.seats_state import Seats
from plenary.words import Item
from tests.engine.jars import JAR, NOON, Jar

HERE = uuid4()
STREAM = SEATS.stream_of(HERE)
DICE = random.Random(2030)
TYPES = [UUID(int=DICE.getrandbits(128)) for _ in range(4)]
TAIL = 7  # events after the snapshot


class Reads:
    """A log that counts the events of streams that are read from it."""

    def __init__(self, log: SqliteLog | PostgresLog) -> None:
        self._log, self.events = log, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def stream(self, name: str, after: int = 0) -> Any:
        found = await self._log.stream(name, after)
        self.events += len(found)
        return found


def open_seats(url: str, decider: Decider[Any, Any, Any] = SEATS) -> tuple[Engine, Reads]:
    database = Database(url)
    reads = Reads(SqliteLog(url, database.write_lock) if database.is_sqlite else PostgresLog(url))
    return Engine(Plan([decider], [], []), database, reads, b"k" * 32, HandClock(NOON)), reads


def anything() -> Command:
    """Some command about one of many orders."""
    order, seat_type = UUID(int=DICE.randrange(1, 300)), DICE.choice(TYPES)
    wanted = tuple(Item(one, DICE.randrange(1, 5)) for one in DICE.sample(TYPES, DICE.randrange(1, 3)))
    match DICE.randrange(40):
        case 0:
            return SetQuota(HERE, seat_type, DICE.randrange(2000))
        case 1:
            return SetSales(HERE, DICE.random() < 0.8)
        case 2 | 3 | 4 | 5:
            return ReleaseSeats(HERE, order, DICE.randrange(2_000))
        case n if n < 16:
            return CommitSeats(HERE, order)
        case _:
            return ReserveSeats(HERE, order, DICE.randrange(2_000), wanted, retake=DICE.random() < 0.1)


async def history(engine: Engine, commands: list[Command]) -> None:
    answers = await asyncio.gather(*(engine.send(command, id=uuid4(), sender="test") for command in commands))
    assert all(isinstance(answer, Accepted) for answer in answers)


@pytest.fixture
async def long(database_url: str) -> str:
    """A database with one long stream of seats, its snapshot, and a few events after it."""
    engine, _ = open_seats(database_url)
    ends = SetSaleEnd(HERE, TYPES[0], NOON + timedelta(days=1), NOON)
    await history(engine, [*(SetQuota(HERE, each, 900) for each in TYPES), ends])
    while missing := EVERY - (await engine.state(SEATS, HERE))[1]:  # a command leads to one event at most
        await history(engine, [anything() for _ in range(missing)])
    await engine.close()  # which waits for the snapshot
    engine, _ = open_seats(database_url)
    await history(engine, [CloseSeatType(HERE, TYPES[0]), *(SetQuota(HERE, uuid4(), 5) for _ in range(TAIL - 1))])
    await engine.close()
    assert [row.version for row in await stored(database_url)] == [EVERY]
    return database_url


async def stored(url: str) -> list[Any]:
    database = Database(url)
    async with database.reading() as db:
        rows = list(await db.execute(sa.select(snapshots)))
    await database.close()
    return rows


async def change(url: str, **columns: object) -> None:
    database = Database(url)
    async with database.transaction() as db:
        await db.execute(sa.update(snapshots).values(columns))
    await database.close()


async def loaded(url: str, decider: Decider[Any, Any, Any] = SEATS) -> tuple[Any, int, int]:
    """The state and version that a new process finds, and how many events it read for that."""
    engine, reads = open_seats(url, decider)
    state, version = await engine.state(decider, HERE)
    await engine.close()
    return state, version, reads.events


async def folded(url: str) -> Seats:
    """The state by all events, the snapshot left out."""
    engine, _ = open_seats(url)
    events = [event.data for event in await engine.messages.decode(await engine.log.stream(STREAM))]
    await engine.close()
    return fold(SEATS, events)


async def test_a_long_stream_is_loaded_by_its_end_to_the_same_state(long: str) -> None:
    state, version, read = await loaded(long)
    assert state == await folded(long)
    assert {type(order).__name__ for order in state.orders.values()} == {"Held", "Sold", "Released"}
    assert (version, read) == (EVERY + TAIL, TAIL + 1)  # one more, which proves that the snapshot belongs to the stream


@pytest.mark.parametrize(
    "columns",
    [
        {"shape": "of another day"},
        {"state": "garbage"},
        {"state": '{"orders": {"Forgotten": []}}'},
        {"state": '{"orders": {"Held": [["no id", {}]]}}'},
        {"version": EVERY + TAIL + 1},
        {"version": EVERY - 1, "recorded_at": NOON},
        {"recorded_at": NOON},
    ],
    ids=lambda columns: ", ".join(f"{name} {value}" for name, value in columns.items()),
)
async def test_a_snapshot_in_doubt_is_passed_over(long: str, columns: dict[str, object]) -> None:
    await change(long, **columns)
    state, version, read = await loaded(long)
    assert (state, version) == (await folded(long), EVERY + TAIL)
    assert read >= EVERY + TAIL
    engine, _ = open_seats(long)
    await history(engine, [SetQuota(HERE, TYPES[1], 1234)])  # the stream was long to load: that is mended at once
    await engine.close()
    assert [row.version for row in await stored(long)] == [EVERY + TAIL + 1]
    assert (await loaded(long))[2] == 1


async def test_snapshots_can_be_dropped(long: str) -> None:
    database = Database(long)
    assert len(await stored(long)) == 1
    await drop_snapshots(database)
    assert await stored(long) == []
    await database.close()
    assert (await loaded(long))[2] == EVERY + TAIL


async def test_a_snapshot_that_cannot_be_stored_hurts_nobody(long: str, caplog: pytest.LogCaptureFixture) -> None:
    engine, _ = open_seats(long)
    async with engine.database.transaction() as db:
        await db.execute(sa.text("DROP TABLE snapshots"))
    await history(engine, [SetQuota(HERE, uuid4(), 5) for _ in range(3)])
    await engine.close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.WARNING]  # not read, not stored


async def test_a_large_state_is_not_stored_anew_for_a_few_events(long: str) -> None:
    engine, _ = open_seats(long)

    def newest_after(decider: Decider[Any, Any, Any], version: int, newest: int) -> int:
        return engine._actors._snapshots.keep(decider, "elsewhere", version, decider.initial, newest=newest)

    assert (newest_after(SEATS, 1000, 0), newest_after(SEATS, 1999, 1000)) == (1000, 1000)
    assert (newest_after(SEATS, 109_999, 100_000), newest_after(SEATS, 112_000, 100_000)) == (100_000, 112_000)
    assert newest_after(JAR, 1000, 0) == 0
    await engine.close()


@pytest.mark.parametrize(
    "edit",
    [
        lambda decider: dataclasses.replace(decider, evolve=fold),
        lambda decider: dataclasses.replace(decider, snapshot=Jar),
        lambda decider: dataclasses.replace(decider, events=(*decider.events, Accepted)),
    ],
    ids=["evolve", "state", "events"],
)
def test_another_place_of_the_code_is_another_shape(edit: Callable[[Any], Any]) -> None:
    assert shape(edit(SEATS)) != shape(SEATS)


def test_every_edit_of_the_code_or_the_state_is_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    before = shape(SEATS)
    for module in ("plenary.registration.seats_state", "plenary.words", "plenary.engine.snapshots"):

        def edited(of: Any, module: str = module) -> str:
            return "edited" if of.__name__ == module else str(of.__name__)

        def unedited(of: Any) -> str:
            return str(of.__name__)

        shapes = []
        for source in (edited, unedited):
            shape.cache_clear()
            monkeypatch.setattr("plenary.engine.snapshots.inspect.getsource", source)
            shapes.append(shape(SEATS))
        assert shapes[0] != shapes[1], module
    monkeypatch.setitem(Seats.__annotations__, "orders", Map[UUID, int])
    shape.cache_clear()
    assert shape(SEATS) not in (shapes[1], before)
    monkeypatch.undo()
    shape.cache_clear()
    assert shape(SEATS) == before


def test_what_is_stored_of_a_state_holds_nothing_personal() -> None:
    assert [decider.name for decider in DECIDERS if decider.snapshot] == ["seats", "promo_code"]
    assert not any(_personal(event) for decider in DECIDERS if decider.snapshot for event in decider.events)
