"""Asking for an order by its code, and for those whose organizer has to pay something back."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.tables import UtcDateTime
from plenary.engine.views import find_rows
from plenary.registration.lists import COUNTED
from plenary.registration.orders import ORDERS, orders
from plenary.registration.orders_rows import OrderRow


async def find_orders_with_code(database: Database, conference_id: UUID, code: str) -> list[OrderRow]:
    """The orders of a conference with this code: one, or none."""
    async with database.reading() as db:
        return await find_rows(db, ORDERS, orders.c.code == code, orders.c.conference_id == conference_id)


async def find_orders_to_refund(
    database: Database, conference_id: UUID, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[OrderRow]:
    """Up to `limit` orders whose organizer has to see to a refund, first who waits longest; `after`: from there on."""
    query = _to_refund(sa.select(orders), conference_id)
    if after is not None:
        place = sa.tuple_(sa.literal(after[0], UtcDateTime), sa.literal(after[1], sa.Uuid()))
        query = query.where(sa.tuple_(orders.c.refund_due_since, orders.c.order_id) > place)
    query = query.order_by(orders.c.refund_due_since, orders.c.order_id).limit(limit)
    async with database.reading() as db:
        return [ORDERS.load(found) for found in (await db.execute(query)).mappings()]


async def count_orders_to_refund(database: Database, conference_id: UUID) -> int:
    """How many of them there are, up to `COUNTED` + 1."""
    some = _to_refund(sa.select(orders.c.order_id), conference_id).limit(COUNTED + 1)
    async with database.reading() as db:
        return await db.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def _to_refund(query: sa.Select[Any], conference_id: UUID) -> sa.Select[Any]:
    return query.where(orders.c.conference_id == conference_id, orders.c.refund_due_since.is_not(None))
