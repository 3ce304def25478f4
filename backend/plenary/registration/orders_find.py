"""Asking for an order by its code."""

from uuid import UUID

from plenary.engine.database import Database
from plenary.engine.views import find_rows
from plenary.registration.orders import ORDERS, orders
from plenary.registration.orders_rows import OrderRow


async def find_orders_with_code(database: Database, conference_id: UUID, code: str) -> list[OrderRow]:
    """The orders of a conference with this code: one, or none."""
    async with database.reading() as db:
        return await find_rows(db, ORDERS, orders.c.code == code, orders.c.conference_id == conference_id)
