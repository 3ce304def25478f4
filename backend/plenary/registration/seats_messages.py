"""What can be asked of a conference's seats, and what can happen to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from plenary.words import Item

# Commands


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
class SetSaleEnd:
    """The sale of a type ends at `until` (UTC; None: it is left open), which may be over when this is `told_at`."""

    conference_id: UUID
    seat_type_id: UUID
    until: datetime | None
    told_at: datetime


@dataclass(frozen=True, slots=True)
class EndSale:
    """The sale of a type ends if its end has come when this is `told_at`, and was not put off meanwhile."""

    conference_id: UUID
    seat_type_id: UUID
    told_at: datetime


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


@dataclass(frozen=True, slots=True)
class ReduceSeats:
    """Keep only these of the order's seats, as of this revision; the others return."""

    conference_id: UUID
    order_id: UUID
    revision: int
    left: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class JoinWaitlist:
    """Wait for seats of one type; as soon as some are free they are held for this order, in the order of joining."""

    conference_id: UUID
    order_id: UUID
    wanted: Item


Command = (
    SetQuota
    | CloseSeatType
    | SetSaleEnd
    | EndSale
    | SetSales
    | ReserveSeats
    | CommitSeats
    | ReleaseSeats
    | ReduceSeats
    | JoinWaitlist
)

# Events


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
class SaleEndSet:
    """The sale of a type goes on until then; one that had ended goes on again."""

    conference_id: UUID
    seat_type_id: UUID
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SaleEnded:
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
    """Requests of the order up to `revision` are over, also those still on their way."""

    conference_id: UUID
    order_id: UUID
    levels: tuple[Level, ...]
    revision: int = 0


@dataclass(frozen=True, slots=True)
class SeatsReduced:
    conference_id: UUID
    order_id: UUID
    revision: int
    left: tuple[Item, ...]
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class WaitlistJoined:
    """An order waits at the end of the line; `waiting` orders stand in it now."""

    conference_id: UUID
    order_id: UUID
    seat_type_id: UUID
    quantity: int
    waiting: int


@dataclass(frozen=True, slots=True)
class WaitlistLeft:
    conference_id: UUID
    order_id: UUID
    seat_type_id: UUID
    waiting: int
    revision: int


@dataclass(frozen=True, slots=True)
class WaitlistEnded:
    """Nobody sells these seats any more: this order waits in vain."""

    conference_id: UUID
    order_id: UUID
    seat_type_id: UUID
    waiting: int


@dataclass(frozen=True, slots=True)
class SeatsOffered:
    """The first in line got what was free, at most what it wants; it is held, and the order waits no more."""

    conference_id: UUID
    order_id: UUID
    seat_type_id: UUID
    quantity: int
    waiting: int
    levels: tuple[Level, ...]


Event = (
    QuotaSet
    | SeatTypeClosed
    | SaleEndSet
    | SaleEnded
    | SalesSet
    | SeatsReserved
    | SeatsCommitted
    | SeatsReleased
    | SeatsReduced
    | WaitlistJoined
    | WaitlistLeft
    | WaitlistEnded
    | SeatsOffered
)
