"""Asking for orders: by code, and a conference's own, page by page."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.tables import UtcDateTime
from plenary.engine.views import find_rows
from plenary.registration.orders import ORDERS, orders
from plenary.registration.orders_rows import OrderRow


async def find_orders_with_code(database: Database, conference_id: UUID, code: str) -> list[OrderRow]:
    """The orders of a conference with this code: one, or none."""
    async with database.reading() as db:
        return await find_rows(db, ORDERS, orders.c.code == code, orders.c.conference_id == conference_id)


async def find_orders(
    database: Database, conference_id: UUID, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[OrderRow]:
    """Up to `limit` orders of a conference, newest first; `before`: only those after this time and id in that order."""
    query = sa.select(orders).where(orders.c.conference_id == conference_id)
    if before is not None:
        place = sa.tuple_(sa.literal(before[0], UtcDateTime), sa.literal(before[1], sa.Uuid()))
        query = query.where(sa.tuple_(orders.c.placed_at, orders.c.order_id) < place)
    query = query.order_by(orders.c.placed_at.desc(), orders.c.order_id.desc()).limit(limit)
    async with database.reading() as db:
        return [ORDERS.load(found) for found in (await db.execute(query)).mappings()]


async def find_orders_to_refund(database: Database, conference_id: UUID, limit: int) -> list[OrderRow]:
    """Up to `limit` orders of a conference whose organizer has to see to a refund, the oldest first."""
    query = sa.select(orders).where(orders.c.conference_id == conference_id, orders.c.refund_due)
    query = query.order_by(orders.c.placed_at, orders.c.order_id).limit(limit)
    async with database.reading() as db:
        return [ORDERS.load(found) for found in (await db.execute(query)).mappings()]


async def count_orders(database: Database, conference_id: UUID) -> int:
    """How many orders a conference has, whatever became of them."""
    query = sa.select(sa.func.count()).select_from(orders).where(orders.c.conference_id == conference_id)
    async with database.reading() as db:
        return await db.scalar(query) or 0
