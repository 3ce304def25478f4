"""Lists of a conference's orders, as long as they may be: searched, filtered, and read page by page from an index."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from plenary.engine.database import Database
from plenary.engine.tables import UtcDateTime
from plenary.registration.found_by import searched, seat_marks, wanted_mark, words_of_seat
from plenary.registration.orders import ORDERS, orders
from plenary.registration.orders_rows import OrderRow, Seat, State

COUNTED: Final = 1_000
"""So many rows are counted, and no more: a number on a page is not worth reading a whole sale."""
BATCH: Final = 100
MOST_BATCHES: Final = 20
"""After so many orders without enough matching seats, a page of attendees ends where it is, to be gone on with."""
PAGE: Final = 500

Place = tuple[datetime, UUID]
"""Where an order stands in the list: when it was placed, and its id."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which orders of a conference: all `words` begin a word of theirs, all `marks` are theirs, in one of `states`."""

    conference_id: UUID
    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    states: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatWish:
    """Which seats of the confirmed orders of a conference; `assigned` None: with an attendee and without."""

    conference_id: UUID
    search: str = ""
    seat_type_id: UUID | None = None
    assigned: bool | None = None

    @property
    def orders(self) -> Wish:
        """The orders that may have such seats."""
        marks = (seat_marks(self.seat_type_id, self.assigned),)
        return Wish(self.conference_id, searched(self.search), marks, ("confirmed",))

    def matches(self, order: OrderRow, seat: Seat) -> bool:
        """Whether a seat of one of these orders is meant."""
        if self.seat_type_id not in (None, seat.seat_type_id) or self.assigned not in (None, seat.attendee is not None):
            return False
        words = words_of_seat(order, seat)
        return all(any(word.startswith(begins) for word in words) for begins in searched(self.search))


@dataclass(frozen=True, slots=True)
class SoldSeat:
    """A seat of a confirmed order."""

    order: OrderRow
    seat: Seat

    @property
    def place(self) -> tuple[datetime, UUID, int]:
        """Where it stands in the list."""
        return (self.order.placed_at, self.order.order_id, self.seat.position)


def orders_wish(conference_id: UUID, search: str, states: Sequence[State], seat_type_id: UUID | None) -> Wish:
    """What an organizer asks for."""
    marks = (wanted_mark(seat_type_id),) if seat_type_id else ()
    return Wish(conference_id, searched(search), marks, tuple(dict.fromkeys(states)))


async def find_orders(database: Database, wish: Wish, limit: int, before: Place | None = None) -> list[OrderRow]:
    """Up to `limit` orders, newest first; `before`: only those after this place in that order."""
    found = _keys(database, wish, limit, before).subquery()
    query = sa.select(orders).join(found, found.c.order_id == orders.c.order_id)
    query = query.order_by(orders.c.placed_at.desc(), orders.c.order_id.desc())
    async with database.reading() as db:
        return [ORDERS.load(row) for row in (await db.execute(query)).mappings()]


async def count_orders(database: Database, wish: Wish) -> int:
    """How many orders there are, up to `COUNTED` + 1."""
    query = sa.select(sa.func.count()).select_from(_keys(database, wish, COUNTED + 1, None).subquery())
    async with database.reading() as db:
        return await db.scalar(query) or 0


async def all_orders(database: Database, wish: Wish) -> AsyncIterator[list[OrderRow]]:
    """All of them, page after page."""
    before: Place | None = None
    while rows := await find_orders(database, wish, PAGE, before):
        yield rows
        before = (rows[-1].placed_at, rows[-1].order_id)


async def find_seats(
    database: Database, wish: SeatWish, limit: int, after: tuple[datetime, UUID, int] | None = None
) -> tuple[list[SoldSeat], tuple[datetime, UUID, int] | None]:
    """Up to `limit` seats, those of the newest orders first, and after which place to go on; None at the end.

    There may be fewer although more follow: a page looks through so many orders and no more.
    """
    found: list[SoldSeat] = []
    before: Place | None = None
    if after is not None:
        found = [one for one in await _rest_of(database, wish, after) if one.seat.position > after[2]]
        before = after[:2]
    for _ in range(MOST_BATCHES):
        if len(found) > limit:
            break
        rows = await find_orders(database, wish.orders, BATCH, before)
        found += [one for row in rows for one in _seats(wish, row)]
        if len(rows) < BATCH:
            return (found[:limit], found[limit - 1].place) if len(found) > limit else (found, None)
        before = (rows[-1].placed_at, rows[-1].order_id)
    shown = found[:limit]
    return shown, (shown[-1].place if len(found) > limit else (*before, 0) if before else None)


async def all_seats(database: Database, wish: SeatWish) -> AsyncIterator[list[SoldSeat]]:
    """All of them, page after page."""
    async for rows in all_orders(database, wish.orders):
        yield [one for row in rows for one in _seats(wish, row)]


def _seats(wish: SeatWish, row: OrderRow) -> list[SoldSeat]:
    return [SoldSeat(row, seat) for seat in sorted(row.seats, key=_position) if wish.matches(row, seat)]


def _position(seat: Seat) -> int:
    return seat.position


async def _rest_of(database: Database, wish: SeatWish, place: tuple[datetime, UUID, int]) -> list[SoldSeat]:
    """The seats of the order in which a page ended."""
    query = sa.select(orders).where(orders.c.order_id == place[1], orders.c.conference_id == wish.conference_id)
    async with database.reading() as db:
        row = (await db.execute(query)).mappings().one_or_none()
    return _seats(wish, ORDERS.load(row)) if row is not None and row["state"] == "confirmed" else []


def _keys(database: Database, wish: Wish, limit: int, before: Place | None) -> sa.Select[tuple[UUID]]:
    """The ids of the orders, read from an index in the order of the list."""
    base = sa.select(orders.c.order_id, orders.c.placed_at).where(orders.c.conference_id == wish.conference_id)
    if before is not None:
        place = sa.tuple_(sa.literal(before[0], UtcDateTime), sa.literal(before[1], sa.Uuid()))
        base = base.where(sa.tuple_(orders.c.placed_at, orders.c.order_id) < place)
    newest_first = (orders.c.placed_at.desc(), orders.c.order_id.desc())
    if wish.words or wish.marks:
        base = base.where(*_with(database, wish))
        if wish.states:
            base = base.where(orders.c.state.in_(wish.states))
        return sa.select(base.order_by(*newest_first).limit(limit).subquery().c.order_id)
    if not wish.states:
        return sa.select(base.order_by(*newest_first).limit(limit).subquery().c.order_id)
    # Each state has its own stretch of the index; together they are as fast as one.
    stretches = [base.where(orders.c.state == state).order_by(*newest_first).limit(limit) for state in wish.states]
    together = sa.union_all(*(sa.select(stretch.subquery()) for stretch in stretches)).subquery()
    return sa.select(together.c.order_id).order_by(together.c.placed_at.desc(), together.c.order_id.desc()).limit(limit)


def _with(database: Database, wish: Wish) -> list[sa.ColumnElement[bool]]:
    """That an order has these words (of letters and digits) and marks (of `#`, hexadecimal digits and a sign)."""
    if database.is_sqlite:
        text = sa.literal(" ") + orders.c.words + sa.literal(" ")
        sought = [*(f" {word}" for word in wish.words), *(f" {mark} " for mark in wish.marks)]
        return [sa.func.instr(text, one) > 0 for one in sought]
    query = " & ".join([*(f"'{word}':*" for word in wish.words), *(f"'{mark}'" for mark in wish.marks)])
    return [orders.c.words.bool_op("@@")(sa.cast(sa.literal(query, sa.Text), postgresql.TSQUERY))]
