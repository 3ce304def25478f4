"""An order's page shows what was asked and granted, who it is for, what was paid and who sits where."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import structs

from plenary.engine.messages import Event
from plenary.payments.payment_messages import (
    PaymentCancelled,
    PaymentCompleted,
    PaymentInitiated,
    PaymentRefunded,
    PaymentRejected,
    RefundFailed,
    RefundRequested,
    RefundRetried,
)
from plenary.registration.assignments import (
    AssignmentsCreated,
    AttendeeCorrected,
    SeatAssigned,
    SeatUnassigned,
    TicketResent,
)
from plenary.registration.assignments import Seat as NumberedSeat
from plenary.registration.order_events import CodeApplied, OrderHeld, OrderSoldOut, PaymentReturned, SeatsCancelled
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow, Person, Seat
from plenary.registration.payments_shown import Payment, Refund
from plenary.words import Item, Promo
from tests.examples import (
    ADA,
    CANCELLED,
    CHANGED,
    CONFERENCE_ID,
    CONFIRMED,
    CP,
    DETAILS,
    EXPIRED,
    GA,
    HELD,
    JON,
    LATE,
    NOON,
    ORDER_ID,
    OTHER_PAYMENT,
    PAY_BY,
    PAYING,
    PAYMENT_ID,
    PLACED,
    REFUNDED,
    REQUESTED,
    SOLD_OUT,
    items,
    lines,
)
from tests.views import AT, event, show

INITIATED = PaymentInitiated(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", "test")
SECOND = replace(INITIATED, payment_id=OTHER_PAYMENT)
COMPLETED = PaymentCompleted(
    PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", datetime(2030, 5, 1, tzinfo=UTC), "r", "test"
)
CREATED = AssignmentsCreated(ORDER_ID, CONFERENCE_ID, (NumberedSeat(1, GA, "GA"), NumberedSeat(2, CP, "CP")))
ASSIGNED = SeatAssigned(ORDER_ID, CONFERENCE_ID, 2, JON, "jon@example.org", "Jon", "Jaffe", None, 1)


def wanted_and_granted(row: OrderRow) -> list[tuple[str, int, int | None]]:
    """Each line in short."""
    return [(line.name, line.wanted, line.granted) for line in row.lines]


def test_a_placed_order_has_wishes_and_a_deadline() -> None:
    row = show(ORDERS, PLACED)
    assert (row.state, row.decided, row.code, row.total) == ("placed", False, "AB12-CD34", 24_900)
    assert (row.placed_at, row.pay_by) == (NOON, PAY_BY)
    assert wanted_and_granted(row) == [("General admission", 1, None), ("Cocktail party", 1, None)]
    assert (row.email, row.payment, row.seats) == (None, None, ())


def test_a_held_order_shows_what_was_granted_and_counts_only_that() -> None:
    row = show(ORDERS, PLACED, HELD)
    assert (row.state, row.decided, row.total) == ("held", True, 24_900)
    partly = show(ORDERS, PLACED, OrderHeld(ORDER_ID, 1, (*items(ga=1), *items()), 19_900, partly=True))
    assert (partly.state, partly.total) == ("partly_held", 19_900)
    assert wanted_and_granted(partly) == [("General admission", 1, 1), ("Cocktail party", 1, 0)]
    assert [line.total for line in partly.lines] == [19_900, 0]


def test_an_order_without_a_seat_is_sold_out_and_costs_nothing() -> None:
    row = show(ORDERS, PLACED, SOLD_OUT)
    assert (row.state, row.decided, row.total) == ("sold_out", True, 0)
    assert wanted_and_granted(row) == [("General admission", 1, 0), ("Cocktail party", 1, 0)]


def test_a_changed_order_stays_held_while_its_new_wish_is_decided() -> None:
    deciding = show(ORDERS, PLACED, HELD, CHANGED)
    assert (deciding.state, deciding.decided) == ("held", False)
    assert wanted_and_granted(deciding) == [("General admission", 3, None)]
    decided = show(ORDERS, PLACED, HELD, CHANGED, OrderHeld(ORDER_ID, 2, items(ga=2), 39_800, partly=True))
    assert (decided.state, decided.decided, decided.total) == ("partly_held", True, 39_800)
    assert decided.pay_by == PAY_BY
    assert show(ORDERS, PLACED, HELD, CHANGED, OrderSoldOut(ORDER_ID, CONFERENCE_ID, 2)).state == "sold_out"


def test_a_confirmed_order_shows_its_registrant_and_then_its_seats() -> None:
    row = show(ORDERS, *PAYING, INITIATED, COMPLETED, CONFIRMED)
    assert (row.state, row.registrant, row.email, row.last_name) == ("confirmed", ADA, "ada@example.org", "Lovelace")
    assert not row.settled
    seated = show(ORDERS, *PAYING, INITIATED, COMPLETED, CONFIRMED, CREATED)
    assert seated.settled
    assert seated.seats == (Seat(1, GA, "GA"), Seat(2, CP, "CP"))


def test_seats_are_given_corrected_and_taken_back() -> None:
    confirmed = (*PAYING, CONFIRMED, CREATED)
    assert show(ORDERS, *confirmed, ASSIGNED).seats[1].attendee == Person("jon@example.org", "Jon", "Jaffe")
    corrected = AttendeeCorrected(ORDER_ID, CONFERENCE_ID, 2, JON, "jon@example.org", "Jonathan", "Jaffe")
    row = show(ORDERS, *confirmed, ASSIGNED, corrected)
    assert [seat.attendee and seat.attendee.first_name for seat in row.seats] == [None, "Jonathan"]
    assert [seat.generation for seat in row.seats] == [0, 1]
    assert show(ORDERS, *confirmed, ASSIGNED, TicketResent(ORDER_ID, 2, NOON)).seats[1].generation == 1
    free = show(ORDERS, *confirmed, ASSIGNED, SeatUnassigned(ORDER_ID, 2, JON)).seats[1]
    assert (free.attendee, free.generation) == (None, 2)


def test_ends_are_shown_as_what_they_are() -> None:
    assert show(ORDERS, PLACED, HELD, EXPIRED).state == "expired"
    assert show(ORDERS, PLACED, HELD, CANCELLED).state == "cancelled"
    assert show(ORDERS, *LATE).state == "retaking"
    assert show(ORDERS, *LATE, REFUNDED).state == "refunded"
    retaken = show(ORDERS, *LATE, replace(CONFIRMED, lines=lines(ga=1, cp=1)))
    assert (retaken.state, retaken.total) == ("confirmed", 24_900)


def test_the_latest_payment_is_shown_and_can_be_paid_while_seats_are_held() -> None:
    row = show(ORDERS, *PAYING, INITIATED)
    assert (row.payment, row.payable) == (Payment(PAYMENT_ID, "initiated", 24_900, "test"), True)
    for ended in (PaymentRejected(PAYMENT_ID, ORDER_ID), PaymentCancelled(PAYMENT_ID, ORDER_ID), EXPIRED):
        assert not show(ORDERS, *PAYING, INITIATED, ended).payable
    again = show(ORDERS, *PAYING, INITIATED, PaymentRejected(PAYMENT_ID, ORDER_ID), SECOND)
    assert again.payment == Payment(OTHER_PAYMENT, "initiated", 24_900, "test")
    assert show(ORDERS, *PAYING, INITIATED, SECOND, PaymentCancelled(PAYMENT_ID, ORDER_ID)).payment == again.payment


def test_the_payment_that_brought_the_money_is_shown_until_it_is_given_back() -> None:
    paid = Payment(PAYMENT_ID, "completed", 24_900, "test")
    second = replace(COMPLETED, payment_id=OTHER_PAYMENT)
    for further in (
        (),
        (SECOND,),
        (SECOND, second),
        (SECOND, second, PaymentRefunded(OTHER_PAYMENT, ORDER_ID, 1, "r", 0, "re_1")),
    ):
        assert show(ORDERS, *PAYING, INITIATED, COMPLETED, *further).payment == paid
    first_after_all = show(ORDERS, *PAYING, INITIATED, PaymentCancelled(PAYMENT_ID, ORDER_ID), SECOND, COMPLETED)
    assert first_after_all.payment == paid
    by_transfer = replace(SECOND, gateway="transfer")
    assert show(ORDERS, *PAYING, INITIATED, by_transfer, COMPLETED).payment == paid
    back = PaymentRefunded(PAYMENT_ID, ORDER_ID, 24_900, "r", 0, "re_1")
    refunded = show(ORDERS, *LATE, INITIATED, COMPLETED, REFUNDED, back)
    assert refunded.payment == Payment(PAYMENT_ID, "refunded", 24_900, "test", 24_900)


def test_what_goes_back_is_shown_and_what_the_organizer_has_to_see_to() -> None:
    asked = RefundRequested(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 1, 5_000, "USD", "seat given up", "test", "ch_1")
    by_hand = replace(asked, gateway="transfer")
    done = PaymentRefunded(PAYMENT_ID, ORDER_ID, 5_000, "seat given up", 1, "re_1")
    failed = RefundFailed(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 1, 5_000, "account closed")
    paid = (*PAYING, INITIATED, COMPLETED)
    refund = Refund(PAYMENT_ID, 1, 5_000, "seat given up", "test", AT)

    waiting = show(ORDERS, *paid, asked)
    assert (waiting.refunds, waiting.refund_due_since) == ((refund,), None)
    assert show(ORDERS, *paid, by_hand).refund_due_since == AT
    partly = show(ORDERS, *paid, asked, done, done)
    assert (partly.refunds, partly.refund_due_since) == ((structs.replace(refund, state="completed"),), None)
    assert partly.payment == Payment(PAYMENT_ID, "completed", 24_900, "test", 5_000)
    refused = show(ORDERS, *paid, asked, failed)
    assert refused.refunds == (structs.replace(refund, state="failed", why="account closed"),)
    assert refused.refund_due_since == AT
    assert show(ORDERS, *paid, asked, done, failed).payment == Payment(PAYMENT_ID, "completed", 24_900, "test")
    assert show(ORDERS, *paid, asked, failed, RefundRetried(PAYMENT_ID, ORDER_ID, 1, 1)).refunds == (refund,)
    other = show(ORDERS, *paid, replace(asked, payment_id=OTHER_PAYMENT), replace(failed, payment_id=OTHER_PAYMENT))
    assert other.refund_due_since == AT


def test_a_refund_that_fails_waits_from_then_on_and_the_first_to_wait_counts() -> None:
    def after(minutes: int, fact: object) -> Event:
        return event(minutes, fact)._replace(at=AT + timedelta(minutes=minutes))

    asked = RefundRequested(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 1, 5_000, "USD", "seat given up", "test", "ch_1")
    failed = RefundFailed(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 1, 5_000, "account closed")
    row: OrderRow | None = show(ORDERS, *PAYING, INITIATED, COMPLETED)
    for minutes, fact, since in (
        (1, asked, None),
        (2, failed, 2),
        (3, replace(asked, number=2), 2),
        (4, replace(failed, number=2), 2),
        (5, RefundRetried(PAYMENT_ID, ORDER_ID, 1, 1), 4),
        (6, failed, 4),
        (7, PaymentRefunded(PAYMENT_ID, ORDER_ID, 5_000, "seat given up", 2, "by hand"), 6),
    ):
        row = ORDERS.fold(row, after(minutes, fact))
        assert row is not None
        assert row.refund_due_since == (None if since is None else AT + timedelta(minutes=since))


def test_what_the_order_asks_of_a_payment_changes_nothing_before_the_payment_says_so() -> None:
    returned = PaymentReturned(ORDER_ID, PAYMENT_ID, 24_900, "order expired")
    paid = Payment(PAYMENT_ID, "completed", 24_900, "test")
    assert show(ORDERS, *PAYING, INITIATED, EXPIRED, COMPLETED, returned).payment == paid
    assert show(ORDERS, *PAYING, INITIATED, REQUESTED).payment == Payment(PAYMENT_ID, "initiated", 24_900, "test")


def test_details_can_be_corrected() -> None:
    assert show(ORDERS, PLACED, HELD, DETAILS, replace(DETAILS, last_name="King")).last_name == "King"


def test_seats_that_were_given_up_take_their_share_of_a_discount_with_them() -> None:
    fifty = Promo(UUID(int=51), "FIFTY", None, 5_000)
    bought = lines(ga=2)
    held = OrderHeld(ORDER_ID, 1, items(ga=2), 39_800, partly=False)
    applied = CodeApplied(ORDER_ID, CONFERENCE_ID, fifty, 34_800)
    confirmed = replace(CONFIRMED, lines=bought, total=34_800, promos=(fifty,))
    left = (Item(GA, 1),)
    cancelled = SeatsCancelled(ORDER_ID, CONFERENCE_ID, 2, (1,), left, 17_400, 0, 17_400, PAYMENT_ID, "registrant")
    row = show(ORDERS, replace(PLACED, lines=bought, total=39_800), held, applied, DETAILS, confirmed, cancelled)
    assert wanted_and_granted(row) == [("General admission", 2, 1)]
    assert row.total == row.price.total == 17_400
    assert [discount.amount for discount in row.price.discounts] == [2_500]
