"""A domain of a few lines to try the engine on: jars of marbles, where every marble taken out is thanked for later."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from msgspec import Struct, structs

from plenary.engine.answers import Accepted
from plenary.engine.clock import HandClock
from plenary.engine.database import Database
from plenary.engine.decider import Decider, Personal, Refusal
from plenary.engine.doorbell import Doorbell
from plenary.engine.engine import Engine, Plan
from plenary.engine.messages import Event
from plenary.engine.process import Process, Send
from plenary.engine.views import View
from plenary.log.contract import EventLog
from plenary.log.postgres import PostgresLog
from plenary.log.sqlite import SqliteLog

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FillJar:
    jar_id: UUID
    marbles: int


@dataclass(frozen=True, slots=True)
class TakeMarble:
    jar_id: UUID
    taker: UUID
    name: str
    thank_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GiveThanks:
    jar_id: UUID
    taken: int


@dataclass(frozen=True, slots=True)
class JarFilled:
    jar_id: UUID
    marbles: int


@dataclass(frozen=True, slots=True)
class MarbleTaken:
    jar_id: UUID
    left: int
    taken: int
    taker: UUID
    name: Annotated[str, Personal("taker")]
    thank_at: datetime | None


@dataclass(frozen=True, slots=True)
class ThanksGiven:
    jar_id: UUID
    taken: int


@dataclass(frozen=True, slots=True)
class JarEmpty(Refusal):
    text: ClassVar[str] = "The jar is empty."


@dataclass(frozen=True, slots=True)
class Jar:
    left: int = 0
    taken: int = 0
    thanked: frozenset[int] = frozenset()


def decide(command: FillJar | TakeMarble | GiveThanks, jar: Jar) -> list[object] | Refusal:
    match command:
        case FillJar(jar_id, marbles):
            return [JarFilled(jar_id, marbles)]
        case TakeMarble() if jar.left == 0:
            return JarEmpty()
        case TakeMarble(jar_id, taker, name, thank_at):
            return [MarbleTaken(jar_id, jar.left - 1, jar.taken + 1, taker, name, thank_at)]
        case GiveThanks(jar_id, taken):
            return [] if taken in jar.thanked else [ThanksGiven(jar_id, taken)]


def evolve(jar: Jar, event: object) -> Jar:
    match event:
        case JarFilled(_, marbles):
            return replace(jar, left=jar.left + marbles)
        case MarbleTaken(_, left, taken):
            return replace(jar, left=left, taken=taken)
        case ThanksGiven(_, taken):
            return replace(jar, thanked=jar.thanked | {taken})
    raise AssertionError(event)


def react(event: object, now: datetime) -> list[Send]:
    match event:
        case MarbleTaken(jar_id, _, taken, thank_at=thank_at):
            return [Send(GiveThanks(jar_id, taken), at=thank_at)]
    return []


JAR = Decider(
    name="jar",
    commands=(FillJar, TakeMarble, GiveThanks),
    events=(JarFilled, MarbleTaken, ThanksGiven),
    initial=Jar(),
    decide=decide,
    evolve=evolve,
    key=lambda command: command.jar_id,
    creating=(FillJar,),
)

derived = sa.MetaData()
jars = sa.Table(
    "jars",
    derived,
    sa.Column("jar_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("marbles", sa.Integer, nullable=False),
    sa.Column("thanked", sa.Integer, nullable=False),
    sa.Column("last_taker", sa.Text, nullable=False),
)


class JarRow(Struct, frozen=True, gc=False):
    jar_id: UUID
    position: int
    marbles: int
    thanked: int
    last_taker: str


def project(row: JarRow | None, event: Event) -> JarRow | None:
    match event.data:
        case JarFilled(jar_id, marbles) if row is None:
            return JarRow(jar_id, 0, marbles, 0, "")
        case JarFilled(_, marbles) if row is not None:
            return structs.replace(row, marbles=row.marbles + marbles)
        case MarbleTaken(left=left, name=name) if row is not None:
            return structs.replace(row, marbles=left, last_taker=name)
        case ThanksGiven() if row is not None:
            return structs.replace(row, thanked=row.thanked + 1)
    return row


JARS: View[JarRow] = View(
    name="jars",
    table=jars,
    row=JarRow,
    events=(JarFilled, MarbleTaken, ThanksGiven),
    key=lambda event: event.jar_id,
    project=project,
)

PLAN = Plan(deciders=[JAR], views=[JARS], processes=[Process("thanks", react)])


async def open_engine(
    url: str,
    clock: HandClock | None = None,
    plan: Plan = PLAN,
    log: EventLog | None = None,
    *,
    doorbell: Doorbell | None = None,
    lease_seconds: float = 10.0,
) -> Engine:
    """An engine on a migrated database, not yet running."""
    database = Database(url)
    async with database.transaction() as db:
        await db.run_sync(derived.create_all)
    log = log or (SqliteLog(url, database.write_lock) if database.is_sqlite else PostgresLog(url))
    master, clock = b"k" * 32, clock or HandClock(NOON)
    return Engine(plan, database, log, master, clock, doorbell, lease_seconds=lease_seconds)


LATER = timedelta(minutes=10)

PATIENCE = 20.0


async def fill(engine: Engine, marbles: int) -> UUID:
    jar = uuid4()
    assert isinstance(await engine.send(FillJar(jar, marbles), id=uuid4(), sender="test"), Accepted)
    return jar


async def take(engine: Engine, jar: UUID, name: str = "Ann", **more: object) -> object:
    taker = await engine.subject(f"{name}@example.org")
    return await engine.send(TakeMarble(jar, taker, name, **more), id=uuid4(), sender="test")  # type: ignore[arg-type]  # one optional field


async def until(engine: Engine, jar: UUID, true_of: Callable[[JarRow], bool]) -> JarRow:
    row = await engine.until(JARS, jar, lambda row: row is not None and true_of(row), PATIENCE)
    assert row is not None
    assert true_of(row)
    return row


async def settled(engine: Engine) -> None:
    """Everybody has handled, or put aside, all that there is."""
    async with asyncio.timeout(PATIENCE):
        head = 0
        while head != await engine.log.head():
            head = await engine.log.head()
            for name in ("jars", "thanks"):
                await engine.until_reached(name, head)
