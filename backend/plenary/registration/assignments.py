"""Who sits where: one numbered seat for every seat of a confirmed order, each given to one person or to nobody yet.

A seat has a generation, which grows each time it changes hands: links and tickets of earlier ones open nothing.
"""

from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Final, get_args
from uuid import UUID

from plenary.engine.decider import Decider, Map, Personal, Refusal
from plenary.words import check_email, check_line, invalid, tidy

RESEND: Final = timedelta(minutes=1)
"""How long after a ticket was sent again it is not sent once more."""


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


@dataclass(frozen=True, slots=True)
class TakeSeat:
    """Sit down on a seat by a link that was made for this generation of it."""

    order_id: UUID
    position: int
    generation: int
    attendee: UUID
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class CorrectAttendee:
    """Whoever sits there, since this generation, is called so."""

    order_id: UUID
    position: int
    generation: int
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class RemoveSeats:
    """These seats were given up: they leave the order for good, and the others keep their numbers."""

    order_id: UUID
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResendTicket:
    order_id: UUID
    position: int
    asked_at: datetime


Command = CreateAssignments | AssignSeat | UnassignSeat | TakeSeat | CorrectAttendee | RemoveSeats | ResendTicket


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
    generation: int


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


@dataclass(frozen=True, slots=True)
class SeatsRemoved:
    order_id: UUID
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TicketResent:
    """Whoever has this seat is to be sent its ticket once more."""

    order_id: UUID
    position: int
    resent_at: datetime


Event = AssignmentsCreated | SeatAssigned | AttendeeCorrected | SeatUnassigned | SeatsRemoved | TicketResent


@dataclass(frozen=True, slots=True)
class NoSeatsToAssign(Refusal):
    text: ClassVar[str] = "This order has no seats to assign: it is not confirmed."


@dataclass(frozen=True, slots=True)
class SeatNotFound(Refusal):
    position: int
    text: ClassVar[str] = "This order has no seat number {position}."
    field: ClassVar[str | None] = "position"


@dataclass(frozen=True, slots=True)
class SeatIsNobodys(Refusal):
    text: ClassVar[str] = "Nobody was named for this seat yet."


@dataclass(frozen=True, slots=True)
class SeatHasChangedHands(Refusal):
    text: ClassVar[str] = "This seat has changed hands meanwhile, and what was sent before no longer opens it."


@dataclass(frozen=True, slots=True)
class TicketJustResent(Refusal):
    text: ClassVar[str] = "The ticket was sent again a moment ago; please look into the spam folder, too."


@dataclass(frozen=True, slots=True)
class Attendee:
    attendee: UUID
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Assignments:
    """The seats of one order, by position; a seat given to nobody has no attendee. No conference: not made yet."""

    conference_id: UUID | None
    positions: frozenset[int]
    attendees: Map[int, Attendee] = field(default_factory=Map)
    removed: frozenset[int] = frozenset()
    generations: Map[int, int] = field(default_factory=Map)
    resent: Map[int, datetime] = field(default_factory=Map)

    def generation(self, position: int) -> int:
        """How often this seat has changed hands."""
        return self.generations.get(position, 0)


def decide(command: Command, assignments: Assignments | None) -> list[Event] | Refusal:
    """Seats are made once; each can be given, given to somebody else, and taken back, as often as one likes."""
    match command, assignments:
        case CreateAssignments(order_id, conference_id, seats), None | Assignments(conference_id=None):
            return [AssignmentsCreated(order_id, conference_id, seats)]
        case CreateAssignments(), _:
            return []
        case RemoveSeats(order_id, positions), _:
            removed = assignments.removed if assignments else frozenset()
            return [] if removed.issuperset(positions) else [SeatsRemoved(order_id, positions)]
        case _, None | Assignments(conference_id=None):
            return NoSeatsToAssign()
        case _, _ if command.position not in assignments.positions:
            return SeatNotFound(command.position)
        case TakeSeat() | CorrectAttendee(), _ if command.generation != assignments.generation(command.position):
            return SeatHasChangedHands()
        case AssignSeat() | TakeSeat(), _:
            return _assign(command, assignments)
        case UnassignSeat(order_id, position), _:
            given = assignments.attendees.get(position)
            return [SeatUnassigned(order_id, position, given.attendee)] if given else []
        case CorrectAttendee() | ResendTicket(), _ if command.position not in assignments.attendees:
            return SeatIsNobodys()
        case CorrectAttendee(position=position), _:
            there = replace(assignments.attendees[position], first_name=command.first_name, last_name=command.last_name)
            return _assign(AssignSeat(command.order_id, position, *astuple(there)), assignments)
        case ResendTicket(order_id, position, asked_at), _:
            before = assignments.resent.get(position)
            if before is not None and asked_at < before + RESEND:
                return TicketJustResent()
            return [TicketResent(order_id, position, asked_at)]


def _assign(command: AssignSeat | TakeSeat, assignments: Assignments) -> list[Event] | Refusal:
    if refused := invalid(
        check_email("email", command.email),
        check_line("first_name", command.first_name),
        check_line("last_name", command.last_name),
    ):
        return refused
    assert assignments.conference_id is not None  # it has this position
    before = assignments.attendees.get(command.position)
    new = Attendee(command.attendee, tidy(command.email), tidy(command.first_name), tidy(command.last_name))
    seat = (command.order_id, assignments.conference_id, command.position)
    said = (*seat, new.attendee, new.email, new.first_name, new.last_name)
    if before is None or before.attendee != new.attendee or isinstance(command, TakeSeat):
        previous = before.attendee if before else None
        return [SeatAssigned(*said, previous, assignments.generation(command.position) + 1)]
    if (new.first_name, new.last_name) == (before.first_name, before.last_name):
        return []
    return [AttendeeCorrected(*said)]


def next_generation(event: SeatAssigned | SeatUnassigned, before: int) -> int:
    """The generation of a seat that changes hands; what was stored before there were any does not say it (0)."""
    said = event.generation if isinstance(event, SeatAssigned) else 0
    return said or before + 1


def evolve(assignments: Assignments | None, event: Event) -> Assignments | None:
    """Who sits where after an event. Raises ValueError for an event that could never have been decided."""
    match event, assignments:
        case AssignmentsCreated(_, conference_id, seats), None | Assignments(conference_id=None):
            removed = assignments.removed if assignments else frozenset()
            return Assignments(conference_id, frozenset(seat.position for seat in seats) - removed, removed=removed)
        case SeatsRemoved(positions=gone), None:
            return Assignments(None, frozenset(), removed=frozenset(gone))
        case SeatsRemoved(positions=gone), Assignments(positions=positions, attendees=attendees, removed=removed):
            sitting = Map({position: who for position, who in attendees.items() if position not in gone})
            left = positions.difference(gone)
            return replace(assignments, positions=left, attendees=sitting, removed=removed.union(gone))
        case TicketResent(position=position, resent_at=resent_at), Assignments(resent=resent):
            return replace(assignments, resent=resent.set(position, resent_at))
        case SeatAssigned() | AttendeeCorrected(), Assignments(attendees=attendees):
            who = Attendee(event.attendee, event.email, event.first_name, event.last_name)
            seated = replace(assignments, attendees=attendees.set(event.position, who))
            return _passed_on(seated, event) if isinstance(event, SeatAssigned) else seated
        case SeatUnassigned(position=position), Assignments(attendees=attendees):
            return _passed_on(replace(assignments, attendees=attendees.delete(position)), event)
    raise ValueError(f"{type(event).__name__} cannot follow on {type(assignments).__name__}")


def _passed_on(assignments: Assignments, event: SeatAssigned | SeatUnassigned) -> Assignments:
    generation = next_generation(event, assignments.generation(event.position))
    return replace(assignments, generations=assignments.generations.set(event.position, generation))


ASSIGNMENTS: Decider[Command, Assignments | None, Event] = Decider(
    name="assignments",
    commands=get_args(Command),
    events=get_args(Event),
    initial=None,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.order_id,
    creating=(CreateAssignments,),
)
