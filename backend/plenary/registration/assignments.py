"""Who sits where: one numbered seat for every seat of a confirmed order, each given to one person or to nobody yet."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from plenary.engine.decider import Personal, Refusal


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of an order; `position` counts from 1, `seat_type` is the name it was sold under."""

    position: int
    seat_type_id: UUID
    seat_type: str


@dataclass(frozen=True, slots=True)
class CreateAssignments:
    order_id: UUID
    conference_id: UUID
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class AssignSeat:
    """Give a seat to a person. `attendee` is the id that belongs to the e-mail, however it is capitalised."""

    order_id: UUID
    position: int
    attendee: UUID
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class UnassignSeat:
    order_id: UUID
    position: int


Command = CreateAssignments | AssignSeat | UnassignSeat


@dataclass(frozen=True, slots=True)
class AssignmentsCreated:
    order_id: UUID
    conference_id: UUID
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class SeatAssigned:
    order_id: UUID
    conference_id: UUID
    position: int
    attendee: UUID
    email: Annotated[str, Personal("attendee")]
    first_name: Annotated[str, Personal("attendee")]
    last_name: Annotated[str, Personal("attendee")]
    previous: UUID | None


@dataclass(frozen=True, slots=True)
class AttendeeCorrected:
    """The same person, by e-mail, has another name now."""

    order_id: UUID
    conference_id: UUID
    position: int
    attendee: UUID
    email: Annotated[str, Personal("attendee")]
    first_name: Annotated[str, Personal("attendee")]
    last_name: Annotated[str, Personal("attendee")]


@dataclass(frozen=True, slots=True)
class SeatUnassigned:
    order_id: UUID
    position: int
    attendee: UUID


Event = AssignmentsCreated | SeatAssigned | AttendeeCorrected | SeatUnassigned


@dataclass(frozen=True, slots=True)
class NoSeatsToAssign(Refusal):
    text: ClassVar[str] = "This order has no seats to assign: it is not confirmed."


@dataclass(frozen=True, slots=True)
class SeatNotFound(Refusal):
    position: int
    text: ClassVar[str] = "This order has no seat number {position}."
    field: ClassVar[str | None] = "position"
