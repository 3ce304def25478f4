"""Pictures of a sale: each hour counts what happened in it, and however long the sale was, the picture stays small."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.desk.picture import POINTS, Step, points, step_for, total
from plenary.desk.sales import SALES, HourRow, Level, Sums
from plenary.engine.messages import Event, Metadata
from plenary.registration import seats_messages as seats
from plenary.registration.orders import ORDERS
from tests.examples import CANCELLED, CONFERENCE_ID, CONFIRMED, CP, EXPIRED, GA, ORDER_ID, PLACED, REFUNDED, items
from tests.house import ADA, House, open_house

FIRST = datetime(2030, 5, 1, 9, 58, tzinfo=UTC)
PICTURE = """query($id: UUID!, $step: SalesStep, $atLeast: Position) {
  sales(conference: $id, step: $step, atLeast: $atLeast) {
  step seats revenue { amount currency } returned { amount } stale
  points { begins placed confirmed seats revenue { amount } levels { seatTypeId quota held sold } }
  funnel { placed held soldOut confirmed expired cancelled refunded } } }"""


def fold(*facts: tuple[int, Any]) -> list[HourRow]:
    """The hours after events, each so many minutes after the first."""
    rows: dict[UUID, HourRow] = {}
    about = Metadata(UUID(int=1), UUID(int=1), "request", "anyone")
    for position, (minutes, data) in enumerate(facts, start=1):
        event = Event(position, "any", position, data, about, FIRST + timedelta(minutes=minutes))
        key = SALES.key_of(event)
        assert key is not None
        row = SALES.fold(rows.get(key), event)
        if row is not None:
            rows[key] = row
    return sorted(rows.values(), key=lambda row: row.hour)


def reserved(held: int, sold: int, revision: int = 1, **wanted: int) -> seats.SeatsReserved:
    level = (seats.Level(GA, 10, held, sold),)
    return seats.SeatsReserved(CONFERENCE_ID, ORDER_ID, revision, items(**wanted), level)


def test_an_hour_counts_what_happened_in_it_and_knows_its_minutes() -> None:
    committed = seats.SeatsCommitted(CONFERENCE_ID, ORDER_ID, (seats.Level(GA, 10, 0, 1),))
    first, second = fold(
        (0, PLACED),
        (0, reserved(1, 0, ga=1)),
        (1, reserved(2, 0, 2, ga=2)),
        (2, CONFIRMED),
        (3, committed),
        (3, EXPIRED),
    )
    assert first.sums == Sums(placed=1, held=1)
    assert second.sums == Sums(confirmed=1, expired=1, seats=2, revenue=24_900)
    assert first.levels == (Level(GA, 10, 2, 0),)
    assert [(minute.minute, minute.sums.placed) for minute in first.minutes] == [(58, 1), (59, 0)]
    assert [minute.minute for minute in second.minutes] == [0, 1]
    assert total([first, second]) == Sums(placed=1, held=1, confirmed=1, expired=1, seats=2, revenue=24_900)


def test_orders_end_as_what_they_end() -> None:
    left_the_line = replace(CANCELLED, waited=GA)
    [hour] = fold((0, PLACED), (0, reserved(0, 0)), (0, CANCELLED), (0, left_the_line), (1, REFUNDED))
    assert hour.sums == Sums(placed=1, sold_out=1, cancelled=1, refunded=1)


def test_what_changes_no_picture_stores_nothing() -> None:
    assert fold((0, seats.SeatsReleased(CONFERENCE_ID, ORDER_ID, ()))) == []


def test_seats_stay_as_they_were_where_nothing_changed_them() -> None:
    party = seats.SeatsCommitted(CONFERENCE_ID, ORDER_ID, (seats.Level(CP, 5, 0, 3),))
    hours = fold((0, reserved(1, 0, ga=1)), (120, party))
    assert [point.levels for point in points(hours, Step.HOUR, "UTC")] == [
        (Level(GA, 10, 1, 0),),
        (Level(GA, 10, 1, 0), Level(CP, 5, 0, 3)),
    ]


def hours(when: Iterable[timedelta]) -> list[HourRow]:
    start = FIRST.replace(minute=0)
    return [HourRow(uuid4(), CONFERENCE_ID, start + after, Sums(placed=1), (), (), 1) for after in when]


def test_the_step_suits_the_length_of_the_sale_and_the_picture_stays_small() -> None:
    days = [timedelta(days=day) for day in range(3_000)]
    assert step_for([]) is Step.DAY
    assert step_for(hours(days[:1])) is Step.MINUTE
    assert step_for(hours(timedelta(hours=hour) for hour in range(40))) is Step.HOUR
    assert step_for(hours(days[:90])) is Step.DAY
    assert step_for(hours(days[:90]), Step.HOUR) is Step.HOUR
    assert step_for(hours(timedelta(hours=hour) for hour in range(5_000)), Step.HOUR) is Step.DAY
    for many in (hours(days), hours(timedelta(hours=hour) for hour in range(20_000))):
        step = step_for(many)
        drawn = points(many, step, "Europe/Berlin")
        assert len(drawn) <= POINTS
        assert sum(point.sums.placed for point in drawn) == len(many)


def test_a_day_is_the_conferences_own() -> None:
    late = hours([timedelta(hours=12), timedelta(hours=14)])  # 21:00 and 23:00 UTC
    assert [point.begins.isoformat() for point in points(late, Step.DAY, "Europe/Berlin")] == [
        "2030-05-01T00:00:00+02:00",
        "2030-05-02T00:00:00+02:00",
    ]
    assert len(points(late, Step.DAY, "UTC")) == len(points(late, Step.WEEK, "Europe/Berlin")) == 1


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def test_an_organizer_sees_the_sale_and_nobody_else_does(house: House) -> None:
    sold = await house.on_sale({"Free": (0, 10), "GA": (19_900, 10)})
    browser = house.browser()
    await browser.place(sold.id, {sold.types["GA"]: 2})
    id_ = UUID((await browser.place(sold.id, {sold.types["Free"]: 3}))["order"]["id"])
    await browser.order("enterDetails", id_, registrant=ADA)
    row = await house.engine.until(ORDERS, id_, lambda row: row is not None and bool(row.seats), 10)
    assert row is not None
    await house.engine.until_reached("registration", await house.engine.log.head())
    at_least = (await sold.organizer.conference("unpublishConference", sold.id))["position"]
    picture = (await sold.organizer.ask(PICTURE, id=sold.id, atLeast=at_least))["sales"]
    assert (picture["step"], picture["seats"], picture["revenue"]) == ("MINUTE", 3, {"amount": 0, "currency": "USD"})
    assert picture["funnel"] == {
        "placed": 2,
        "held": 2,
        "confirmed": 1,
        "soldOut": 0,
        "expired": 0,
        "cancelled": 0,
        "refunded": 0,
    }
    assert {level["seatTypeId"]: (level["held"], level["sold"]) for level in picture["points"][-1]["levels"]} == {
        str(sold.types["Free"]): (0, 3),
        str(sold.types["GA"]): (2, 0),
    }
    daily = (await sold.organizer.ask(PICTURE, id=sold.id, step="DAY"))["sales"]
    assert daily["step"] == "DAY"
    assert sum(point["seats"] for point in daily["points"]) == 3
    for stranger in (browser, house.browser()):
        assert await stranger.ask(PICTURE, id=sold.id) == {"sales": None}
