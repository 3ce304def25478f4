"""Stories of how an order ends: paid in time, paid too late, expired, cancelled; and of every payment that comes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from plenary.engine.decider import Refusal
from plenary.registration.order import ORDER
from plenary.registration.order_commands import ChangeItems, Command, ExpireOrder, RecordGrant
from plenary.registration.order_events import Event, OrderHeld, PaymentReturned
from plenary.registration.order_refusals import (
    DetailsMissing,
    OrderHasExpired,
    OrderIsCancelled,
    OrderIsConfirmed,
    OrderIsRefunded,
    OrderIsSoldOut,
    OrderNotFound,
)
from plenary.words import Item
from tests.examples import (
    CANCEL,
    CANCELLED,
    CHANGED,
    CONFIRM,
    CONFIRM_LATE,
    CONFIRMED,
    CP,
    DETAILS,
    ENTER_DETAILS,
    EXPIRE,
    EXPIRED,
    EXPIRES,
    GA,
    HELD,
    LATE,
    NOON,
    OFFER,
    ORDER_ID,
    OTHER_PAYMENT,
    PAID_TOO_LATE,
    PAYING,
    PAYMENT_ID,
    PLACED,
    REFUNDED,
    REQUEST,
    REQUESTED,
    SOLD_OUT,
    items,
    lines,
)
from tests.scenario import scenario


def returned(reason: str, payment_id: UUID = PAYMENT_ID, amount: int = 24_900) -> PaymentReturned:
    return PaymentReturned(ORDER_ID, payment_id, amount, reason)


def test_b12_an_order_expires_at_its_deadline_and_not_before() -> None:
    early = ExpireOrder(ORDER_ID, EXPIRES - timedelta(seconds=1))
    scenario(ORDER, given=[PLACED], when=EXPIRE, then=[EXPIRED])
    scenario(ORDER, given=PAYING, when=EXPIRE, then=[EXPIRED])
    scenario(ORDER, given=PAYING, when=early, then=[])


def test_an_order_is_cancelled_before_it_is_paid() -> None:
    scenario(ORDER, given=[PLACED], when=CANCEL, then=[CANCELLED])
    scenario(ORDER, given=PAYING, when=CANCEL, then=[CANCELLED])
    scenario(ORDER, given=[PLACED, CANCELLED], when=CANCEL, then=[])


@pytest.mark.parametrize(
    ("history", "answer"),
    [
        ([], OrderNotFound()),
        ([PLACED, SOLD_OUT], OrderIsSoldOut()),
        ([*PAYING, CONFIRMED], OrderIsConfirmed()),
        ([*PAYING, EXPIRED], OrderHasExpired()),
        ([PLACED, CANCELLED], OrderIsCancelled()),
        ([*LATE, REFUNDED, returned("seats gone")], OrderIsRefunded()),
    ],
)
def test_b12_nothing_can_be_asked_of_an_order_that_is_over(history: list[Event], answer: Refusal) -> None:
    commands: list[Command] = [ChangeItems(ORDER_ID, OFFER, items(ga=1), NOON), ENTER_DETAILS, REQUEST]
    for command in commands if answer == OrderIsCancelled() else [*commands, CANCEL]:
        scenario(ORDER, given=history, when=command, then=answer)


def test_a_paid_order_never_expires() -> None:
    scenario(ORDER, given=[*PAYING, CONFIRMED], when=EXPIRE, then=[])


def test_nobody_pays_before_saying_who_they_are() -> None:
    scenario(ORDER, given=[PLACED, HELD], when=REQUEST, then=DetailsMissing())
    scenario(ORDER, given=[PLACED, HELD, DETAILS], when=REQUEST, then=[REQUESTED])
    scenario(ORDER, given=PAYING, when=REQUEST, then=[])
    second = replace(REQUESTED, payment_id=OTHER_PAYMENT)
    scenario(ORDER, given=PAYING, when=replace(REQUEST, payment_id=OTHER_PAYMENT), then=[second])


def test_b2_a_payment_signed_by_the_deadline_confirms_the_order() -> None:
    scenario(ORDER, given=PAYING, when=CONFIRM, then=[CONFIRMED])
    scenario(ORDER, given=[*PAYING, CONFIRMED], when=CONFIRM, then=[])


def test_only_granted_seats_are_confirmed() -> None:
    partly = OrderHeld(ORDER_ID, 1, (Item(GA, 1), Item(CP, 0)), 19_900, partly=True)
    paid = replace(CONFIRM, amount=19_900)
    confirmed = replace(CONFIRMED, lines=lines(ga=1), total=19_900)
    scenario(ORDER, given=[PLACED, partly, DETAILS], when=paid, then=[confirmed])


def test_an_order_is_paid_once_and_a_second_payment_goes_back() -> None:
    second = replace(CONFIRM, payment_id=OTHER_PAYMENT)
    for history in ([*PAYING, CONFIRMED], LATE):
        scenario(ORDER, given=history, when=second, then=[returned("already paid", OTHER_PAYMENT)])


def test_a_payment_of_another_amount_goes_back_once() -> None:
    short = replace(CONFIRM, amount=24_899)
    back = returned("amount changed", amount=24_899)
    scenario(ORDER, given=PAYING, when=short, then=[back])
    scenario(ORDER, given=[*PAYING, back], when=short, then=[])
    scenario(ORDER, given=PAYING, when=replace(short, paid_at=CONFIRM_LATE.paid_at), then=[back])


def test_a_payment_for_items_that_are_being_changed_goes_back() -> None:
    scenario(ORDER, given=[*PAYING, CHANGED], when=CONFIRM, then=[returned("amount changed")])
    expired = replace(EXPIRED, revision=2)
    scenario(ORDER, given=[*PAYING, CHANGED, expired], when=CONFIRM, then=[returned("order expired")])


def test_a_payment_for_an_order_that_holds_nothing_goes_back() -> None:
    scenario(ORDER, given=[], when=CONFIRM, then=OrderNotFound())
    scenario(ORDER, given=[PLACED], when=CONFIRM, then=[returned("nothing to pay yet")])
    scenario(ORDER, given=[PLACED, SOLD_OUT], when=CONFIRM, then=[returned("sold out")])
    scenario(ORDER, given=[PLACED, EXPIRED], when=CONFIRM, then=[returned("order expired")])
    scenario(ORDER, given=[*PAYING, CANCELLED], when=CONFIRM, then=[returned("order cancelled")])
    over = [*LATE, REFUNDED, returned("seats gone")]
    second = replace(CONFIRM, payment_id=OTHER_PAYMENT)
    scenario(ORDER, given=over, when=second, then=[returned("order refunded", OTHER_PAYMENT)])
    scenario(ORDER, given=over, when=CONFIRM, then=[])


def test_h3_paid_too_late_the_seats_are_asked_for_again() -> None:
    scenario(ORDER, given=[*PAYING, EXPIRED], when=CONFIRM, then=[PAID_TOO_LATE])
    scenario(ORDER, given=[*PAYING, EXPIRED], when=CONFIRM_LATE, then=[PAID_TOO_LATE])
    scenario(ORDER, given=LATE, when=CONFIRM, then=[])


def test_h4_a_late_payment_that_comes_before_the_alarm_expires_the_order_itself() -> None:
    scenario(ORDER, given=PAYING, when=CONFIRM_LATE, then=[EXPIRED, PAID_TOO_LATE])
    scenario(ORDER, given=LATE, when=EXPIRE, then=[])


def test_h3_seats_still_there_confirm_the_order() -> None:
    scenario(ORDER, given=LATE, when=RecordGrant(ORDER_ID, 2, items(ga=1, cp=1)), then=[CONFIRMED])


@pytest.mark.parametrize("granted", [(Item(GA, 0), Item(CP, 0)), (Item(GA, 1), Item(CP, 0)), ()])
def test_h3_seats_gone_refund_the_payment(granted: tuple[Item, ...]) -> None:
    scenario(ORDER, given=LATE, when=RecordGrant(ORDER_ID, 2, granted), then=[REFUNDED, returned("seats gone")])


def test_h3_only_seats_that_were_granted_are_asked_for_again() -> None:
    partly = OrderHeld(ORDER_ID, 1, (Item(GA, 1), Item(CP, 0)), 19_900, partly=True)
    late = replace(PAID_TOO_LATE, wanted=items(ga=1))
    paid = replace(CONFIRM_LATE, amount=19_900)
    scenario(ORDER, given=[PLACED, partly, DETAILS], when=paid, then=[EXPIRED, late])


def test_h2_an_answer_that_comes_after_the_deadline_revives_nothing() -> None:
    scenario(ORDER, given=[PLACED, EXPIRED], when=RecordGrant(ORDER_ID, 1, items(ga=1, cp=1)), then=[])
