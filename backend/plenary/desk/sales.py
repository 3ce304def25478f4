"""Sales by the hour: what was ordered, sold and earned in each, and how many seats were held and sold at its end.

A row an hour, so that a flash sale changes one small row however many orders there are, and a picture of a year reads
some thousands. An hour knows its minutes, for those who look at a sale of one evening.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from plenary.desk.by_event import EventView
from plenary.engine.database import Database
from plenary.engine.messages import Event
from plenary.engine.tables import UtcDateTime
from plenary.engine.views import Json
from plenary.registration import order_events as order
from plenary.registration import seats_messages as seats

HOURS: Final = 20_000
"""No more hours than this are read: more than two years with a sale in every one of them."""


class Sums(Struct, frozen=True, gc=False):
    """What happened in a time: orders by what became of them, seats sold and given back, and the money of both."""

    placed: int = 0
    held: int = 0
    sold_out: int = 0
    confirmed: int = 0
    expired: int = 0
    cancelled: int = 0
    refunded: int = 0
    seats: int = 0
    revenue: int = 0
    seats_returned: int = 0
    returned: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(
            self.placed + other.placed,
            self.held + other.held,
            self.sold_out + other.sold_out,
            self.confirmed + other.confirmed,
            self.expired + other.expired,
            self.cancelled + other.cancelled,
            self.refunded + other.refunded,
            self.seats + other.seats,
            self.revenue + other.revenue,
            self.seats_returned + other.seats_returned,
            self.returned + other.returned,
        )


class Level(Struct, frozen=True, gc=False):
    """Seats of one type after the last change to them in a time."""

    seat_type_id: UUID
    quota: int
    held: int
    sold: int


class Minute(Struct, frozen=True, gc=False):
    """One minute of an hour in which something happened."""

    minute: int
    sums: Sums
    levels: tuple[Level, ...]


class HourRow(Struct, frozen=True, gc=False):
    """One hour of a conference's sale."""

    hour_id: UUID
    conference_id: UUID
    hour: datetime
    sums: Sums
    levels: tuple[Level, ...]
    minutes: tuple[Minute, ...]
    position: int


derived = sa.MetaData()

sales = sa.Table(
    "sales",
    derived,
    sa.Column("hour_id", sa.Uuid, primary_key=True),
    sa.Column("conference_id", sa.Uuid, nullable=False),
    sa.Column("hour", UtcDateTime, nullable=False),
    sa.Column("sums", Json(Sums), nullable=False),
    sa.Column("levels", Json(tuple[Level, ...]), nullable=False),
    sa.Column("minutes", Json(tuple[Minute, ...]), nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Index("sales_conference_id_hour", "conference_id", "hour"),
)


async def find_hours(database: Database, conference_id: UUID, limit: int = HOURS) -> list[HourRow]:
    """The last `limit` hours in which something happened, the oldest first, without their minutes."""
    columns = [sales.c.hour_id, sales.c.conference_id, sales.c.hour, sales.c.sums, sales.c.levels, sales.c.position]
    query = sa.select(*columns).where(sales.c.conference_id == conference_id).order_by(sales.c.hour.desc())
    async with database.reading() as db:
        found = (await db.execute(query.limit(limit))).all()
    return [HourRow(row[0], row[1], row[2], row[3], row[4], (), row[5]) for row in reversed(found)]


async def find_minutes(database: Database, conference_id: UUID, limit: int) -> list[HourRow]:
    """The last `limit` hours with their minutes, the oldest first."""
    query = sa.select(sales).where(sales.c.conference_id == conference_id).order_by(sales.c.hour.desc()).limit(limit)
    async with database.reading() as db:
        return [SALES.load(found) for found in (await db.execute(query)).mappings()][::-1]


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


@lru_cache(maxsize=1_000)
def _hour_id(conference_id: UUID, hour: datetime) -> UUID:
    return uuid5(conference_id, hour.isoformat())


def _hour_of(event: Event) -> UUID:
    return _hour_id(event.data.conference_id, _hour(event.at))


def project(row: HourRow | None, event: Event) -> HourRow | None:
    """An hour after an event in it."""
    sums, levels = _adds(event.data), getattr(event.data, "levels", ())
    if sums is NOTHING and not levels:
        return row
    at, now = event.at, tuple(Level(one.seat_type_id, one.quota, one.held, one.sold) for one in levels)
    if row is None:
        row = HourRow(_hour_of(event), event.data.conference_id, _hour(at), NOTHING, (), (), event.position)
    return replace(
        row,
        sums=row.sums.plus(sums),
        levels=after(row.levels, now),
        minutes=_in_minute(row.minutes, at.minute, sums, now),
    )


def _in_minute(minutes: tuple[Minute, ...], minute: int, sums: Sums, levels: tuple[Level, ...]) -> tuple[Minute, ...]:
    """Mostly the last of them; clocks of several processes may differ by some seconds."""
    known = minutes[-1] if minutes and minutes[-1].minute >= minute else None
    if known is None:
        return (*minutes, Minute(minute, sums, levels))
    return (*minutes[:-1], Minute(known.minute, known.sums.plus(sums), after(known.levels, levels)))


def after(levels: tuple[Level, ...], later: tuple[Level, ...]) -> tuple[Level, ...]:
    """The levels of all types once some of them have changed."""
    if not later:
        return levels
    return tuple({one.seat_type_id: one for one in (*levels, *later)}.values())


NOTHING: Final = Sums()


def _adds(event: Any) -> Sums:
    """What an event adds."""
    match event:
        case order.OrderPlaced():
            return Sums(placed=1)
        case order.OrderOffered():
            return Sums(placed=1, held=1)  # from the waitlist: only now it is an order like others
        case order.SeatsCancelled(positions=positions, refund=refund):
            return Sums(seats_returned=len(positions), returned=refund)
        case seats.SeatsReserved(revision=1, granted=granted):
            return Sums(held=1) if any(item.quantity for item in granted) else Sums(sold_out=1)
        case order.OrderConfirmed(lines=lines, total=total):
            return Sums(confirmed=1, seats=sum(line.quantity for line in lines), revenue=total)
        case order.OrderExpired():
            return Sums(expired=1)
        case order.OrderCancelled(waited=None):
            return Sums(cancelled=1)  # who leaves the line was no order like others yet
        case order.OrderRefunded():
            return Sums(refunded=1)
        case _:
            return NOTHING


SALES: Final[EventView[HourRow]] = EventView(
    name="sales",
    table=sales,
    row=HourRow,
    events=(
        order.OrderPlaced,
        order.OrderOffered,
        order.OrderConfirmed,
        order.SeatsCancelled,
        order.OrderExpired,
        order.OrderCancelled,
        order.OrderRefunded,
        seats.QuotaSet,
        seats.SeatsReserved,
        seats.SeatsCommitted,
        seats.SeatsReleased,
        seats.SeatsReduced,
        seats.SeatsOffered,
    ),
    key=lambda event: event.conference_id,
    project=project,
    of_event=_hour_of,
)
