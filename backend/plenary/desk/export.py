"""An organizer's orders and attendees as CSV files (RFC 4180, UTF-8): written row by row while they are read."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, Final, cast, get_args
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from plenary.access.visitor import NotAllowed
from plenary.amounts import decimal
from plenary.conferences.catalogue import CATALOGUE
from plenary.engine.database import Database
from plenary.graphql.context import Contexts
from plenary.graphql.reading import lags, see
from plenary.graphql.scalars import decode_position
from plenary.registration.lists import SeatWish, SoldSeat, all_orders, all_seats, orders_wish
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow, State

NEVER_KEPT: Final = {"cache-control": "no-store"}
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet would carry out; it is shown behind an apostrophe instead."""
LONGEST_SEARCH: Final = 200
STATES: Final[frozenset[str]] = frozenset(get_args(State))

ORDER_COLUMNS: Final = (
    *("code", "state", "placed_at", "first_name", "last_name", "email"),
    *("seats", "items", "total", "currency", "payment", "assigned"),
)
ATTENDEE_COLUMNS: Final = (
    *("code", "seat", "seat_type", "first_name", "last_name", "email"),
    *("registrant_first_name", "registrant_last_name", "registrant_email", "placed_at"),
)


def routes(contexts: Contexts) -> list[Route]:
    """Where the files are."""

    async def export(request: Request) -> Response:
        engine, visitor = contexts.engine, contexts.make(request, None).visitor
        conference_id, what = request.path_params["conference_id"], request.path_params["what"]
        if not await visitor.runs(conference_id):
            return PlainTextResponse(NotAllowed().message, 403, NEVER_KEPT)
        try:
            columns, pages = rows_of(engine.database, what, conference_id, request.query_params)
            at_least = decode_position(request.query_params["atLeast"]) if "atLeast" in request.query_params else None
        except Exception as wrong:
            return PlainTextResponse(str(wrong) or "This cannot be read.", 400, NEVER_KEPT)
        await lags(engine, ORDERS, at_least)
        conference = (await see(engine, CATALOGUE, conference_id)).row
        name = f"{conference.slug if conference else conference_id}-{what}.csv"
        headers = {**NEVER_KEPT, "content-disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(written(columns, pages), 200, headers, "text/csv; charset=utf-8; header=present")

    return [Route("/export/{conference_id:uuid}/{what:str}.csv", export, methods=["GET"])]


def rows_of(
    database: Database, what: str, conference_id: UUID, asked: QueryParams
) -> tuple[tuple[str, ...], AsyncIterator[Iterable[tuple[object, ...]]]]:
    """The columns of a file, and its rows by pages. Raises ValueError for what nobody could mean."""
    search, kind = asked.get("search", ""), asked.get("seatType")
    if len(search) > LONGEST_SEARCH:
        raise ValueError(f"`search` may have {LONGEST_SEARCH} characters.")
    seat_type_id = UUID(kind) if kind else None
    if what == "orders":
        states = [state.lower() for state in asked.getlist("states")]
        if unknown := set(states) - STATES:
            raise ValueError(f"There is no such state: {min(unknown)[:20]!r}.")
        wish = orders_wish(conference_id, search, cast(list[State], states), seat_type_id)
        return ORDER_COLUMNS, _orders(database, wish)
    if what == "attendees":
        assigned = {"true": True, "false": False, None: None}[asked.get("assigned")]
        return ATTENDEE_COLUMNS, _attendees(database, SeatWish(conference_id, search, seat_type_id, assigned))
    raise ValueError("There is no such file; there are orders.csv and attendees.csv.")


async def _orders(database: Database, wish: Any) -> AsyncIterator[Iterable[tuple[object, ...]]]:
    async for page in all_orders(database, wish):
        yield map(order_cells, page)


async def _attendees(database: Database, wish: SeatWish) -> AsyncIterator[Iterable[tuple[object, ...]]]:
    async for page in all_seats(database, wish):
        yield map(seat_cells, page)


def order_cells(row: OrderRow) -> tuple[object, ...]:
    """An order as a line."""
    having = [(line.wanted if line.granted is None else line.granted, line.name) for line in row.lines]
    return (
        *(row.code, row.state, _moment(row.placed_at), row.first_name, row.last_name, row.email),
        sum(number for number, _ in having),
        "; ".join(f"{number} × {name}" for number, name in having),
        *(decimal(row.total, row.currency), row.currency, row.payment.state if row.payment else ""),
        sum(seat.attendee is not None for seat in row.seats),
    )


def seat_cells(sold: SoldSeat) -> tuple[object, ...]:
    """A sold seat as a line; nobody's seat has empty cells."""
    order, who = sold.order, sold.seat.attendee
    return (
        *(order.code, sold.seat.position, sold.seat.seat_type),
        *((who.first_name, who.last_name, who.email) if who else ("", "", "")),
        *(order.first_name, order.last_name, order.email, _moment(order.placed_at)),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


async def written(columns: tuple[str, ...], pages: AsyncIterator[Iterable[tuple[object, ...]]]) -> AsyncIterator[str]:
    """The file, a page at a time: nothing else of it is ever in memory."""
    yield lines([columns])
    async for page in pages:
        yield lines(page)


def lines(rows: Iterable[tuple[object, ...]]) -> str:
    """Lines of a file, each ended by CR and LF."""
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def safe(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULAS):
        return f"'{cell}"
    return "" if cell is None else cell
