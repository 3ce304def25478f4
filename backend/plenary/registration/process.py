"""The registration process: what follows on what, from a conference's publication to seats that are paid for."""

from collections.abc import Iterable
from datetime import datetime

from plenary.conferences.conference_messages import (
    ConferencePublished,
    ConferenceUnpublished,
    QuotaChanged,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeEdited,
    SeatTypeRetired,
)
from plenary.engine.person import PersonErased
from plenary.engine.process import Process, Send
from plenary.payments.payment_messages import (
    InitiatePayment,
    PaymentCompleted,
    RefundPayment,
    RefundPutOff,
    RetryRefund,
)
from plenary.registration.assignments import CreateAssignments, RemoveSeats, Seat
from plenary.registration.entries import EndEntry, EntriesErased, EraseEntries
from plenary.registration.order_commands import (
    CancelOrder,
    ConfirmOrder,
    EndWaiting,
    ExpireOrder,
    RecordGrant,
    RecordOffer,
    RecordUse,
)
from plenary.registration.order_events import (
    HoldExtended,
    Line,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderItemsChanged,
    OrderOffered,
    OrderPlaced,
    OrderRefunded,
    OrderSoldOut,
    OrderWaitlisted,
    PaidTooLate,
    PaymentRequested,
    PaymentReturned,
    RefundGranted,
    SeatsCancelled,
)
from plenary.registration.order_lines import as_items, numbered
from plenary.registration.promo_code_messages import RetakeUse, ReturnUse, SpendUse, UseRetaken
from plenary.registration.seats_messages import (
    CloseSeatType,
    CommitSeats,
    EndSale,
    JoinWaitlist,
    ReduceSeats,
    ReleaseSeats,
    ReserveSeats,
    SeatsOffered,
    SeatsReserved,
    SetQuota,
    SetSaleEnd,
    SetSales,
    WaitlistEnded,
)


def react(event: object, now: datetime) -> list[Send]:
    """The commands that follow an event; none for most."""
    match event:
        # The organizer's decisions reach the seats.
        case SeatTypeAdded(conference_id=conference_id, seat_type_id=seat_type_id, quota=quota):
            ends = [] if event.sale_until is None else _sale_end(event, now)
            return [Send(SetQuota(conference_id, seat_type_id, quota)), *ends]
        case SeatTypeEdited():
            return _sale_end(event, now)
        case QuotaChanged(conference_id, seat_type_id, quota):
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
        case HoldExtended(order_id, expires_at=expires_at):
            return [Send(ExpireOrder(order_id, expires_at), at=expires_at)]
        case SeatsReserved(_, order_id, revision, granted):
            return [Send(RecordGrant(order_id, revision, granted))]

        # It waits in line, and is told when it is its turn.
        case OrderWaitlisted(order_id, conference_id, lines=lines):
            return [Send(JoinWaitlist(conference_id, order_id, as_items(lines)[0]))]
        case SeatsOffered(_, order_id, quantity=quantity):
            return [Send(RecordOffer(order_id, quantity, now))]
        case OrderOffered(order_id, expires_at=expires_at):
            return [Send(ExpireOrder(order_id, expires_at), at=expires_at), *_out_of_line(event)]
        case WaitlistEnded(_, order_id):
            return [Send(EndWaiting(order_id))]

        # Nobody can take what an erased person waits for.
        case PersonErased(subject):
            return [Send(EraseEntries(subject))]
        case EntriesErased(orders=orders):
            return [Send(CancelOrder(order_id)) for order_id in orders]

        # It is paid, and its seats are sold and numbered; or it ends, and they return.
        case PaymentRequested(order_id, conference_id, payment_id, amount, currency, gateway):
            return [Send(InitiatePayment(payment_id, order_id, conference_id, amount, currency, gateway))]
        case PaymentCompleted(payment_id, order_id, amount=amount, paid_at=paid_at):
            return [Send(ConfirmOrder(order_id, payment_id, amount, paid_at))]
        case OrderConfirmed(order_id, conference_id, lines=lines, promos=promos):
            return [
                Send(CommitSeats(conference_id, order_id)),
                Send(CreateAssignments(order_id, conference_id, _seats(lines))),
                *(Send(SpendUse(promo.code_id, order_id)) for promo in promos),
            ]
        case OrderSoldOut() | OrderExpired() | OrderCancelled() | OrderRefunded():
            return [
                Send(ReleaseSeats(event.conference_id, event.order_id, event.revision)),
                *(Send(ReturnUse(code_id, event.order_id, event.revision)) for code_id in event.codes),
                *_out_of_line(event),
            ]

        # Some of its seats are given up, or all.
        case SeatsCancelled(order_id, conference_id, revision, positions, left):
            return [
                Send(ReduceSeats(conference_id, order_id, revision, left)),
                Send(RemoveSeats(order_id, positions)),
            ]
        case RefundGranted(_, _, payment_id, number, amount, reason):
            return [Send(RefundPayment(payment_id, amount, reason, number))]

        # It is paid too late: the seats again, or the money back.
        case PaidTooLate(order_id, conference_id, revision=revision, wanted=wanted, codes=codes):
            return [
                Send(ReserveSeats(conference_id, order_id, revision, wanted, retake=True)),
                *(Send(RetakeUse(code_id, order_id, revision)) for code_id in codes),
            ]
        case UseRetaken(code_id, order_id, taken=taken):
            return [Send(RecordUse(order_id, code_id, taken))]
        case PaymentReturned(_, payment_id, amount, reason):
            return [Send(RefundPayment(payment_id, amount, reason))]

        # A gateway could not be asked for a refund: it is asked again, later and later.
        case RefundPutOff(payment_id, _, number, tries, again_at):
            return [Send(RetryRefund(payment_id, number, tries), at=again_at)]

        case _:
            return []


def _sale_end(event: SeatTypeAdded | SeatTypeEdited, now: datetime) -> list[Send]:
    """The seats learn when the sale of a type ends, and then that it is time."""
    conference_id, seat_type_id, until = event.conference_id, event.seat_type_id, event.sale_until
    told = Send(SetSaleEnd(conference_id, seat_type_id, until, now))
    return [told] if until is None else [told, Send(EndSale(conference_id, seat_type_id, until), at=until)]


def _out_of_line(event: OrderOffered | OrderSoldOut | OrderCancelled | OrderExpired | OrderRefunded) -> list[Send]:
    """Its registrant may join the line again, if it stood there."""
    waited = event.waited if isinstance(event, OrderOffered | OrderSoldOut | OrderCancelled) else None
    return [] if waited is None else [Send(EndEntry(waited, event.order_id))]


def _seats(lines: Iterable[Line]) -> tuple[Seat, ...]:
    """One seat for each, numbered from 1 in the order of the lines."""
    return tuple(Seat(position, line.seat_type_id, line.name) for position, line in numbered(lines))


REGISTRATION = Process("registration", react)
