"""The registration process: what follows on what, from a conference's publication to seats that are paid for."""

from collections.abc import Iterable
from datetime import datetime

from plenary.conferences.conference_messages import (
    ConferencePublished,
    ConferenceUnpublished,
    QuotaChanged,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeRetired,
)
from plenary.engine.process import Process, Send
from plenary.payments.payment import InitiatePayment, PaymentCompleted, RefundPayment
from plenary.registration.assignments import CreateAssignments, Seat
from plenary.registration.order_lines import as_items
from plenary.registration.order_messages import (
    ConfirmOrder,
    ExpireOrder,
    Line,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderItemsChanged,
    OrderPlaced,
    OrderRefunded,
    OrderSoldOut,
    PaidTooLate,
    PaymentRequested,
    PaymentReturned,
    RecordGrant,
)
from plenary.registration.seats_messages import (
    CloseSeatType,
    CommitSeats,
    ReleaseSeats,
    ReserveSeats,
    SeatsReserved,
    SetQuota,
    SetSales,
)


def react(event: object, now: datetime) -> list[Send]:
    """The commands that follow an event; none for most."""
    match event:
        # The organizer's decisions reach the seats.
        case SeatTypeAdded(conference_id=conference_id, seat_type_id=seat_type_id, quota=quota) | QuotaChanged(
            conference_id, seat_type_id, quota
        ):
            return [Send(SetQuota(conference_id, seat_type_id, quota))]
        case SeatTypeRetired(conference_id, seat_type_id) | SeatTypeDeleted(conference_id, seat_type_id):
            return [Send(CloseSeatType(conference_id, seat_type_id))]
        case ConferencePublished(conference_id):
            return [Send(SetSales(conference_id, open=True))]
        case ConferenceUnpublished(conference_id):
            return [Send(SetSales(conference_id, open=False))]

        # An order asks for seats, has a deadline, and learns what it got.
        case OrderPlaced(order_id, conference_id, lines=lines, expires_at=expires_at):
            return [
                Send(ReserveSeats(conference_id, order_id, 1, as_items(lines))),
                Send(ExpireOrder(order_id, expires_at), at=expires_at),
            ]
        case OrderItemsChanged(order_id, conference_id, revision, lines):
            return [Send(ReserveSeats(conference_id, order_id, revision, as_items(lines)))]
        case SeatsReserved(_, order_id, revision, granted):
            return [Send(RecordGrant(order_id, revision, granted))]

        # It is paid, and its seats are sold and numbered; or it ends, and they return.
        case PaymentRequested(order_id, conference_id, payment_id, amount, currency, gateway):
            return [Send(InitiatePayment(payment_id, order_id, conference_id, amount, currency, gateway))]
        case PaymentCompleted(payment_id, order_id, amount=amount, paid_at=paid_at):
            return [Send(ConfirmOrder(order_id, payment_id, amount, paid_at))]
        case OrderConfirmed(order_id, conference_id, lines=lines):
            return [
                Send(CommitSeats(conference_id, order_id)),
                Send(CreateAssignments(order_id, conference_id, _seats(lines))),
            ]
        case OrderSoldOut() | OrderExpired() | OrderCancelled() | OrderRefunded():
            return [Send(ReleaseSeats(event.conference_id, event.order_id, event.revision))]

        # It is paid too late: the seats again, or the money back.
        case PaidTooLate(order_id, conference_id, revision=revision, wanted=wanted):
            return [Send(ReserveSeats(conference_id, order_id, revision, wanted, retake=True))]
        case PaymentReturned(_, payment_id, amount, reason):
            return [Send(RefundPayment(payment_id, amount, reason))]

        case _:
            return []


def _seats(lines: Iterable[Line]) -> tuple[Seat, ...]:
    """One seat for each, numbered from 1 in the order of the lines."""
    each = [line for line in lines for _ in range(line.quantity)]
    return tuple(Seat(position, line.seat_type_id, line.name) for position, line in enumerate(each, start=1))


REGISTRATION = Process("registration", react)
