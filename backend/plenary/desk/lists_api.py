"""The organizer's long lists over the API: orders and attendees, searched, filtered and paged."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Annotated, cast

import strawberry

from plenary.desk.lists_types import (
    AttendeeConnection,
    AttendeeEdge,
    OfSeatType,
    OrderConnection,
    OrderEdge,
    Search,
    SoldSeat,
    after_seat,
    checked_search,
    order_cursor,
    seat_cursor,
)
from plenary.graphql.context import Info
from plenary.graphql.pages import PageInfo, page, page_size
from plenary.graphql.reading import After, AtLeast, ConferenceId, First, after_instant, lags
from plenary.registration import lists
from plenary.registration.lists import COUNTED, SeatWish, orders_wish
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import State
from plenary.registration.types import Order, OrderState


@strawberry.type
class Query:
    @strawberry.field(
        description="Orders of a conference, the newest first, for its organizer; null for others. Search and filters "
        "narrow the list together; a page costs the same at the end of a list as at its beginning."
    )
    async def orders(
        self,
        info: Info,
        conference: ConferenceId,
        search: Search = None,
        states: Annotated[
            list[OrderState] | None, strawberry.argument(description="Only those in one of these states.")
        ] = None,
        seat_type: OfSeatType = None,
        first: First = 20,
        after: After = None,
        at_least: AtLeast = None,
    ) -> OrderConnection | None:
        engine, size, before = info.context.engine, page_size(first), after_instant(after)
        named = [cast(State, state.value) for state in states or ()]
        wish = orders_wish(conference, checked_search(search), named, seat_type)
        if not await info.context.visitor.runs(conference):
            return None
        stale = await lags(engine, ORDERS, at_least)
        found = await lists.find_orders(engine.database, wish, size + 1, before)
        rows, place = page(found, size, order_cursor, after)
        counted = await lists.count_orders(engine.database, wish)
        return OrderConnection(
            edges=[OrderEdge(cursor=order_cursor(row), node=Order.of(row, engine.now(), stale)) for row in rows],
            page_info=place,
            total_count=min(counted, COUNTED),
            has_more_than_counted=counted > COUNTED,
        )

    @strawberry.field(
        description="The sold seats of a conference with their attendees, for its organizer; null for others. Seats "
        "that nobody was named for yet are among them."
    )
    async def attendees(
        self,
        info: Info,
        conference: ConferenceId,
        search: Search = None,
        seat_type: OfSeatType = None,
        assigned: Annotated[
            bool | None, strawberry.argument(description="Only seats with an attendee, or only those without.")
        ] = None,
        first: First = 20,
        after: After = None,
        at_least: AtLeast = None,
    ) -> AttendeeConnection | None:
        engine, size, place = info.context.engine, page_size(first), after_seat(after)
        wish = SeatWish(conference, checked_search(search), seat_type, assigned)
        if not await info.context.visitor.runs(conference):
            return None
        stale = await lags(engine, ORDERS, at_least)
        found, end = await lists.find_seats(engine.database, wish, size, place)
        return AttendeeConnection(
            edges=[AttendeeEdge(cursor=seat_cursor(one.place), node=SoldSeat.of(one)) for one in found],
            page_info=PageInfo(
                has_next_page=end is not None,
                has_previous_page=after is not None,
                start_cursor=seat_cursor(found[0].place) if found else None,
                end_cursor=seat_cursor(end) if end else (seat_cursor(found[-1].place) if found else None),
            ),
            stale=stale,
        )
