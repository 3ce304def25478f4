"""What the API shows of a conference's seats."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from plenary.graphql.words import Money, Position
from plenary.registration import availability


@strawberry.type(description="The seats of one type: how many there are, are held, and are sold.")
class SeatTypeAvailability:
    seat_type_id: UUID = strawberry.field(description="The seat type.")
    name: str = strawberry.field(description="What it is called now.")
    description: str = strawberry.field(description="What one gets for it; may be empty.")
    price: Money = strawberry.field(description="For one seat, now.")
    quota: int = strawberry.field(description="How many seats there are.")
    held: int = strawberry.field(description="Kept for orders that are not paid yet.")
    sold: int = strawberry.field(description="Paid, or taken for free.")
    available: int = strawberry.field(description="How many can be ordered: never below 0.")
    retired: bool = strawberry.field(description="No longer sold.")
    least: int = strawberry.field(description="The fewest that an order with any of these takes.")
    most: int | None = strawberry.field(description="The most that one order takes; null: only the conference's limit.")
    sale_from: datetime | None = strawberry.field(description="When its sale begins; null: with the publication.")
    sale_until: datetime | None = strawberry.field(description="When its sale ends; null: it is left open.")
    waiting: int = strawberry.field(description="How many people are on its waitlist.")


@strawberry.type(description="The seats of a conference at one moment: everything that a page needs to show them live.")
class SeatAvailability:
    conference_id: UUID = strawberry.field(description="The conference.")
    slug: str = strawberry.field(description="Its name in addresses.")
    name: str = strawberry.field(description="Its name for people.")
    open: bool = strawberry.field(description="Whether new orders are taken: it is published.")
    seats: list[SeatTypeAvailability] = strawberry.field(
        description="Each seat type, in the order they were added; a retired one only while anybody has a seat of it."
    )
    position: Position = strawberry.field(description="The last change that this shows; a greater one is newer.")
    stale: bool = strawberry.field(description="True when `atLeast` could not be met in time.")

    @classmethod
    def of(cls, row: availability.AvailabilityRow, stale: bool = False) -> Self:
        """From the view."""
        seats = [
            SeatTypeAvailability(
                seat_type_id=seat.seat_type_id,
                name=seat.name,
                description=seat.description,
                price=Money.of(seat.price, row.currency),
                quota=seat.quota,
                held=seat.held,
                sold=seat.sold,
                available=seat.available,
                retired=seat.retired,
                least=seat.least,
                most=seat.most,
                sale_from=seat.sale_from,
                sale_until=seat.sale_until,
                waiting=seat.waiting,
            )
            for seat in row.seats
            if seat.held or seat.sold or not seat.retired
        ]
        return cls(
            conference_id=row.conference_id,
            slug=row.slug,
            name=row.name,
            open=row.open,
            seats=seats,
            position=Position(row.position),
            stale=stale,
        )
