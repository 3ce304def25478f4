"""Orders: what each asked for and was granted, its deadline, registrant, payment and seats, as its page shows it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.messages import Event
from plenary.engine.tables import Name, UtcDateTime
from plenary.engine.views import Json, View, find_rows
from plenary.payments import payment as payments
from plenary.registration import assignments
from plenary.registration import order_messages as facts
from plenary.registration.order_lines import quantities
from plenary.words import Item

State = Literal[
    "placed", "held", "partly_held", "sold_out", "confirmed", "expired", "retaking", "cancelled", "refunded"
]
RUNNING: frozenset[State] = frozenset(("placed", "held", "partly_held"))
PaymentState = Literal["initiated", "completed", "rejected", "cancelled", "refunded"]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Seats of one type, with name and price as sold; `granted` is None until the wish is decided."""

    seat_type_id: UUID
    name: str
    unit_price: int
    wanted: int
    granted: int | None = None

    @property
    def total(self) -> int:
        """What it costs: only granted seats count once that is known."""
        return self.unit_price * (self.wanted if self.granted is None else self.granted)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a seat or an order."""

    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A numbered seat of a confirmed order, given to somebody or to nobody yet."""

    position: int
    seat_type_id: UUID
    seat_type: str
    attendee: Person | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of the order; `amount` in minor units."""

    payment_id: UUID
    state: PaymentState
    amount: int
    gateway: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. `revision` counts its wishes, and `answered` is the last one decided; money is in minor units."""

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

    @property
    def decided(self) -> bool:
        """Whether it is known which of the wanted seats it has. A changed order stays held until then."""
        return self.answered >= self.revision or self.state not in RUNNING

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way that the last command of its registrant has set going."""
        return self.decided and (self.state != "confirmed" or bool(self.seats))

    @property
    def payable(self) -> bool:
        """Whether its payment can be made now."""
        return self.state in RUNNING and self.payment is not None and self.payment.state == "initiated"


derived = sa.MetaData()

orders = sa.Table(
    "orders",
    derived,
    sa.Column("order_id", sa.Uuid, primary_key=True),
    sa.Column("conference_id", sa.Uuid, nullable=False),
    sa.Column("code", Name, nullable=False),
    sa.Column("state", Name, nullable=False),
    sa.Column("lines", Json(tuple[OrderLine, ...]), nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("placed_at", UtcDateTime, nullable=False),
    sa.Column("pay_by", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("answered", sa.Integer, nullable=False),
    sa.Column("registrant", sa.Uuid),
    sa.Column("email", sa.Text, info={"personal": True}),
    sa.Column("first_name", sa.Text, info={"personal": True}),
    sa.Column("last_name", sa.Text, info={"personal": True}),
    sa.Column("payment", Json(Payment | None), nullable=False),
    sa.Column("seats", Json(tuple[Seat, ...]), nullable=False, info={"personal": True}),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Index("orders_code", "code"),
    sa.Index("orders_conference_id_placed_at", "conference_id", "placed_at", "order_id"),
)


async def find_orders_with_code(database: Database, conference_id: UUID, code: str) -> list[OrderRow]:
    """The orders of a conference with this code: one, or none."""
    async with database.reading() as db:
        return await find_rows(db, ORDERS, orders.c.code == code, orders.c.conference_id == conference_id)


async def find_orders(
    database: Database, conference_id: UUID, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[OrderRow]:
    """Up to `limit` orders of a conference, newest first; `before`: only those after this time and id in that order."""
    query = sa.select(orders).where(orders.c.conference_id == conference_id)
    if before is not None:
        place = sa.tuple_(sa.literal(before[0], UtcDateTime), sa.literal(before[1], sa.Uuid()))
        query = query.where(sa.tuple_(orders.c.placed_at, orders.c.order_id) < place)
    query = query.order_by(orders.c.placed_at.desc(), orders.c.order_id.desc()).limit(limit)
    async with database.reading() as db:
        return [ORDERS.load(found) for found in (await db.execute(query)).mappings()]


async def count_orders(database: Database, conference_id: UUID) -> int:
    """How many orders a conference has, whatever became of them."""
    query = sa.select(sa.func.count()).select_from(orders).where(orders.c.conference_id == conference_id)
    async with database.reading() as db:
        return await db.scalar(query) or 0


def project(row: OrderRow | None, event: Event) -> OrderRow | None:
    """An order after an event."""
    if isinstance(event.data, facts.OrderPlaced):
        placed = event.data
        return OrderRow(
            order_id=placed.order_id,
            conference_id=placed.conference_id,
            code=placed.code,
            state="placed",
            lines=_wanted(placed.lines),
            currency=placed.currency,
            total=placed.total,
            placed_at=placed.placed_at,
            pay_by=placed.pay_by,
            expires_at=placed.expires_at,
            revision=1,
            answered=0,
            registrant=None,
            email=None,
            first_name=None,
            last_name=None,
            payment=None,
            seats=(),
            position=event.position,
        )
    return row and _changed(row, event.data)


def _changed(row: OrderRow, event: Any) -> OrderRow:
    match event:
        case facts.OrderItemsChanged(revision=revision, lines=lines, total=total):
            return replace(row, revision=revision, lines=_wanted(lines), total=total)
        case facts.OrderHeld(_, revision, granted, total, partly):
            state: State = "partly_held" if partly else "held"
            return replace(row, state=state, answered=revision, lines=_granted(row, granted), total=total)
        case facts.OrderSoldOut(revision=revision):
            return replace(row, state="sold_out", answered=revision, lines=_granted(row, ()), total=0)
        case facts.DetailsEntered(_, registrant, email, first_name, last_name):
            return replace(row, registrant=registrant, email=email, first_name=first_name, last_name=last_name)
        case facts.OrderConfirmed(lines=lines, total=total):
            return replace(row, state="confirmed", lines=_granted(row, lines), total=total)
        case facts.OrderExpired():
            return replace(row, state="expired")
        case facts.PaidTooLate():
            return replace(row, state="retaking")
        case facts.OrderCancelled():
            return replace(row, state="cancelled")
        case facts.OrderRefunded():
            return replace(row, state="refunded")
        case assignments.AssignmentsCreated(seats=seats):
            return replace(row, seats=tuple(Seat(seat.position, seat.seat_type_id, seat.seat_type) for seat in seats))
        case (
            assignments.SeatAssigned(position=position, email=email, first_name=first_name, last_name=last_name)
            | assignments.AttendeeCorrected(position=position, email=email, first_name=first_name, last_name=last_name)
        ):
            return _seated(row, position, Person(email, first_name, last_name))
        case assignments.SeatUnassigned(position=position):
            return _seated(row, position, None)
        case facts.PaymentRequested() | facts.PaymentReturned():
            return row  # what becomes of it is the payment's own story
        case _:
            return replace(row, payment=payment) if (payment := _paid(row.payment, event)) != row.payment else row


def _wanted(lines: tuple[facts.Line, ...]) -> tuple[OrderLine, ...]:
    return tuple(OrderLine(line.seat_type_id, line.name, line.unit_price, line.quantity) for line in lines)


def _granted(row: OrderRow, granted: Iterable[Item | facts.Line]) -> tuple[OrderLine, ...]:
    seats = quantities(granted)
    return tuple(replace(line, granted=seats.get(line.seat_type_id, 0)) for line in row.lines)


def _seated(row: OrderRow, position: int, attendee: Person | None) -> OrderRow:
    seats = (replace(seat, attendee=attendee) if seat.position == position else seat for seat in row.seats)
    return replace(row, seats=tuple(seats))


def _paid(shown: Payment | None, event: payments.Event) -> Payment | None:
    """The payment to show: the latest one, but none instead of one that brought money and has not given it back."""
    match event:
        case payments.PaymentInitiated(payment_id=payment_id, amount=amount, gateway=gateway):
            if shown is not None and shown.state == "completed":
                return shown
            return Payment(payment_id, "initiated", amount, gateway)
        case payments.PaymentCompleted(payment_id=payment_id, amount=amount):
            if shown is None or shown.state == "completed":
                return shown
            return Payment(payment_id, "completed", amount, shown.gateway)
        case _ if shown is None or event.payment_id != shown.payment_id:
            return shown
        case payments.PaymentRejected():
            return replace(shown, state="rejected")
        case payments.PaymentCancelled():
            return replace(shown, state="cancelled")
        case payments.PaymentRefunded():
            return replace(shown, state="refunded")


ORDERS: View[OrderRow] = View(
    name="orders",
    table=orders,
    row=OrderRow,
    events=(*get_args(facts.Event), *get_args(assignments.Event), *get_args(payments.Event)),
    key=lambda event: event.order_id,
    project=project,
)
