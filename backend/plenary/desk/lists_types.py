"""What the API shows of long lists at an organizer's desk: orders, and the seats that were sold."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Self, TypeAlias
from uuid import UUID

import strawberry
from graphql import GraphQLError

from plenary.graphql.pages import PageInfo, decode_cursor, encode_cursor, not_a_cursor, page
from plenary.graphql.scalars import instant_of
from plenary.registration import orders_rows as rows
from plenary.registration.lists import COUNTED
from plenary.registration.lists import SoldSeat as FoundSeat
from plenary.registration.tickets_types import Person
from plenary.registration.types import Order, OrderState, attendee_of, registrant_of

LONGEST_SEARCH = 200
Search: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="Beginnings of words, in any case and order and without accents, up to 200 characters: of the "
        "code, of the registrant's and of the attendees' names and e-mail addresses. The first 10 words count."
    ),
]
OfSeatType: TypeAlias = Annotated[UUID | None, strawberry.argument(description="Only those with seats of this type.")]


def checked_search(search: str | None) -> str:
    """What is searched for. Raises `GraphQLError` (a client's mistake) if nobody could mean so much."""
    if search is not None and len(search) > LONGEST_SEARCH:
        raise GraphQLError(f"`search` may have {LONGEST_SEARCH} characters.")
    return search or ""


@strawberry.type(description="An order in a list.")
class OrderEdge:
    cursor: str = strawberry.field(description="Its place in the list.")
    node: Order = strawberry.field(description="The order.")


@strawberry.type(description="A page of orders.")
class OrderConnection:
    edges: list[OrderEdge] = strawberry.field(description="The orders of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    total_count: int = strawberry.field(
        description="How many orders match in all, counted up to 1,000: a page of a long list costs no more than "
        "one of a short list."
    )
    has_more_than_counted: bool = strawberry.field(description="Whether there are more than `totalCount` says.")
    stale: bool = strawberry.field(description="True when `atLeast` could not be met in time.")

    @classmethod
    def of(
        cls,
        found: Sequence[rows.OrderRow],
        size: int,
        cursor: Callable[[rows.OrderRow], str],
        after: str | None,
        counted: int,
        now: datetime,
        stale: bool,
    ) -> Self:
        """A page of `size`, from one order more if there is one, and how many were counted."""
        shown, place = page(found, size, cursor, after)
        return cls(
            edges=[OrderEdge(cursor=cursor(row), node=Order.of(row, now, stale)) for row in shown],
            page_info=place,
            total_count=min(counted, COUNTED),
            has_more_than_counted=counted > COUNTED,
            stale=stale,
        )


def order_cursor(row: rows.OrderRow) -> str:
    """The place of an order in its conference's list."""
    return encode_cursor(row.placed_at.isoformat(), row.order_id)


def refund_cursor(row: rows.OrderRow) -> str:
    """The place of an order among those with a refund that is due."""
    assert row.refund_due_since is not None  # all of them have one
    return encode_cursor(row.refund_due_since.isoformat(), row.order_id)


@strawberry.type(description="A seat of a confirmed order: somebody's, or nobody's yet.")
class SoldSeat:
    order_id: UUID = strawberry.field(description="The order.")
    code: str = strawberry.field(description="The order's code.")
    state: OrderState = strawberry.field(description="How the order stands.")
    position: int = strawberry.field(description="The seat's number in the order, from 1.")
    seat_type_id: UUID = strawberry.field(description="The seat type.")
    seat_type: str = strawberry.field(description="The name it was sold under.")
    attendee: Person | None = strawberry.field(description="Who sits there; null while nobody was named.")
    registrant: Person | None = strawberry.field(description="Who ordered.")
    placed_at: datetime = strawberry.field(description="When the order was placed.")

    @classmethod
    def of(cls, found: FoundSeat) -> Self:
        """From the view."""
        order, seat = found.order, found.seat
        return cls(
            order_id=order.order_id,
            code=order.code,
            state=OrderState(order.state),
            position=seat.position,
            seat_type_id=seat.seat_type_id,
            seat_type=seat.seat_type,
            attendee=attendee_of(seat),
            registrant=registrant_of(order),
            placed_at=order.placed_at,
        )


@strawberry.type(description="A sold seat in a list.")
class AttendeeEdge:
    cursor: str = strawberry.field(description="Its place in the list.")
    node: SoldSeat = strawberry.field(description="The seat, with its attendee.")


@strawberry.type(
    description="A page of sold seats, those of the newest orders first. It may be shorter than asked for, even empty, "
    "while `pageInfo.hasNextPage` says that more follow: one page looks through 2,000 orders at most."
)
class AttendeeConnection:
    edges: list[AttendeeEdge] = strawberry.field(description="The seats of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    stale: bool = strawberry.field(description="True when `atLeast` could not be met in time.")


def seat_cursor(place: tuple[datetime, UUID, int]) -> str:
    """The place of a seat in its conference's list."""
    placed_at, order_id, position = place
    return encode_cursor(f"{placed_at.isoformat()} {position}", order_id)


def after_seat(cursor: str | None) -> tuple[datetime, UUID, int] | None:
    """The place that a cursor stands for. Raises `GraphQLError` (a client's mistake) for any other cursor."""
    if cursor is None:
        return None
    key, order_id = decode_cursor(cursor)
    placed, _, position = str(key).partition(" ")
    placed_at = instant_of(placed)
    if placed_at is None or not (position.isascii() and position.isdigit() and len(position) < 10):
        raise not_a_cursor()
    return placed_at, order_id, int(position)
