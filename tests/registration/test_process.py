"""What follows on what, looked at event by event."""

from dataclasses import replace
from uuid import UUID

import pytest

from plenary.conferences.conference_messages import (
    ConferencePublished,
    ConferenceUnpublished,
    QuotaChanged,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeEdited,
    SeatTypeRetired,
)
from plenary.engine.process import Send
from plenary.payments.payment_messages import InitiatePayment, PaymentCompleted, PaymentRejected, RefundPayment
from plenary.registration.assignments import CreateAssignments, Seat
from plenary.registration.entries import EndEntry
from plenary.registration.order_commands import ExpireOrder, RecordGrant
from plenary.registration.order_events import Event, OrderOffered, PaymentReturned
from plenary.registration.process import REGISTRATION, react
from plenary.registration.seats_messages import (
    CloseSeatType,
    CommitSeats,
    EndSale,
    ReleaseSeats,
    ReserveSeats,
    SeatsReserved,
    SetQuota,
    SetSaleEnd,
    SetSales,
)
from tests.examples import (
    ADA,
    CANCELLED,
    CHANGED,
    CONFERENCE_ID,
    CONFIRM,
    CONFIRMED,
    CP,
    CREATED,
    DETAILS,
    EXPIRED,
    EXPIRES,
    GA,
    HELD,
    NOON,
    ORDER_ID,
    PAID_TOO_LATE,
    PAY_BY,
    PAYMENT_ID,
    PLACED,
    REFUNDED,
    REQUESTED,
    SOLD_OUT,
    items,
    lines,
)


def seats(*types: tuple[UUID, str]) -> tuple[Seat, ...]:
    return tuple(Seat(n, seat_type, name) for n, (seat_type, name) in enumerate(types, start=1))


def test_the_organizer_s_quotas_reach_the_seats() -> None:
    added = SeatTypeAdded(CONFERENCE_ID, GA, "General admission", "", 19_900, 100)
    assert react(added, NOON) == [Send(SetQuota(CONFERENCE_ID, GA, 100))]
    assert react(QuotaChanged(CONFERENCE_ID, GA, 200), NOON) == [Send(SetQuota(CONFERENCE_ID, GA, 200))]


def test_the_seats_are_told_when_their_sale_ends_and_again_when_it_does() -> None:
    added = SeatTypeAdded(CONFERENCE_ID, GA, "General admission", "", 19_900, 100, sale_until=PAY_BY)
    quota = Send(SetQuota(CONFERENCE_ID, GA, 100))
    ends = [Send(SetSaleEnd(CONFERENCE_ID, GA, PAY_BY, NOON)), Send(EndSale(CONFERENCE_ID, GA, PAY_BY), at=PAY_BY)]
    assert react(added, NOON) == [quota, *ends]
    edited = SeatTypeEdited(CONFERENCE_ID, GA, "General admission", "", 19_900, sale_until=PAY_BY)
    assert react(edited, NOON) == ends
    assert react(replace(edited, sale_until=None), NOON) == [Send(SetSaleEnd(CONFERENCE_ID, GA, None, NOON))]


def test_a_retired_or_deleted_seat_type_is_closed() -> None:
    assert react(SeatTypeRetired(CONFERENCE_ID, GA), NOON) == [Send(CloseSeatType(CONFERENCE_ID, GA))]
    assert react(SeatTypeDeleted(CONFERENCE_ID, GA), NOON) == [Send(CloseSeatType(CONFERENCE_ID, GA))]


def test_publishing_opens_sales_and_unpublishing_really_closes_them() -> None:
    assert react(ConferencePublished(CONFERENCE_ID), NOON) == [Send(SetSales(CONFERENCE_ID, open=True))]
    assert react(ConferenceUnpublished(CONFERENCE_ID), NOON) == [Send(SetSales(CONFERENCE_ID, open=False))]


def test_a_new_order_asks_for_its_seats_and_sets_its_own_alarm() -> None:
    assert react(PLACED, NOON) == [
        Send(ReserveSeats(CONFERENCE_ID, ORDER_ID, 1, items(ga=1, cp=1))),
        Send(ExpireOrder(ORDER_ID, EXPIRES), at=EXPIRES),
    ]


def test_a_changed_order_asks_again_and_sets_no_other_alarm() -> None:
    assert react(CHANGED, NOON) == [Send(ReserveSeats(CONFERENCE_ID, ORDER_ID, 2, items(ga=3)))]


def test_an_order_learns_what_it_was_granted() -> None:
    reserved = SeatsReserved(CONFERENCE_ID, ORDER_ID, 2, items(ga=3), ())
    assert react(reserved, NOON) == [Send(RecordGrant(ORDER_ID, 2, items(ga=3)))]


def test_a_payment_is_asked_for_and_its_arrival_confirms_the_order() -> None:
    assert react(REQUESTED, NOON) == [Send(InitiatePayment(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", "test"))]
    completed = PaymentCompleted(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", EXPIRES, "ch_1", "test")
    assert react(completed, NOON) == [Send(CONFIRM)]


def test_a_confirmed_order_has_its_seats_sold_and_numbered() -> None:
    bought = replace(CONFIRMED, lines=lines(ga=2, cp=1))
    ga, cp = (GA, "General admission"), (CP, "Cocktail party")
    assert react(bought, NOON) == [
        Send(CommitSeats(CONFERENCE_ID, ORDER_ID)),
        Send(CreateAssignments(ORDER_ID, CONFERENCE_ID, seats(ga, ga, cp))),
    ]


@pytest.mark.parametrize(("ending", "revision"), [(SOLD_OUT, 1), (EXPIRED, 1), (CANCELLED, 1), (REFUNDED, 2)])
def test_the_seats_of_an_order_that_ends_return(ending: Event, revision: int) -> None:
    assert react(ending, NOON) == [Send(ReleaseSeats(CONFERENCE_ID, ORDER_ID, revision))]


def test_who_waits_no_more_may_join_the_line_again() -> None:
    entry = Send(EndEntry(ADA, ORDER_ID))
    offered = OrderOffered(ORDER_ID, CONFERENCE_ID, items(ga=1), 19_900, NOON, PAY_BY, EXPIRES, waited=ADA)
    assert react(offered, NOON) == [Send(ExpireOrder(ORDER_ID, EXPIRES), at=EXPIRES), entry]
    for ending in (SOLD_OUT, CANCELLED):
        assert react(replace(ending, waited=ADA), NOON) == [Send(ReleaseSeats(CONFERENCE_ID, ORDER_ID, 1)), entry]


def test_an_order_paid_too_late_wants_all_its_seats_again() -> None:
    assert react(PAID_TOO_LATE, NOON) == [
        Send(ReserveSeats(CONFERENCE_ID, ORDER_ID, 2, items(ga=1, cp=1), retake=True))
    ]


def test_a_payment_that_bought_nothing_is_refunded() -> None:
    back = PaymentReturned(ORDER_ID, PAYMENT_ID, 24_900, "sold out")
    assert react(back, NOON) == [Send(RefundPayment(PAYMENT_ID, 24_900, "sold out"))]


def test_nothing_follows_on_the_rest() -> None:
    for event in (CREATED, HELD, DETAILS, PaymentRejected(PAYMENT_ID, ORDER_ID), "not an event at all"):
        assert react(event, NOON) == []


def test_the_process_has_a_name_that_its_commands_are_sent_under() -> None:
    assert REGISTRATION.name == "registration"
    assert REGISTRATION.react is react
