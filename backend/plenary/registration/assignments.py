"""Who sits where: one numbered seat for every seat of a confirmed order, each given to one person or to nobody yet."""

from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, get_args
from uuid import UUID

from plenary.engine.decider import Decider, Map, Personal, Refusal
from plenary.words import check_email, check_line, invalid, tidy


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
class RemoveSeats:
    """These seats were given up: they leave the order for good, and the others keep their numbers."""

    order_id: UUID
    positions: tuple[int, ...]


Command = CreateAssignments | AssignSeat | UnassignSeat | RemoveSeats


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


@dataclass(frozen=True, slots=True)
class SeatsRemoved:
    order_id: UUID
    positions: tuple[int, ...]


Event = AssignmentsCreated | SeatAssigned | AttendeeCorrected | SeatUnassigned | SeatsRemoved


@dataclass(frozen=True, slots=True)
class NoSeatsToAssign(Refusal):
    text: ClassVar[str] = "This order has no seats to assign: it is not confirmed."


@dataclass(frozen=True, slots=True)
class SeatNotFound(Refusal):
    position: int
    text: ClassVar[str] = "This order has no seat number {position}."
    field: ClassVar[str | None] = "position"


@dataclass(frozen=True, slots=True)
class Attendee:
    attendee: UUID
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Assignments:
    """The seats of one order; `attendees` by position, a seat given to nobody is not in it. None: not made yet."""

    conference_id: UUID | None
    positions: frozenset[int]
    attendees: Map[int, Attendee] = field(default_factory=Map)
    removed: frozenset[int] = frozenset()


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
        case AssignSeat() | UnassignSeat(), _ if command.position not in assignments.positions:
            return SeatNotFound(command.position)
        case AssignSeat(), _:
            return _assign(command, assignments)
        case UnassignSeat(order_id, position), _:
            given = assignments.attendees.get(position)
            return [SeatUnassigned(order_id, position, given.attendee)] if given else []


def _assign(command: AssignSeat, assignments: Assignments) -> list[Event] | Refusal:
    if refused := invalid(
        check_email("email", command.email),
        check_line("first_name", command.first_name),
        check_line("last_name", command.last_name),
    ):
        return refused
    assert assignments.conference_id is not None  # it has this position
    before = assignments.attendees.get(command.position)
    new = Attendee(command.attendee, tidy(command.email), tidy(command.first_name), tidy(command.last_name))
    if before is None or before.attendee != new.attendee:
        previous = before.attendee if before else None
        return [
            SeatAssigned(
                command.order_id,
                assignments.conference_id,
                command.position,
                new.attendee,
                new.email,
                new.first_name,
                new.last_name,
                previous,
            )
        ]
    if (new.first_name, new.last_name) == (before.first_name, before.last_name):
        return []
    return [
        AttendeeCorrected(
            command.order_id,
            assignments.conference_id,
            command.position,
            new.attendee,
            new.email,
            new.first_name,
            new.last_name,
        )
    ]


def evolve(assignments: Assignments | None, event: Event) -> Assignments | None:
    """Who sits where after an event. Raises ValueError for an event that could never have been decided."""
    match event, assignments:
        case AssignmentsCreated(_, conference_id, seats), None | Assignments(conference_id=None):
            removed = assignments.removed if assignments else frozenset()
            positions = frozenset(seat.position for seat in seats) - removed
            return Assignments(conference_id, positions, removed=removed)
        case SeatsRemoved(positions=positions), None:
            return Assignments(None, frozenset(), removed=frozenset(positions))
        case SeatsRemoved(positions=positions), Assignments(attendees=attendees, removed=removed):
            for position in positions:
                attendees = attendees.delete(position) if position in attendees else attendees
            left = assignments.positions - set(positions)
            return replace(assignments, positions=left, attendees=attendees, removed=removed | set(positions))
        case SeatAssigned() | AttendeeCorrected(), Assignments(attendees=attendees):
            attendee = Attendee(event.attendee, event.email, event.first_name, event.last_name)
            return replace(assignments, attendees=attendees.set(event.position, attendee))
        case SeatUnassigned(position=position), Assignments(attendees=attendees):
            return replace(assignments, attendees=attendees.delete(position))
    raise ValueError(f"{type(event).__name__} cannot follow on {type(assignments).__name__}")


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
