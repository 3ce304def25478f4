"""What a conference's seats remember: levels, orders and lines of those who wait; and how each event moves them on."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from plenary.engine.decider import Map
from plenary.registration.seats_messages import (
    Event,
    Level,
    QuotaSet,
    SaleEnded,
    SaleEndSet,
    SalesSet,
    SeatsCommitted,
    SeatsOffered,
    SeatsReduced,
    SeatsReleased,
    SeatsReserved,
    SeatTypeClosed,
    WaitlistEnded,
    WaitlistJoined,
    WaitlistLeft,
)
from plenary.words import Item


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
class Waiting:
    """On the waitlist, and nothing is held."""

    seat_type_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Line:
    """Those who wait for one seat type, the first in line first. The first of `joined`, so many as `gone`, do not.

    So a long line moves up without being written down anew for each who leaves it.
    """

    joined: tuple[UUID, ...]
    gone: int = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self.joined) - self.gone

    @property
    def orders(self) -> tuple[UUID, ...]:
        """Who waits."""
        return self.joined[self.gone :] if self.gone else self.joined

    @property
    def first(self) -> UUID:
        """Whose turn it is."""
        return self.joined[self.gone]


NOBODY: Final = Line(())


@dataclass(frozen=True, slots=True)
class Seats:
    """Persistent maps, so that an event costs the same with one order and with a hundred thousand.

    Nobody gets seats of a `closed` type; of one whose sale `ended`, only who ordered them in time. `sold_until` says
    when a sale ends, where it does.
    """

    open: bool = False
    levels: Map[UUID, Level] = field(default_factory=Map)
    closed: frozenset[UUID] = frozenset()
    sold_until: Map[UUID, datetime] = field(default_factory=Map)
    ended: frozenset[UUID] = frozenset()
    orders: Map[UUID, Held | Sold | Released | Waiting] = field(default_factory=Map)
    lines: Map[UUID, Line] = field(default_factory=Map)

    def free(self, seat_type_id: UUID) -> int:
        """How many more of a type may be given away."""
        level = self.levels.get(seat_type_id)
        if level is None or seat_type_id in self.closed:
            return 0
        return max(level.quota - level.held - level.sold, 0)  # a lowered quota can leave less than none

    def on_sale(self, seat_type_id: UUID) -> bool:
        """Whether seats of a type may be had by who did not order them in time."""
        return seat_type_id not in self.closed and seat_type_id not in self.ended

    def line(self, seat_type_id: UUID) -> tuple[UUID, ...]:
        """The orders that wait for seats of a type, the first in line first."""
        return self.lines.get(seat_type_id, NOBODY).orders

    def waiting(self, seat_type_id: UUID) -> int:
        """How many they are."""
        return len(self.lines.get(seat_type_id, NOBODY))


def evolve(seats: Seats, event: Event) -> Seats:
    """The seats after an event."""
    match event:
        case QuotaSet(levels=levels):
            return replace(seats, levels=_set(seats, levels))
        case SeatTypeClosed(seat_type_id=seat_type_id):
            return replace(seats, closed=seats.closed | {seat_type_id})
        case SaleEndSet(_, seat_type_id, until):
            others = seats.sold_until.delete(seat_type_id) if seat_type_id in seats.sold_until else seats.sold_until
            sold_until = others if until is None else others.set(seat_type_id, until)
            return replace(seats, sold_until=sold_until, ended=seats.ended - {seat_type_id})
        case SaleEnded(seat_type_id=seat_type_id):
            return replace(seats, ended=seats.ended | {seat_type_id})
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
        case SeatsReleased(_, order_id, levels, revision):
            before = seats.orders.get(order_id)
            known = before.revision if isinstance(before, Held | Sold | Released) else 0
            released = Released(max(known, revision))
            return replace(seats, levels=_set(seats, levels), orders=seats.orders.set(order_id, released))
        case SeatsReduced(_, order_id, revision, left, levels):
            kept: Held | Sold = Sold(revision, left)
            if isinstance(seats.orders[order_id], Held):
                kept = Held(revision, left)
            return replace(seats, levels=_set(seats, levels), orders=seats.orders.set(order_id, kept))
        case WaitlistJoined(_, order_id, seat_type_id, quantity):
            orders = seats.orders.set(order_id, Waiting(seat_type_id, quantity))
            return replace(seats, orders=orders, lines=_line(seats, seat_type_id, *seats.line(seat_type_id), order_id))
        case WaitlistLeft(_, order_id, seat_type_id) | WaitlistEnded(_, order_id, seat_type_id):
            revision = event.revision if isinstance(event, WaitlistLeft) else 1
            orders = seats.orders.set(order_id, Released(revision))
            return replace(seats, orders=orders, lines=_line_without(seats, seat_type_id, order_id))
        case SeatsOffered(_, order_id, seat_type_id, quantity, _, levels):
            orders = seats.orders.set(order_id, Held(1, (Item(seat_type_id, quantity),)))
            lines = _line_without(seats, seat_type_id, order_id)
            return replace(seats, levels=_set(seats, levels), orders=orders, lines=lines)
        case _:
            assert_never(event)


def _line(seats: Seats, seat_type_id: UUID, *orders: UUID) -> Map[UUID, Line]:
    return seats.lines.set(seat_type_id, Line(orders)) if orders else seats.lines.delete(seat_type_id)


def _line_without(seats: Seats, seat_type_id: UUID, order_id: UUID) -> Map[UUID, Line]:
    line = seats.lines.get(seat_type_id)
    if line is None:
        return seats.lines
    if line.first != order_id:
        if order_id not in line.orders:
            return seats.lines
        return _line(seats, seat_type_id, *(other for other in line.orders if other != order_id))
    if len(line) > line.gone + 1:  # as whenever it is their turn
        return seats.lines.set(seat_type_id, replace(line, gone=line.gone + 1))
    return _line(seats, seat_type_id, *line.orders[1:])


def _set(seats: Seats, levels: tuple[Level, ...]) -> Map[UUID, Level]:
    return seats.levels.update({level.seat_type_id: level for level in levels})
