"""Exports hold what the lists show: for the organizer only, harmless in a spreadsheet, read and sent page by page."""

import csv
import io
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.datastructures import QueryParams

from plenary.desk.export import ATTENDEE_COLUMNS, ORDER_COLUMNS, lines, rows_of, safe, written
from plenary.registration.lists import PAGE
from plenary.registration.orders import ORDERS
from tests.desk.many import double, fill
from tests.examples import CONFERENCE_ID
from tests.house import ADA, Browser, House, Sold, open_house

HOSTILE = [
    '=HYPERLINK("http://evil.example","click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
]
ODD = ['He said "hi", twice', "two\nlines", "Zoë; Müller", "张伟", "'quoted'", "plain"]


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


async def booked(house: House, sold: Sold, registrant: dict[str, str], **quantities: int) -> tuple[Browser, UUID, str]:
    browser = house.browser()
    placed = await browser.place(sold.id, {sold.types[name]: quantity for name, quantity in quantities.items()})
    id_ = UUID(placed["order"]["id"])
    await browser.order("enterDetails", id_, registrant=registrant)
    row = await house.engine.until(ORDERS, id_, lambda row: row is not None and bool(row.seats), 10)
    assert row is not None
    house.clock.advance(timedelta(minutes=1))
    return browser, id_, row.code


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    assert read(lines([(text, "next")])) == [[f"'{text}", "next"]]


@pytest.mark.parametrize("text", ODD)
def test_every_other_text_stays_as_it_is(text: str) -> None:
    assert read(lines([(text, 3, None)])) == [[text, "3", ""]]
    assert lines([(text, 3)]).endswith("\r\n")
    assert safe(-5) == -5


async def test_an_organizer_exports_orders_and_attendees_as_filtered(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10), "=WS": (5_000, 10)})
    hostile = {"email": "eve@example.org", "firstName": "=1+1", "lastName": 'O"Brien, Müller'}
    browser, id_, code = await booked(house, sold, hostile, GA=2)
    given = await browser.order("assignSeat", id_, position=2, attendee=ADA)
    held = (await house.browser().place(sold.id, {sold.types["=WS"]: 1}))["order"]
    http, base = sold.organizer.http, f"/export/{sold.id}"
    fresh = {"atLeast": max(given["position"], held["position"])}

    answer = await http.get(f"{base}/orders.csv", params=fresh)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="cqrs-days-orders.csv"'
    header, newest, oldest = read(answer.text)
    assert header == list(ORDER_COLUMNS)
    assert newest[:3] == [held["code"], "held", "2030-05-01T12:01:00Z"]
    assert newest[6:10] == ["1", "1 × =WS", "50.00", "USD"]
    assert oldest[:2] == [code, "confirmed"]
    assert oldest[3:6] == ["'=1+1", 'O"Brien, Müller', "eve@example.org"]
    assert oldest[-1] == "1"

    async def rows(file: str, **params: Any) -> list[list[str]]:
        return read((await http.get(f"{base}/{file}", params=fresh | params)).text)[1:]

    assert [row[0] for row in await rows("orders.csv", states=["HELD", "EXPIRED"])] == [held["code"]]
    assert [row[0] for row in await rows("orders.csv", search="brien mul")] == [code]
    assert [row[0] for row in await rows("orders.csv", seatType=str(sold.types["GA"]))] == [code]
    seats = await rows("attendees.csv")
    assert [row[:6] for row in seats] == [
        [code, "1", "GA", "", "", ""],
        [code, "2", "GA", "Ada", "Lovelace", "Ada@example.org"],
    ]
    assert read((await http.get(f"{base}/attendees.csv")).text)[0] == list(ATTENDEE_COLUMNS)
    assert [row[1] for row in await rows("attendees.csv", assigned="false")] == ["1"]
    assert [row[1] for row in await rows("attendees.csv", search="lovelace")] == ["2"]


async def test_nobody_else_gets_a_file(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10)})
    browser, _, _ = await booked(house, sold, ADA, GA=1)
    other = await house.on_sale({"GA": (0, 10)}, slug="another-one")
    for stranger in (browser, other.organizer, house.browser()):
        for file in ("orders.csv", "attendees.csv", "else.csv"):
            answer = await stranger.http.get(f"/export/{sold.id}/{file}")
            assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")
            assert "Ada" not in answer.text
    assert (await sold.organizer.http.get(f"/export/{uuid4()}/orders.csv")).status_code == 403
    assert (await sold.organizer.http.get("/export/nonsense/orders.csv")).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        *("orders.csv?states=nonsense", "orders.csv?seatType=1", "orders.csv?atLeast=!", "else.csv"),
        *("attendees.csv?assigned=perhaps", f"orders.csv?search={'x' * 201}"),
    ],
)
async def test_what_nobody_could_mean_is_refused(house: House, asked: str) -> None:
    sold = await house.on_sale({"GA": (0, 10)})
    answer = await sold.organizer.http.get(f"/export/{sold.id}/{asked}")
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")


@pytest.mark.parametrize(("file", "times", "rows"), [("orders", 4, 25_600), ("attendees", 2, 6_400 * 7 // 10 * 3)])
async def test_orders_by_the_thousand_are_never_in_memory_together(
    house: House, file: str, times: int, rows: int
) -> None:
    await fill(house.engine.database, 1_600)
    await double(house.engine.database, times)
    columns, pages = rows_of(house.engine.database, file, CONFERENCE_ID, QueryParams())
    found, number, before = 0, 0, sys.getallocatedblocks()
    async for part in written(columns, pages):
        found, number = found + part.count("\r\n"), number + 1
        assert len(part) < 500_000
        # Objects of a page or two at a time; all orders are ten times as many.
        assert sys.getallocatedblocks() - before < 100 * PAGE
    assert found == 1 + rows
