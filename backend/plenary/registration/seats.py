"""The seats of one conference: how many of each type are held and sold, and for which order. It never oversells."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import assert_never, get_args
from uuid import UUID

from plenary.engine.decider import Decider, Map, Refusal
from plenary.words import Item, check_quota, invalid, merged


@dataclass(frozen=True, slots=True)
class SetQuota:
    conference_id: UUID
    seat_type_id: UUID
    quota: int


@dataclass(frozen=True, slots=True)
class CloseSeatType:
    conference_id: UUID
    seat_type_id: UUID


@dataclass(frozen=True, slots=True)
class SetSales:
    conference_id: UUID
    open: bool


@dataclass(frozen=True, slots=True)
class ReserveSeats:
    """Hold these seats for an order, instead of any that it holds. To *retake* is all or nothing, after a release."""

    conference_id: UUID
    order_id: UUID
    revision: int
    wanted: tuple[Item, ...]
    retake: bool = False


@dataclass(frozen=True, slots=True)
class CommitSeats:
    conference_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class ReleaseSeats:
    """Give back what the order was granted in answer to its requests up to this revision."""

    conference_id: UUID
    order_id: UUID
    revision: int


Command = SetQuota | CloseSeatType | SetSales | ReserveSeats | CommitSeats | ReleaseSeats


@dataclass(frozen=True, slots=True)
class Level:
    """How many seats of a type there are, are held, and are sold, after an event."""

    seat_type_id: UUID
    quota: int
    held: int
    sold: int


@dataclass(frozen=True, slots=True)
class QuotaSet:
    conference_id: UUID
    seat_type_id: UUID
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class SeatTypeClosed:
    conference_id: UUID
    seat_type_id: UUID


@dataclass(frozen=True, slots=True)
class SalesSet:
    conference_id: UUID
    open: bool


@dataclass(frozen=True, slots=True)
class SeatsReserved:
    """What an order was granted, in answer to one of its revisions: every type it wanted, 0 included."""

    conference_id: UUID
    order_id: UUID
    revision: int
    granted: tuple[Item, ...]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class SeatsCommitted:
    conference_id: UUID
    order_id: UUID
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class SeatsReleased:
    conference_id: UUID
    order_id: UUID
    levels: tuple[Level, ...]


Event = QuotaSet | SeatTypeClosed | SalesSet | SeatsReserved | SeatsCommitted | SeatsReleased


@dataclass(frozen=True, slots=True)
class Held:
    """Seats kept for an order, possibly none; `revision` is the order's last request that was answered."""

    revision: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Sold:
    revision: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Released:
    revision: int


@dataclass(frozen=True, slots=True)
class Seats:
    """Persistent maps, so that an event costs the same with one order and with a hundred thousand."""

    open: bool = False
    levels: Map[UUID, Level] = field(default_factory=Map)
    closed: frozenset[UUID] = frozenset()
    orders: Map[UUID, Held | Sold | Released] = field(default_factory=Map)

    def free(self, seat_type_id: UUID) -> int:
        """How many more of a type may be given away."""
        level = self.levels.get(seat_type_id)
        if level is None or seat_type_id in self.closed:
            return 0
        return max(level.quota - level.held - level.sold, 0)  # a lowered quota can leave less than none


def decide(command: Command, seats: Seats) -> list[Event] | Refusal:
    """Who gets which seats. Every event carries the levels that it leads to, so that nobody else has to count."""
    match command:
        case SetQuota(conference_id, seat_type_id, quota):
            if refused := invalid(check_quota("quota", quota)):
                return refused
            level = seats.levels.get(seat_type_id)
            if seat_type_id in seats.closed or (level and level.quota == quota):
                return []
            level = replace(level or Level(seat_type_id, 0, 0, 0), quota=quota)
            return [QuotaSet(conference_id, seat_type_id, (level,))]
        case CloseSeatType(conference_id, seat_type_id):
            return [] if seat_type_id in seats.closed else [SeatTypeClosed(conference_id, seat_type_id)]
        case SetSales(conference_id, open):
            return [] if open == seats.open else [SalesSet(conference_id, open)]
        case ReserveSeats():
            return _reserve(command, seats)
        case CommitSeats():
            return _commit(command, seats)
        case ReleaseSeats():
            return _release(command, seats)
        case _:
            assert_never(command)


def _reserve(command: ReserveSeats, seats: Seats) -> list[Event]:
    """What the order holds already, and more as far as there is. Once released it gets nothing, but by retaking all."""
    before = seats.orders.get(command.order_id)
    match before:
        case Sold():
            return []
        case Held(revision) | Released(revision) if command.revision <= revision:
            return []
    mine = _count(before.items if isinstance(before, Held) else ())
    wanted = merged(command.wanted)
    granted = tuple(
        Item(item.seat_type_id, max(0, min(item.quantity, seats.free(item.seat_type_id) + mine[item.seat_type_id])))
        for item in wanted
    )
    on_sale = seats.open and seats.closed.isdisjoint(item.seat_type_id for item in wanted)
    over = isinstance(before, Released) and not command.retake
    if over or (command.retake and not (on_sale and granted == wanted)):
        granted = tuple(Item(item.seat_type_id, 0) for item in wanted)
    change = _count(granted)
    change.subtract(mine)
    levels = _levels(seats, change, held=+1)
    return [SeatsReserved(command.conference_id, command.order_id, command.revision, granted, levels)]


def _commit(command: CommitSeats, seats: Seats) -> list[Event]:
    """A hold becomes a sale, once."""
    match seats.orders.get(command.order_id):
        case Held(items=items) if items:
            levels = _levels(seats, _count(items), held=-1, sold=+1)
            return [SeatsCommitted(command.conference_id, command.order_id, levels)]
        case _:
            return []


def _release(command: ReleaseSeats, seats: Seats) -> list[Event]:
    """A hold or a sale goes back to the pool, once. A release that a retaking has overtaken finds nothing to do."""
    levels: tuple[Level, ...] = ()
    match seats.orders.get(command.order_id):
        case Released():
            return []
        case Held(revision) | Sold(revision) if revision > command.revision:
            return []
        case Held(items=items):
            levels = _levels(seats, _count(items), held=-1)
        case Sold(items=items):
            levels = _levels(seats, _count(items), sold=-1)
        case None:
            pass  # remembered all the same, so that a request still on its way finds the order over
    return [SeatsReleased(command.conference_id, command.order_id, levels)]


def _count(items: tuple[Item, ...]) -> Counter[UUID]:
    return Counter({item.seat_type_id: item.quantity for item in items})


def _levels(seats: Seats, change: Counter[UUID], held: int = 0, sold: int = 0) -> tuple[Level, ...]:
    """The levels after a change: its numbers of seats are added (+1) to or taken (-1) from those held or sold."""
    return tuple(
        replace(level, held=level.held + held * number, sold=level.sold + sold * number)
        for seat_type_id, number in change.items()
        if (level := seats.levels.get(seat_type_id))
    )


def evolve(seats: Seats, event: Event) -> Seats:
    """The seats after an event."""
    match event:
        case QuotaSet(levels=levels):
            return replace(seats, levels=_set(seats, levels))
        case SeatTypeClosed(seat_type_id=seat_type_id):
            return replace(seats, closed=seats.closed | {seat_type_id})
        case SalesSet(open=open):
            return replace(seats, open=open)
        case SeatsReserved(_, order_id, revision, granted, levels):
            items = tuple(item for item in granted if item.quantity)
            over = isinstance(seats.orders.get(order_id), Released) and not items
            order = Released(revision) if over else Held(revision, items)
            return replace(seats, levels=_set(seats, levels), orders=seats.orders.set(order_id, order))
        case SeatsCommitted(_, order_id, levels):
            held = seats.orders[order_id]
            assert isinstance(held, Held)
            sold = Sold(held.revision, held.items)
            return replace(seats, levels=_set(seats, levels), orders=seats.orders.set(order_id, sold))
        case SeatsReleased(_, order_id, levels):
            before = seats.orders.get(order_id)
            released = Released(before.revision if before else 0)
            return replace(seats, levels=_set(seats, levels), orders=seats.orders.set(order_id, released))
        case _:
            assert_never(event)


def _set(seats: Seats, levels: tuple[Level, ...]) -> Map[UUID, Level]:
    return seats.levels.update({level.seat_type_id: level for level in levels})


SEATS: Decider[Command, Seats, Event] = Decider(
    name="seats",
    commands=get_args(Command),
    events=get_args(Event),
    initial=Seats(),
    decide=decide,
    evolve=evolve,
    key=lambda command: command.conference_id,
    snapshot=Seats,
)
