"""Orders by the thousand, put where the lists read them: as many as a large conference has after its sale."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from plenary.engine.database import Database
from plenary.registration.found_by import words_of_order
from plenary.registration.orders import orders
from plenary.registration.orders_rows import OrderLine, OrderRow, Person, Seat, State
from tests.examples import CONFERENCE_ID, CP, GA, NOON

STATES: Final[tuple[State, ...]] = ("confirmed",) * 7 + ("expired", "held", "cancelled")
FIRST: Final = ("Ada", "Grace", "Jon", "William", "Zoë", "Łucja", "Mai", "Olu", "Kim", "José")
LAST: Final = ("Lovelace", "Hopper", "Jaffe", "Flash", "Müller", "Nowak", "Tran", "Okafor", "Park", "Núñez")


def person(number: int) -> Person:
    """One of so many people; their addresses are all different."""
    first, last = FIRST[number % 10], LAST[number // 10 % 10]
    return Person(f"p{number}@example.org", first, f"{last}-{number:06}")


def order(number: int, conference_id: UUID = CONFERENCE_ID) -> OrderRow:
    """The order of this number, one a second; two of its three seats are given to somebody."""
    state, who, at = STATES[number % 10], person(number), NOON + timedelta(seconds=number)
    lines = (OrderLine(GA, "General admission", 19_900, 2, 2), OrderLine(CP, "Cocktail party", 5_000, 1, 1))
    seats = (
        Seat(1, GA, "General admission", who),
        Seat(2, GA, "General admission"),
        Seat(3, CP, "Cocktail party", who),
    )
    row = OrderRow(
        order_id=UUID(int=number + 1),
        conference_id=conference_id,
        code=f"{number:04X}-{number * 7 % 65536:04X}",
        state=state,
        lines=lines,
        currency="USD",
        total=44_800,
        placed_at=at,
        pay_by=at,
        expires_at=at,
        revision=1,
        answered=1,
        registrant=UUID(int=number + 1),
        email=who.email,
        first_name=who.first_name,
        last_name=who.last_name,
        payment=None,
        seats=seats if state == "confirmed" else (),
        position=number + 1,
    )
    return replace(row, words=words_of_order(row))


def rows(number: int, conference_id: UUID = CONFERENCE_ID) -> Iterator[dict[str, object]]:
    """So many orders as they are stored."""
    names = [column.name for column in orders.columns]
    made = (order(one, conference_id) for one in range(number))
    return ({name: getattr(one, name) for name in names} for one in made)


async def fill(database: Database, number: int, conference_id: UUID = CONFERENCE_ID) -> None:
    """Store so many orders."""
    put = database.upsert(orders)
    stored = rows(number, conference_id)
    while some := list(islice(stored, 2_000)):
        async with database.transaction() as db:
            await db.execute(put, some)


async def double(database: Database, times: int) -> None:
    """Twice as many orders, so many times, on SQLite: the same but for their ids, and placed at the same moments."""
    names = ", ".join(column.name for column in orders.columns if column.name != "order_id")
    again = f"INSERT INTO orders (order_id, {names}) SELECT lower(hex(randomblob(16))), {names} FROM orders"
    for _ in range(times):
        async with database.transaction() as db:
            await db.exec_driver_sql(again)
