"""The organizer's long lists over the API: orders, refunds that are due, and attendees, page by page."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Annotated, cast

import strawberry

from plenary.desk.lists_types import (
    AttendeeConnection,
    AttendeeEdge,
    OfSeatType,
    OrderConnection,
    Search,
    SoldSeat,
    after_seat,
    checked_search,
    order_cursor,
    refund_cursor,
    seat_cursor,
)
from plenary.graphql.context import Info
from plenary.graphql.pages import PageInfo, page_size
from plenary.graphql.reading import After, AtLeast, ConferenceId, First, after_instant, lags
from plenary.registration import lists
from plenary.registration.lists import SeatWish, orders_wish
from plenary.registration.orders import ORDERS
from plenary.registration.orders_find import count_orders_to_refund, find_orders_to_refund
from plenary.registration.orders_rows import State
from plenary.registration.types import OrderState


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
        counted = await lists.count_orders(engine.database, wish)
        return OrderConnection.of(found, size, order_cursor, after, counted, engine.now(), stale)

    @strawberry.field(
        description="Orders with a refund that their organizer has to see to, first who waits longest; null for "
        "others. The order's `refunds` say which, why, and since when."
    )
    async def refunds_due(
        self,
        info: Info,
        conference: ConferenceId,
        first: First = 20,
        after: After = None,
        at_least: AtLeast = None,
    ) -> OrderConnection | None:
        engine, size, place = info.context.engine, page_size(first), after_instant(after)
        if not await info.context.visitor.runs(conference):
            return None
        stale = await lags(engine, ORDERS, at_least)
        found = await find_orders_to_refund(engine.database, conference, size + 1, place)
        counted = await count_orders_to_refund(engine.database, conference)
        return OrderConnection.of(found, size, refund_cursor, after, counted, engine.now(), stale)

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
