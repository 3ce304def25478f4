"""The waitlist as those in it see it: who stands where in the line of each seat type."""

import asyncio
from collections import Counter, OrderedDict
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from plenary.engine.engine import Engine
from plenary.registration.availability import AVAILABILITY
from plenary.registration.orders import ORDERS, orders

KEPT: Final = 100
AGAIN: Final = 2.0
"""Seconds after which lines are counted again that may have been counted too early."""
Lines = dict[UUID, tuple[int, int]]
"""By order, its place and how many wait for the same seats."""
NOTHING: Final[tuple[int, Lines]] = (-1, {})


class Places:
    """The lines of conferences, each counted once after a change, however many ask."""

    def __init__(self, engine: Engine) -> None:
        """Knows nothing at first."""
        self._engine = engine
        self._lines: OrderedDict[UUID, tuple[int, Lines]] = OrderedDict()
        self._counting = asyncio.Lock()

    async def of(self, conference_id: UUID, order_id: UUID, seen: int | None = None) -> tuple[int, int] | None:
        """The place of an order in its line, from 1, and the length of the line; None for one that does not wait.

        `seen`: the position of the change of the conference's seats that is asked about; without it the newest.
        """
        if seen is None:
            seats = await self._engine.until(AVAILABILITY, conference_id, lambda _: True, timeout=0)
            seen = seats.position if seats else 0
        known, lines = self._lines.get(conference_id, NOTHING)
        if known < seen:
            async with self._counting:
                known, lines = self._lines.get(conference_id, NOTHING)
                if known < seen:
                    lines = await self._look(conference_id, seen)
        return lines.get(order_id)

    async def _look(self, conference_id: UUID, position: int) -> Lines:
        """Count, and remember it; only for a moment if the view that is counted is not as far as it should be."""
        caught_up = await self._engine.caught_up(ORDERS, position)
        lines = await self._count(conference_id)
        self._lines[conference_id] = (position, lines)
        self._lines.move_to_end(conference_id)
        while len(self._lines) > KEPT:
            self._lines.popitem(last=False)
        if not caught_up:
            asyncio.get_running_loop().call_later(AGAIN, self._lines.pop, conference_id, None)
        return lines

    async def _count(self, conference_id: UUID) -> Lines:
        query = (
            sa.select(orders.c.order_id, orders.c.waiting_for)
            .where(orders.c.conference_id == conference_id, orders.c.waiting_since.is_not(None))
            .order_by(orders.c.waiting_since)
        )
        async with self._engine.database.reading() as db:
            line = [(order_id, seat_type_id) for order_id, seat_type_id in await db.execute(query)]
        waiting, places, lines = Counter(seat_type_id for _, seat_type_id in line), Counter[UUID](), Lines()
        for order_id, seat_type_id in line:
            places[seat_type_id] += 1
            lines[order_id] = (places[seat_type_id], waiting[seat_type_id])
        return lines


_PLACES: Final[WeakKeyDictionary[Engine, Places]] = WeakKeyDictionary()


def places(engine: Engine) -> Places:
    """The one that counts for this engine."""
    return _PLACES.setdefault(engine, Places(engine))
