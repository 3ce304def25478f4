"""The waitlist entries of one person: at most one for each seat type, until it ends or the person is erased."""

from dataclasses import dataclass, field, replace
from typing import ClassVar, assert_never, get_args
from uuid import UUID

from plenary.engine.decider import Decider, Map, Refusal

# Commands


@dataclass(frozen=True, slots=True)
class AddEntry:
    """This order is to wait for seats of this type, in the place of one that is known to wait no more, if any."""

    subject: UUID
    seat_type_id: UUID
    order_id: UUID
    instead_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class EndEntry:
    """This order waits no more."""

    subject: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class EraseEntries:
    subject: UUID


Command = AddEntry | EndEntry | EraseEntries

# Events


@dataclass(frozen=True, slots=True)
class EntryAdded:
    subject: UUID
    seat_type_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class EntryEnded:
    subject: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class EntriesErased:
    """The person was erased: nobody can take what these orders wait for."""

    subject: UUID
    orders: tuple[UUID, ...]


Event = EntryAdded | EntryEnded | EntriesErased

# Refusals


@dataclass(frozen=True, slots=True)
class AlreadyWaiting(Refusal):
    text: ClassVar[str] = (
        "This e-mail address is on the waitlist for these seats already, and keeps its place. "
        "To wait for more or fewer of them, leave the waitlist first."
    )
    field: ClassVar[str | None] = "item"


@dataclass(frozen=True, slots=True)
class PersonIsErased(Refusal):
    text: ClassVar[str] = "This person was erased a moment ago. Please try again."


@dataclass(frozen=True, slots=True)
class Entries:
    """The order that waits for each seat type; none ever again once the person is erased."""

    orders: Map[UUID, UUID] = field(default_factory=Map)
    erased: bool = False


def decide(command: Command, entries: Entries) -> list[Event] | Refusal:
    """Who waits for a type of seats does not stand in its line twice. An entry is added together with its order."""
    match command:
        case AddEntry() if entries.erased:
            return PersonIsErased()
        case AddEntry(subject, seat_type_id, order_id, instead_of):
            waiting, added = entries.orders.get(seat_type_id), EntryAdded(subject, seat_type_id, order_id)
            if waiting is None:
                return [added]
            if waiting == order_id:
                return []
            return [EntryEnded(subject, waiting), added] if waiting == instead_of else AlreadyWaiting()
        case EndEntry(subject, order_id):
            return [EntryEnded(subject, order_id)] if order_id in entries.orders.values() else []
        case EraseEntries(subject):
            return [] if entries.erased else [EntriesErased(subject, tuple(entries.orders.values()))]
        case _:
            assert_never(command)


def evolve(entries: Entries, event: Event) -> Entries:
    """The entries after an event."""
    match event:
        case EntryAdded(_, seat_type_id, order_id):
            return replace(entries, orders=entries.orders.set(seat_type_id, order_id))
        case EntryEnded(order_id=ended):
            left = {seat_type_id: order_id for seat_type_id, order_id in entries.orders.items() if order_id != ended}
            return replace(entries, orders=Map(left))
        case EntriesErased():
            return Entries(erased=True)
        case _:
            assert_never(event)


ENTRIES: Decider[Command, Entries, Event] = Decider(
    name="entries",
    commands=get_args(Command),
    events=get_args(Event),
    initial=Entries(),
    decide=decide,
    evolve=evolve,
    key=lambda command: command.subject,
)
