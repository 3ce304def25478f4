"""What the API shows of a seat that is somebody's: who sits there, its ticket, and the link that passes it on."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

import asyncio
from typing import Annotated, Self, TypeAlias
from uuid import UUID

import strawberry

from plenary.access import tickets
from plenary.access.visitor import Visitor
from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.types import Conference
from plenary.graphql.context import Info
from plenary.graphql.reading import see
from plenary.graphql.words import Busy, Position, Refused, TooManyTries
from plenary.registration import orders_rows as rows


@strawberry.type(description="Somebody who has an order or a seat.")
class Person:
    email: str = strawberry.field(description="By which people are told apart.")
    first_name: str = strawberry.field(description="First name.")
    last_name: str = strawberry.field(description="Last name.")


@strawberry.type(description="A ticket, which is void as soon as its seat changes hands.")
class Ticket:
    token: str = strawberry.field(description="What its QR code says: the seat, signed, so that a door can check it.")
    picture: str = strawberry.field(description="The QR code as an SVG picture in a `data:` address.")


@strawberry.type(description="A numbered seat of a confirmed order.")
class Seat:
    position: int = strawberry.field(description="Its number in the order, from 1.")
    seat_type_id: UUID = strawberry.field(description="The seat type.")
    seat_type: str = strawberry.field(description="The name it was sold under.")
    attendee: Person | None = strawberry.field(description="Who sits there; null while nobody was named.")
    order_id: strawberry.Private[UUID]
    conference_id: strawberry.Private[UUID]
    generation: strawberry.Private[int]

    @strawberry.field(description="Its ticket, for the order's registrant and for who sits there; null for others.")
    async def ticket(self, info: Info) -> Ticket | None:
        """Made only where it is asked for."""
        if not await self._is_theirs(info.context.visitor):
            return None
        seat = tickets.Ticket(self.order_id, self.position, self.generation)
        token = info.context.tickets.issue(self.conference_id, seat)
        return Ticket(token=token, picture=await asyncio.to_thread(tickets.picture, token))

    @strawberry.field(
        description="The path, with its fragment, by which somebody takes the seat over: good for once, and until the "
        "seat changes hands otherwise. For the order's registrant and for who sits there; null for others."
    )
    async def transfer_path(self, info: Info) -> str | None:
        """Told only where it is asked for."""
        if not await self._is_theirs(info.context.visitor):
            return None
        secret = info.context.secrets.transfer_secret(self.order_id, self.position, self.generation)
        return f"/t/{self.order_id}/{self.position}#{secret}"

    async def _is_theirs(self, visitor: Visitor) -> bool:
        holds = await visitor.holds_order(self.order_id)
        return holds or await visitor.has_seat(self.order_id, self.position, self.generation)

    @classmethod
    def of(cls, row: rows.OrderRow, seat: rows.Seat) -> Self:
        """From the view."""
        who = seat.attendee
        person = None if who is None else Person(email=who.email, first_name=who.first_name, last_name=who.last_name)
        return cls(
            position=seat.position,
            seat_type_id=seat.seat_type_id,
            seat_type=seat.seat_type,
            attendee=person,
            order_id=row.order_id,
            conference_id=row.conference_id,
            generation=seat.generation,
        )


@strawberry.type(description="A seat as whoever sits there sees it; nothing of the order that it belongs to.")
class MySeat:
    seat: Seat = strawberry.field(description="The seat, with its ticket.")
    position: Position = strawberry.field(description="The last change that this shows; a greater one is newer.")
    stale: bool = strawberry.field(description="True when what was just done could not be met in time.")

    @strawberry.field(description="The conference, from the catalogue.")
    async def conference(self, info: Info) -> Conference | None:
        """Looked up only when it is asked for."""
        return await conference_of(info, self.seat)


async def conference_of(info: Info, seat: Seat) -> Conference | None:
    """Where a seat is."""
    seen = await see(info.context.engine, CATALOGUE, seat.conference_id)
    return await Conference.of(seen.row, info.context) if seen.row else None


@strawberry.type(description="It was done, and this browser may see the seat.")
class SeatShown:
    my_seat: MySeat = strawberry.field(description="The seat after it.")
    position: Position = strawberry.field(description="What was done by it.")


@strawberry.type(description="The link is good: this seat is to be had.")
class SeatToTake:
    seat_type: str = strawberry.field(description="The name the seat was sold under.")
    seat: strawberry.Private[Seat]

    @strawberry.field(description="The conference, from the catalogue.")
    async def conference(self, info: Info) -> Conference | None:
        """Looked up only when it is asked for."""
        return await conference_of(info, self.seat)


SeatResult: TypeAlias = Annotated[
    SeatShown | Refused | Busy | TooManyTries,
    strawberry.union("SeatResult", description="What came of doing something with one's seat."),
]
TransferResult: TypeAlias = Annotated[
    SeatToTake | Refused | TooManyTries,
    strawberry.union("TransferResult", description="What a link that passes a seat on is good for."),
]
