"""Orders: what each asked for and was granted, its deadline, registrant, payment and seats, as its page shows it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, get_args

import sqlalchemy as sa
from msgspec.structs import force_setattr, replace

from plenary.engine.messages import Event
from plenary.engine.tables import Name, UtcDateTime
from plenary.engine.views import Json, View
from plenary.payments import payment_messages as payments
from plenary.registration import assignments
from plenary.registration import order_events as facts
from plenary.registration.found_by import Words, words_of_order
from plenary.registration.order_lines import quantities
from plenary.registration.order_prices import price
from plenary.registration.orders_rows import OrderLine, OrderRow, Person, Seat, State
from plenary.registration.payments_shown import Payment, Refund, due_since, payment_after, refunds_after
from plenary.registration.seats_messages import SeatsOffered, WaitlistEnded, WaitlistJoined, WaitlistLeft
from plenary.words import Item, Promo

derived = sa.MetaData()

REFUND_DUE = sa.text("refund_due_since IS NOT NULL")

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
    sa.Column("promos", Json(tuple[Promo, ...]), nullable=False),
    sa.Column("offered", sa.Boolean, nullable=False),
    sa.Column("extended", sa.Boolean, nullable=False),
    sa.Column("cancelled", Json(tuple[int, ...]), nullable=False),
    sa.Column("waiting_for", sa.Uuid),
    sa.Column("waiting_since", sa.BigInteger),
    sa.Column("words", Words, nullable=False, info={"personal": True}),
    sa.Column("refunds", Json(tuple[Refund, ...]), nullable=False),
    sa.Column("refund_due_since", UtcDateTime),
    sa.Index("orders_code", "code"),
    sa.Index("orders_waiting", "conference_id", "waiting_since"),
    sa.Index("orders_conference_id_placed_at", "conference_id", "placed_at", "order_id"),
    sa.Index("orders_conference_id_state_placed_at", "conference_id", "state", "placed_at", "order_id"),
    sa.Index(
        "orders_refunds_due",
        *("conference_id", "refund_due_since", "order_id"),
        postgresql_where=REFUND_DUE,
        sqlite_where=REFUND_DUE,
    ),
    sa.Index("orders_words", "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
    sa.Index("orders_read_words", "conference_id", "placed_at", "order_id", "state", "words").ddl_if(dialect="sqlite"),
)


def project(row: OrderRow | None, event: Event) -> OrderRow | None:
    """An order after an event, with the words that it is found by."""
    after = _projected(row, event)
    if after is not None and after is not row and (row is None or _found_by(after) != _found_by(row)):
        force_setattr(after, "words", words_of_order(after))  # it was made a moment ago, and nobody has seen it yet
    return after


def _found_by(row: OrderRow) -> tuple[object, ...]:
    types = [line.seat_type_id for line in row.lines]
    return (types, row.seats, row.email, row.first_name, row.last_name)


def _projected(row: OrderRow | None, event: Event) -> OrderRow | None:
    match event.data:
        case facts.OrderPlaced(pay_by=pay_by, expires_at=expires_at) as placed:
            return _new(placed, "placed", placed.total, pay_by, expires_at, event.position)
        case facts.OrderWaitlisted() as joined:
            pay_by = joined.placed_at + timedelta(seconds=joined.hold_seconds)  # as if it were offered at once
            total = price(joined.lines).total
            row = _new(joined, "waitlisted", total, pay_by, pay_by, event.position)
            return replace(
                row,
                registrant=joined.registrant,
                email=joined.email,
                first_name=joined.first_name,
                last_name=joined.last_name,
            )
        case WaitlistJoined(seat_type_id=seat_type_id) if row is not None:
            return replace(row, waiting_for=seat_type_id, waiting_since=event.position)
        case WaitlistLeft() | WaitlistEnded() | SeatsOffered() if row is not None:
            return replace(row, waiting_for=None, waiting_since=None)
    return row and _changed(row, event.data, event.at)


def _new(
    event: facts.OrderPlaced | facts.OrderWaitlisted,
    state: State,
    total: int,
    pay_by: datetime,
    expires_at: datetime,
    position: int,
) -> OrderRow:
    return OrderRow(
        order_id=event.order_id,
        conference_id=event.conference_id,
        code=event.code,
        state=state,
        lines=_wanted(event.lines),
        currency=event.currency,
        total=total,
        placed_at=event.placed_at,
        pay_by=pay_by,
        expires_at=expires_at,
        revision=1,
        answered=0,
        registrant=None,
        email=None,
        first_name=None,
        last_name=None,
        payment=None,
        seats=(),
        position=position,
    )


def _changed(row: OrderRow, event: Any, at: datetime) -> OrderRow:
    match event:
        case facts.OrderOffered(granted=granted, total=total, pay_by=pay_by, expires_at=expires_at):
            lines = _granted(row, granted)
            whole: State = "held" if all(line.granted == line.wanted for line in lines) else "partly_held"
            held = replace(row, state=whole, lines=lines, total=total, pay_by=pay_by, expires_at=expires_at)
            return replace(held, answered=1, offered=True)
        case facts.CodeApplied(promo=promo, total=total):
            return replace(row, promos=(*row.promos, promo), total=total)
        case facts.CodeRemoved(code_id=code_id, total=total):
            return replace(row, promos=tuple(p for p in row.promos if p.code_id != code_id), total=total)
        case facts.HoldExtended(pay_by=pay_by, expires_at=expires_at, asked=asked):
            return replace(row, pay_by=pay_by, expires_at=expires_at, extended=row.extended or asked)
        case facts.SeatsCancelled(positions=positions, left=left, total=total):
            seats = tuple(seat for seat in row.seats if seat.position not in positions)
            lines = _left(row, left)
            return replace(row, seats=seats, lines=lines, total=total, cancelled=(*row.cancelled, *positions))
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
        case assignments.AssignmentsCreated(seats=made):
            remaining = (seat for seat in made if seat.position not in row.cancelled)
            return replace(
                row, seats=tuple(Seat(seat.position, seat.seat_type_id, seat.seat_type) for seat in remaining)
            )
        case assignments.SeatAssigned() | assignments.AttendeeCorrected() | assignments.SeatUnassigned():
            return replace(row, seats=tuple(_seated(seat, event) for seat in row.seats))
        case (
            facts.PaymentRequested()
            | facts.PaymentReturned()
            | facts.RefundGranted()
            | facts.PartRetaken()
            | facts.ConfirmationResent()
            | assignments.SeatsRemoved()
            | assignments.TicketResent()
        ):
            return row  # told by another event, or nothing to show
        case _:
            return _paid(row, event, at)


def _wanted(lines: tuple[facts.Line, ...]) -> tuple[OrderLine, ...]:
    return tuple(OrderLine(line.seat_type_id, line.name, line.unit_price, line.quantity) for line in lines)


def _granted(row: OrderRow, granted: Iterable[Item | facts.Line]) -> tuple[OrderLine, ...]:
    seats = quantities(granted)
    return tuple(replace(line, granted=seats.get(line.seat_type_id, 0)) for line in row.lines)


def _left(row: OrderRow, left: tuple[Item, ...]) -> tuple[OrderLine, ...]:
    """The lines when only these of its seats are not given up."""
    after = zip(row.lines, _granted(row, left), strict=True)
    return tuple(replace(line, given_up=before.given_up + before.seats - line.seats) for before, line in after)


def _seated(
    seat: Seat, event: assignments.SeatAssigned | assignments.AttendeeCorrected | assignments.SeatUnassigned
) -> Seat:
    if seat.position != event.position:
        return seat
    if isinstance(event, assignments.SeatUnassigned):
        return replace(seat, attendee=None, generation=assignments.next_generation(event, seat.generation))
    seat = replace(seat, attendee=Person(event.email, event.first_name, event.last_name))
    if isinstance(event, assignments.AttendeeCorrected):
        return seat
    return replace(seat, generation=assignments.next_generation(event, seat.generation))


def _paid(row: OrderRow, event: payments.Event, at: datetime) -> OrderRow:
    refunds = refunds_after(row.refunds, event, at)
    payment = payment_after(row.payment, event, refunds)
    if (payment, refunds) == (row.payment, row.refunds):
        return row
    return replace(row, payment=payment, refunds=refunds, refund_due_since=due_since(refunds))


ORDERS: View[OrderRow] = View(
    name="orders",
    table=orders,
    row=OrderRow,
    events=(
        *get_args(facts.Event),
        *get_args(assignments.Event),
        *get_args(payments.Event),
        *(WaitlistJoined, WaitlistLeft, WaitlistEnded, SeatsOffered),
    ),
    key=lambda event: event.order_id,
    project=project,
)
