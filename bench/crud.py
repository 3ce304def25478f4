"""The peer of the flash sale: a booking API as one would write it by hand, without events.

Starlette and asyncpg; one transaction for an order: lock the seat type's row, take what is free, insert the order and
its item, commit. It keeps no history, pushes nothing to anybody, has no deadline and does not recognise a repeated
request.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SCHEMA = """
CREATE TABLE IF NOT EXISTS seat_types (id uuid PRIMARY KEY, quota int NOT NULL, held int NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS orders (
  id uuid PRIMARY KEY, state text NOT NULL, placed_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS order_items (
  order_id uuid NOT NULL REFERENCES orders, seat_type_id uuid NOT NULL REFERENCES seat_types,
  wanted int NOT NULL, granted int NOT NULL, PRIMARY KEY (order_id, seat_type_id));
"""
LOCK = "SELECT quota - held FROM seat_types WHERE id = $1 FOR UPDATE"
HOLD = "UPDATE seat_types SET held = held + $2 WHERE id = $1"
ORDER = "INSERT INTO orders (id, state) VALUES ($1, $2)"
ITEM = "INSERT INTO order_items (order_id, seat_type_id, wanted, granted) VALUES ($1, $2, $3, $4)"


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    """A pool of connections and, once, the tables."""
    async with asyncpg.create_pool(os.environ["CRUD_DATABASE"], min_size=10, max_size=20) as pool:
        await pool.execute(SCHEMA)
        yield {"pool": pool}


async def add_seat_type(request: Request) -> Response:
    """Put seats on sale."""
    asked = orjson.loads(await request.body())
    await request.state.pool.execute(
        "INSERT INTO seat_types (id, quota) VALUES ($1, $2)", UUID(asked["id"]), int(asked["quota"])
    )
    return Response(b"{}", media_type="application/json")


async def place_order(request: Request) -> Response:
    """Hold seats for an order, as many as there are."""
    asked = orjson.loads(await request.body())
    order_id, seat_type_id, wanted = UUID(asked["orderId"]), UUID(asked["seatTypeId"]), int(asked["quantity"])
    async with request.state.pool.acquire() as db, db.transaction():
        free = await db.fetchval(LOCK, seat_type_id)
        granted = max(min(wanted, free), 0)
        if granted:
            await db.execute(HOLD, seat_type_id, granted)
        state = "held" if granted else "sold_out"
        await db.execute(ORDER, order_id, state)
        await db.execute(ITEM, order_id, seat_type_id, wanted, granted)
    answer = {"order": {"id": str(order_id), "state": state, "lines": [{"wanted": wanted, "granted": granted}]}}
    return Response(orjson.dumps(answer), media_type="application/json")


app = Starlette(
    routes=[
        Route("/seat-types", add_seat_type, methods=["POST"]),
        Route("/orders", place_order, methods=["POST"]),
    ],
    lifespan=lifespan,
)
