"""What is shown of an order: its lines and price, its registrant, payment and seats."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plenary.registration.order_events import Line
from plenary.registration.order_prices import Price, price_of_rest
from plenary.registration.payments_shown import Payment, Refund
from plenary.words import Promo

State = Literal[
    "placed",
    "waitlisted",
    "held",
    "partly_held",
    "sold_out",
    "confirmed",
    "expired",
    "retaking",
    "cancelled",
    "refunded",
]
RUNNING: frozenset[State] = frozenset(("placed", "held", "partly_held"))


class OrderLine(Struct, frozen=True, gc=False):
    """Seats of one type, with name and price as sold; `granted` is None until the wish is decided.

    `given_up`: how many were granted, bought and given up again.
    """

    seat_type_id: UUID
    name: str
    unit_price: int
    wanted: int
    granted: int | None = None
    given_up: int = 0

    @property
    def seats(self) -> int:
        """How many seats it counts for: those granted, once that is known."""
        return self.wanted if self.granted is None else self.granted

    @property
    def total(self) -> int:
        """What they cost without any code."""
        return self.unit_price * self.seats


class Person(Struct, frozen=True, gc=False):
    """Somebody with a seat or an order."""

    email: str
    first_name: str
    last_name: str


class Seat(Struct, frozen=True, gc=False):
    """A numbered seat of a confirmed order, given to somebody or to nobody yet; see assignments for its generation."""

    position: int
    seat_type_id: UUID
    seat_type: str
    attendee: Person | None = None
    generation: int = 0


class OrderRow(Struct, frozen=True, gc=False):
    """One order. `revision` counts its wishes, and `answered` is the last one decided; money is in minor units.

    `promos` are the codes taken off. An `offered` one came from the waitlist; `extended`: its registrant has asked for
    more time. `waiting_since` is its place in the order of all who ever joined, while it waits for `waiting_for`.
    `words` are those it is found by. `refund_due_since`: since when its organizer has to see to a refund, if to any.
    """

    order_id: UUID
    conference_id: UUID
    code: str
    state: State
    lines: tuple[OrderLine, ...]
    currency: str
    total: int
    placed_at: datetime
    pay_by: datetime
    expires_at: datetime
    revision: int
    answered: int
    registrant: UUID | None
    email: str | None
    first_name: str | None
    last_name: str | None
    payment: Payment | None
    seats: tuple[Seat, ...]
    position: int
    promos: tuple[Promo, ...] = ()
    offered: bool = False
    extended: bool = False
    cancelled: tuple[int, ...] = ()
    waiting_for: UUID | None = None
    waiting_since: int | None = None
    words: str = ""
    refunds: tuple[Refund, ...] = ()
    refund_due_since: datetime | None = None

    @property
    def price(self) -> Price:
        """What its lines cost with its codes: only granted seats count once that is known, without those given up."""
        lines = [Line(x.seat_type_id, x.name, x.unit_price, x.seats + x.given_up) for x in self.lines]
        return price_of_rest(lines, self.promos, self.cancelled)

    @property
    def decided(self) -> bool:
        """Whether it is known which of the wanted seats it has. A changed order stays held until then."""
        if self.state == "waitlisted":
            return self.waiting_for is not None
        return self.answered >= self.revision or self.state not in RUNNING

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way that the last command of its registrant has set going."""
        return self.decided and (self.state != "confirmed" or bool(self.seats))

    @property
    def payable(self) -> bool:
        """Whether its payment can be made now."""
        return self.state in RUNNING and self.payment is not None and self.payment.state == "initiated"
