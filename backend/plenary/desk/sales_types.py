"""What the API shows of a sale over time."""

from datetime import UTC, datetime
from enum import Enum
from typing import Self
from uuid import UUID

import strawberry

from plenary.desk.picture import Point
from plenary.desk.sales import Sums
from plenary.graphql.words import Money


@strawberry.enum(description="How long the time of one point is; days, weeks and months are the conference's.")
class SalesStep(Enum):
    MINUTE = strawberry.enum_value("minute", description="A minute.")
    HOUR = strawberry.enum_value("hour", description="An hour.")
    DAY = strawberry.enum_value("day", description="A day.")
    WEEK = strawberry.enum_value("week", description="A week, from Monday.")
    MONTH = strawberry.enum_value("month", description="A month.")


@strawberry.type(description="The seats of one type at the end of a time.")
class SeatLevel:
    seat_type_id: UUID = strawberry.field(description="The seat type.")
    quota: int = strawberry.field(description="How many seats there were.")
    held: int = strawberry.field(description="Kept for orders that were not paid.")
    sold: int = strawberry.field(description="Paid, or taken for free.")


@strawberry.type(description="A time in which something happened. Times without any change have no point.")
class SalesPoint:
    begins: datetime = strawberry.field(description="When it began; it is one step long.")
    placed: int = strawberry.field(description="Orders placed in it.")
    confirmed: int = strawberry.field(description="Orders confirmed in it.")
    seats: int = strawberry.field(description="Seats sold in it.")
    seats_returned: int = strawberry.field(description="Sold seats given back in it.")
    revenue: Money = strawberry.field(description="What the seats sold in it cost.")
    returned: Money = strawberry.field(description="What was given back in it.")
    levels: list[SeatLevel] = strawberry.field(description="The seats of each type at its end.")

    @classmethod
    def of(cls, point: Point, currency: str) -> Self:
        """From the view."""
        sums = point.sums
        return cls(
            begins=point.begins.astimezone(UTC),
            placed=sums.placed,
            confirmed=sums.confirmed,
            seats=sums.seats,
            seats_returned=sums.seats_returned,
            revenue=Money.of(sums.revenue, currency),
            returned=Money.of(sums.returned, currency),
            levels=[
                SeatLevel(seat_type_id=x.seat_type_id, quota=x.quota, held=x.held, sold=x.sold) for x in point.levels
            ],
        )


@strawberry.type(description="What became of all orders that were ever placed. Those not counted below are running.")
class Funnel:
    placed: int = strawberry.field(description="Orders placed.")
    held: int = strawberry.field(description="Those that got seats, all or some.")
    sold_out: int = strawberry.field(description="Those for which no seat was left.")
    confirmed: int = strawberry.field(description="Those that were paid, or free.")
    expired: int = strawberry.field(description="Those not paid in time; some may have been confirmed late.")
    cancelled: int = strawberry.field(description="Those given up.")
    refunded: int = strawberry.field(description="Those whose money went back.")

    @classmethod
    def of(cls, sums: Sums) -> Self:
        """From the view."""
        return cls(
            placed=sums.placed,
            held=sums.held,
            sold_out=sums.sold_out,
            confirmed=sums.confirmed,
            expired=sums.expired,
            cancelled=sums.cancelled,
            refunded=sums.refunded,
        )


@strawberry.type(description="How a conference's seats were sold over time.")
class SalesPicture:
    step: SalesStep = strawberry.field(description="How long the time of one point is.")
    points: list[SalesPoint] = strawberry.field(description="At most 500, in order of time.")
    funnel: Funnel = strawberry.field(description="What became of the orders.")
    seats: int = strawberry.field(description="Seats sold, without those given back.")
    revenue: Money = strawberry.field(description="What all sold seats cost, those given back included.")
    returned: Money = strawberry.field(description="What was given back.")
    stale: bool = strawberry.field(description="True when `atLeast` could not be met in time.")
