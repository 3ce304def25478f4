"""An organizer's lists: every order and seat once, found by the beginnings of words, page by page."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.registration import lists
from plenary.registration.found_by import searched
from plenary.registration.lists import (
    COUNTED,
    Place,
    SeatWish,
    all_orders,
    all_seats,
    count_orders,
    find_orders,
    find_seats,
    orders_wish,
)
from plenary.registration.orders import orders
from plenary.registration.orders_find import count_orders_to_refund, find_orders_to_refund
from plenary.registration.orders_rows import OrderRow, State
from tests.desk.many import fill, order
from tests.examples import CONFERENCE_ID, CP, GA, NOON, OTHER_ORDER, WS

ORDERS = 120


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await fill(database, ORDERS)
    yield database
    await database.close()


async def found(database: Database, search: str = "", *states: State) -> list[int]:
    """The numbers of the orders that are found, in the order of the list."""
    rows = await find_orders(database, orders_wish(CONFERENCE_ID, search, states, None), ORDERS)
    return [row.order_id.int - 1 for row in rows]


async def test_orders_come_newest_first_and_each_once_however_small_the_pages_are(database: Database) -> None:
    for states in ((), ("confirmed",), ("held", "expired")):
        wish, seen = orders_wish(CONFERENCE_ID, "", states, None), list[OrderRow]()
        before: Place | None = None
        while rows := await find_orders(database, wish, 7, before):
            seen += rows
            before = (rows[-1].placed_at, rows[-1].order_id)
        numbers = [row.order_id.int - 1 for row in seen]
        assert numbers == [n for n in reversed(range(ORDERS)) if not states or order(n).state in states]
        assert [row.order_id.int - 1 async for rows in all_orders(database, wish) for row in rows] == numbers


async def test_an_order_is_found_by_the_beginnings_of_its_words(database: Database) -> None:
    assert await found(database, "p11") == [*range(119, 109, -1), 11]
    assert await found(database, "P17@EXAMPLE.org") == await found(database, "p17@ex") == [17]
    assert len(await found(database, "@example")) == ORDERS
    assert await found(database, "000017 Okaf") == []
    assert set(await found(database, "muller zo")) == {n for n in range(ORDERS) if n % 10 == 4 and n // 10 % 10 == 4}
    assert await found(database, "0011-0077") == [17] == await found(database, "00110077")
    assert await found(database, "nobody") == []
    assert await found(database, "muller zo", "held") == []
    assert len(await found(database, "  %_' & | ! :* ")) == ORDERS  # no word at all


async def test_only_orders_of_the_same_conference_are_found(database: Database) -> None:
    assert await find_orders(database, orders_wish(OTHER_ORDER, "", (), None), 10) == []
    assert await find_orders(database, orders_wish(OTHER_ORDER, "ada", ("confirmed",), GA), 10) == []


async def test_orders_are_narrowed_to_those_with_seats_of_a_type(database: Database) -> None:
    assert len(await find_orders(database, orders_wish(CONFERENCE_ID, "", (), CP), ORDERS)) == ORDERS
    assert await find_orders(database, orders_wish(CONFERENCE_ID, "", (), WS), ORDERS) == []


async def test_a_long_list_is_not_counted_to_its_end(database: Database) -> None:
    assert await count_orders(database, orders_wish(CONFERENCE_ID, "", ("held",), None)) == ORDERS // 10
    await fill(database, COUNTED + 500)
    assert await count_orders(database, orders_wish(CONFERENCE_ID, "", (), None)) == COUNTED + 1


async def test_orders_with_a_refund_that_is_due_come_by_how_long_it_waits_and_each_once(database: Database) -> None:
    waits = {number: NOON + timedelta(hours=number % 3) for number in range(0, ORDERS, 7)}
    async with database.transaction() as db:
        for number, since in waits.items():
            of = orders.c.order_id == order(number).order_id
            await db.execute(sa.update(orders).where(of).values(refund_due_since=since))
    seen, after = list[OrderRow](), None
    while rows := await find_orders_to_refund(database, CONFERENCE_ID, 4, after):
        seen += rows
        assert rows[-1].refund_due_since is not None
        after = (rows[-1].refund_due_since, rows[-1].order_id)
    assert [row.order_id.int - 1 for row in seen] == sorted(waits, key=lambda number: (waits[number], number))
    assert await count_orders_to_refund(database, CONFERENCE_ID) == len(waits)
    assert await count_orders_to_refund(database, OTHER_ORDER) == 0


@pytest.mark.parametrize("size", [4, 100])
async def test_every_sold_seat_is_listed_once_with_and_without_an_attendee(database: Database, size: int) -> None:
    confirmed = [n for n in reversed(range(ORDERS)) if order(n).state == "confirmed"]
    for assigned, positions in ((None, (1, 2, 3)), (True, (1, 3)), (False, (2,))):
        wish, after, seen = SeatWish(CONFERENCE_ID, assigned=assigned), None, []
        while True:
            page, after = await find_seats(database, wish, size, after)
            assert len(page) <= size
            seen += page
            if after is None:
                break
        numbers = [(one.order.order_id.int - 1, one.seat.position) for one in seen]
        assert numbers == [(n, position) for n in confirmed for position in positions]
        assert [one async for page in all_seats(database, wish) for one in page] == seen


async def test_a_seat_is_found_by_its_own_attendee_its_registrant_and_its_code(database: Database) -> None:
    seats, _ = await find_seats(database, SeatWish(CONFERENCE_ID, "p21", GA, assigned=True), 10)
    assert [(one.order.order_id.int, one.seat.position) for one in seats] == [(22, 1)]
    seats, _ = await find_seats(database, SeatWish(CONFERENCE_ID, "0015-0093"), 10)
    assert [one.seat.position for one in seats] == [1, 2, 3]
    assert await find_seats(database, SeatWish(CONFERENCE_ID, seat_type_id=CP, assigned=False), 10) == ([], None)


async def test_a_page_of_attendees_looks_through_so_many_orders_and_no_more(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(sqlite_url)
    await fill(database, 500)
    monkeypatch.setattr(lists, "MOST_BATCHES", 2)
    # Orders have these words and such a seat, but in no order it is the same seat.
    wish = SeatWish(CONFERENCE_ID, "ada", GA, assigned=False)
    monkeypatch.setattr(SeatWish, "matches", lambda self, order, seat: False)
    page, place = await find_seats(database, wish, 10)
    assert (page, place) == ([], None)  # 35 orders: all of them are looked through
    everybody = SeatWish(CONFERENCE_ID)
    page, place = await find_seats(database, everybody, 10)
    assert page == []
    assert place is not None  # 200 of 350 orders are looked through
    assert await find_seats(database, everybody, 10, place) == ([], None)
    await database.close()


def test_what_is_searched_for_is_words_in_small_letters_without_accents() -> None:
    assert searched("Zoë  O'Brien <Ada@Example.ORG>") == ("zoe", "o", "brien", "adaexampleorg", "ada")
    assert searched("@example.org") == ("example", "org")
    assert searched("ada@") == ("ada", "ada")
    assert searched("STRASSE Straße") == ("strasse", "strasse")
    assert searched("张伟") == ("张伟",)
    assert searched(None) == searched("--- _ %") == ()
    assert len(searched("a b " * 50)) == 10
