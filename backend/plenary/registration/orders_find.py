"""Asking for an order by its code."""

from uuid import UUID

import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.views import find_rows
from plenary.registration.orders import ORDERS, orders
from plenary.registration.orders_rows import OrderRow


async def find_orders_with_code(database: Database, conference_id: UUID, code: str) -> list[OrderRow]:
    """The orders of a conference with this code: one, or none."""
    async with database.reading() as db:
        return await find_rows(db, ORDERS, orders.c.code == code, orders.c.conference_id == conference_id)


async def find_orders_to_refund(database: Database, conference_id: UUID, limit: int) -> list[OrderRow]:
    """Up to `limit` orders of a conference whose organizer has to see to a refund, the oldest first."""
    query = sa.select(orders).where(orders.c.conference_id == conference_id, orders.c.refund_due)
    query = query.order_by(orders.c.placed_at, orders.c.order_id).limit(limit)
    async with database.reading() as db:
        return [ORDERS.load(found) for found in (await db.execute(query)).mappings()]
