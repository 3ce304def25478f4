"""Stories of money that is asked for, arrives or does not, and goes back."""

from dataclasses import replace

import pytest

from plenary.payments.payment import (
    PAYMENT,
    CancelPayment,
    Command,
    CompletePayment,
    Event,
    InitiatePayment,
    PaymentCancelled,
    PaymentCompleted,
    PaymentInitiated,
    PaymentIsCompleted,
    PaymentNotCompleted,
    PaymentNotFound,
    PaymentOfAnotherOrder,
    PaymentRefunded,
    PaymentRejected,
    RefundExceedsPayment,
    RefundPayment,
    RejectPayment,
)
from tests.examples import CONFERENCE_ID, NOON, ORDER_ID, OTHER_ORDER, PAYMENT_ID
from tests.scenario import blamed, scenario

INITIATE = InitiatePayment(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", "test")
INITIATED = PaymentInitiated(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", "test")
COMPLETE = CompletePayment(PAYMENT_ID, NOON, "ch_1")
COMPLETED = PaymentCompleted(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", NOON, "ch_1")
REJECT, REJECTED = RejectPayment(PAYMENT_ID), PaymentRejected(PAYMENT_ID, ORDER_ID)
CANCEL, CANCELLED = CancelPayment(PAYMENT_ID), PaymentCancelled(PAYMENT_ID, ORDER_ID)
REFUND = RefundPayment(PAYMENT_ID, 24_900, "sold out")
REFUNDED = PaymentRefunded(PAYMENT_ID, ORDER_ID, 24_900, "sold out")

PAID: list[Event] = [INITIATED, COMPLETED]


def test_a_payment_is_asked_for_once() -> None:
    scenario(PAYMENT, given=[], when=INITIATE, then=[INITIATED])
    scenario(PAYMENT, given=[INITIATED], when=INITIATE, then=[])
    scenario(PAYMENT, given=PAID, when=INITIATE, then=[])


def test_a_payment_belongs_to_one_order() -> None:
    scenario(PAYMENT, given=[INITIATED], when=replace(INITIATE, order_id=OTHER_ORDER), then=PaymentOfAnotherOrder())


def test_nobody_is_asked_to_pay_nothing() -> None:
    assert blamed(PAYMENT, when=replace(INITIATE, amount=0)) == ["amount"]


def test_the_gateway_s_word_completes_a_payment_once() -> None:
    scenario(PAYMENT, given=[INITIATED], when=COMPLETE, then=[COMPLETED])
    scenario(PAYMENT, given=PAID, when=COMPLETE, then=[])
    scenario(PAYMENT, given=PAID, when=replace(COMPLETE, reference="ch_2"), then=[])


def test_b7_a_rejected_or_cancelled_payment_is_over() -> None:
    scenario(PAYMENT, given=[INITIATED], when=REJECT, then=[REJECTED])
    scenario(PAYMENT, given=[INITIATED], when=CANCEL, then=[CANCELLED])
    for over in (REJECTED, CANCELLED):
        for command in (REJECT, CANCEL):
            scenario(PAYMENT, given=[INITIATED, over], when=command, then=[])


@pytest.mark.parametrize("earlier", [REJECTED, CANCELLED])
def test_money_that_arrives_after_all_counts(earlier: Event) -> None:
    scenario(PAYMENT, given=[INITIATED, earlier], when=COMPLETE, then=[COMPLETED])


def test_what_is_paid_can_be_neither_rejected_nor_cancelled() -> None:
    scenario(PAYMENT, given=PAID, when=REJECT, then=[])
    scenario(PAYMENT, given=PAID, when=CANCEL, then=PaymentIsCompleted())


def test_a_payment_is_refunded_once() -> None:
    scenario(PAYMENT, given=PAID, when=REFUND, then=[REFUNDED])
    scenario(PAYMENT, given=[*PAID, REFUNDED], when=REFUND, then=[])
    scenario(PAYMENT, given=[*PAID, REFUNDED], when=COMPLETE, then=[])


def test_never_more_is_refunded_than_was_paid() -> None:
    scenario(PAYMENT, given=PAID, when=replace(REFUND, amount=24_901), then=RefundExceedsPayment(24_900))
    part = PaymentRefunded(PAYMENT_ID, ORDER_ID, 5_000, "one seat less")
    scenario(PAYMENT, given=[*PAID, part], when=replace(REFUND, number=1), then=RefundExceedsPayment(19_900))
    rest = RefundPayment(PAYMENT_ID, 19_900, "order cancelled", 2)
    returned = PaymentRefunded(PAYMENT_ID, ORDER_ID, 19_900, "order cancelled", 2)
    scenario(PAYMENT, given=[*PAID, part], when=rest, then=[returned])
    assert blamed(PAYMENT, given=PAID, when=replace(REFUND, amount=-1)) == ["amount"]


@pytest.mark.parametrize("history", [[INITIATED], [INITIATED, REJECTED], [INITIATED, CANCELLED]])
def test_only_what_was_paid_is_refunded(history: list[Event]) -> None:
    scenario(PAYMENT, given=history, when=REFUND, then=PaymentNotCompleted())


@pytest.mark.parametrize("command", [COMPLETE, REJECT, CANCEL, REFUND])
def test_nothing_becomes_of_a_payment_that_nobody_asked_for(command: Command) -> None:
    scenario(PAYMENT, given=[], when=command, then=PaymentNotFound())
