"""The seats of one conference: how many of each type are held and sold, and for which order. It never oversells."""

from dataclasses import dataclass
from uuid import UUID

from plenary.words import Item


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
    conference_id: UUID
    order_id: UUID


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
