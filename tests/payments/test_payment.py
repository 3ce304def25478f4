"""Stories of money that is asked for, arrives or does not, and goes back."""

from dataclasses import replace

import pytest

from plenary.payments.payment import PAYMENT, Completed, Refund
from plenary.payments.payment_messages import (
    CancelPayment,
    Command,
    CompletePayment,
    CompleteRefund,
    Event,
    FailRefund,
    InitiatePayment,
    NotePayment,
    PaymentCancelled,
    PaymentCompleted,
    PaymentInitiated,
    PaymentIsCompleted,
    PaymentNotCompleted,
    PaymentNoted,
    PaymentNotFound,
    PaymentOfAnotherOrder,
    PaymentRefunded,
    PaymentRejected,
    PutOffRefund,
    RefundExceedsPayment,
    RefundFailed,
    RefundNotFound,
    RefundPayment,
    RefundPutOff,
    RefundRequested,
    RefundRetried,
    RejectPayment,
    RetryRefund,
)
from tests.examples import CONFERENCE_ID, NOON, ORDER_ID, OTHER_ORDER, PAYMENT_ID
from tests.scenario import blamed, scenario

INITIATE = InitiatePayment(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", "test")
INITIATED = PaymentInitiated(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", "test")
COMPLETE = CompletePayment(PAYMENT_ID, NOON, "ch_1")
COMPLETED = PaymentCompleted(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 24_900, "USD", NOON, "ch_1", "test")
REJECT, REJECTED = RejectPayment(PAYMENT_ID), PaymentRejected(PAYMENT_ID, ORDER_ID)
CANCEL, CANCELLED = CancelPayment(PAYMENT_ID), PaymentCancelled(PAYMENT_ID, ORDER_ID)
REFUND = RefundPayment(PAYMENT_ID, 24_900, "sold out")
ASKED = RefundRequested(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 0, 24_900, "USD", "sold out", "test", "ch_1")
DONE, REFUNDED = (
    CompleteRefund(PAYMENT_ID, 0, "re_1"),
    PaymentRefunded(PAYMENT_ID, ORDER_ID, 24_900, "sold out", 0, "re_1"),
)
FAIL, FAILED = (
    FailRefund(PAYMENT_ID, 0, "no money"),
    RefundFailed(PAYMENT_ID, ORDER_ID, CONFERENCE_ID, 0, 24_900, "no money"),
)
PUT_OFF, LATER = PutOffRefund(PAYMENT_ID, 0, 1, NOON), RefundPutOff(PAYMENT_ID, ORDER_ID, 0, 1, NOON)
RETRY, RETRIED = RetryRefund(PAYMENT_ID, 0, 1), RefundRetried(PAYMENT_ID, ORDER_ID, 0, 1)

PAID: list[Event] = [INITIATED, COMPLETED]
TO_REFUND: list[Event] = [*PAID, ASKED]


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


def test_a_gateway_s_name_for_a_payment_is_noted_once_and_before_it_is_over() -> None:
    note = NotePayment(PAYMENT_ID, "pi_1")
    noted = PaymentNoted(PAYMENT_ID, ORDER_ID, "pi_1")
    scenario(PAYMENT, given=[INITIATED], when=note, then=[noted])
    scenario(PAYMENT, given=[INITIATED, noted], when=replace(note, reference="pi_2"), then=[])
    scenario(PAYMENT, given=PAID, when=note, then=[])


def test_a_refund_is_asked_for_once_and_done_once() -> None:
    scenario(PAYMENT, given=PAID, when=REFUND, then=[ASKED])
    scenario(PAYMENT, given=TO_REFUND, when=REFUND, then=[])
    scenario(PAYMENT, given=TO_REFUND, when=replace(REFUND, amount=1, reason="seat given up"), then=[])
    scenario(PAYMENT, given=TO_REFUND, when=DONE, then=[REFUNDED])
    scenario(PAYMENT, given=[*TO_REFUND, REFUNDED], when=DONE, then=[])
    scenario(PAYMENT, given=[*TO_REFUND, REFUNDED], when=REFUND, then=[])
    scenario(PAYMENT, given=[*TO_REFUND, REFUNDED], when=COMPLETE, then=[])


def test_refunds_of_one_payment_are_told_apart_by_their_number() -> None:
    part = RefundPayment(PAYMENT_ID, 5_000, "one seat less", 1)
    asked = replace(ASKED, number=1, amount=5_000, reason="one seat less")
    scenario(PAYMENT, given=PAID, when=part, then=[asked])
    scenario(PAYMENT, given=[*PAID, asked], when=replace(part, number=2), then=[replace(asked, number=2)])
    scenario(PAYMENT, given=[*PAID, asked], when=replace(DONE, number=2), then=RefundNotFound())


def test_never_more_is_asked_to_go_back_than_was_paid() -> None:
    scenario(PAYMENT, given=PAID, when=replace(REFUND, amount=24_901), then=RefundExceedsPayment(24_900))
    part = replace(ASKED, number=1, amount=5_000)
    scenario(PAYMENT, given=[*PAID, part], when=REFUND, then=RefundExceedsPayment(19_900))
    failed = replace(FAILED, number=1, amount=5_000)
    scenario(PAYMENT, given=[*PAID, part, failed], when=REFUND, then=RefundExceedsPayment(19_900))
    rest = replace(REFUND, amount=19_900)
    scenario(PAYMENT, given=[*PAID, part], when=rest, then=[replace(ASKED, amount=19_900)])
    assert blamed(PAYMENT, given=PAID, when=replace(REFUND, amount=-1)) == ["amount"]


def test_a_refund_that_a_gateway_refuses_is_the_organizer_s_who_may_have_it_tried_again_or_do_it() -> None:
    scenario(PAYMENT, given=TO_REFUND, when=FAIL, then=[FAILED])
    scenario(PAYMENT, given=[*TO_REFUND, FAILED], when=FAIL, then=[])
    scenario(PAYMENT, given=[*TO_REFUND, FAILED], when=DONE, then=[REFUNDED])
    scenario(PAYMENT, given=[*TO_REFUND, FAILED], when=RETRY, then=[RETRIED])
    scenario(PAYMENT, given=[*TO_REFUND, FAILED, RETRIED], when=RETRY, then=[])
    scenario(PAYMENT, given=[*TO_REFUND, FAILED, RETRIED], when=DONE, then=[REFUNDED])


def test_a_refund_of_a_gateway_that_does_not_answer_is_asked_for_later() -> None:
    scenario(PAYMENT, given=TO_REFUND, when=PUT_OFF, then=[LATER])
    scenario(PAYMENT, given=[*TO_REFUND, LATER], when=PUT_OFF, then=[])
    scenario(PAYMENT, given=[*TO_REFUND, LATER], when=RETRY, then=[RETRIED])
    scenario(PAYMENT, given=[*TO_REFUND, LATER, RETRIED], when=RETRY, then=[])
    scenario(PAYMENT, given=[*TO_REFUND, LATER, REFUNDED], when=RETRY, then=[])
    again = replace(PUT_OFF, tries=2)
    scenario(PAYMENT, given=[*TO_REFUND, LATER, RETRIED], when=again, then=[replace(LATER, tries=2)])


def test_money_that_went_back_is_only_doubted_by_who_said_so() -> None:
    scenario(PAYMENT, given=[*TO_REFUND, REFUNDED], when=FAIL, then=[])
    scenario(PAYMENT, given=[*TO_REFUND, REFUNDED], when=replace(FAIL, reference="re_2"), then=[])
    scenario(PAYMENT, given=[*TO_REFUND, REFUNDED], when=replace(FAIL, reference="re_1"), then=[FAILED])


def test_refunds_of_the_time_before_they_had_to_be_asked_for_count() -> None:
    payment = None
    for event in (*PAID, REFUNDED):
        payment = PAYMENT.evolve(payment, event)
    assert payment == Completed(INITIATED, "ch_1", (Refund(0, 24_900, "sold out", "completed", "re_1"),))


@pytest.mark.parametrize("history", [[INITIATED], [INITIATED, REJECTED], [INITIATED, CANCELLED]])
@pytest.mark.parametrize("command", [REFUND, DONE, FAIL, PUT_OFF, RETRY])
def test_only_what_was_paid_is_refunded(history: list[Event], command: Command) -> None:
    scenario(PAYMENT, given=history, when=command, then=PaymentNotCompleted())


@pytest.mark.parametrize("command", [COMPLETE, REJECT, CANCEL, REFUND, DONE, FAIL, PUT_OFF, RETRY])
def test_nothing_becomes_of_a_payment_that_nobody_asked_for(command: Command) -> None:
    scenario(PAYMENT, given=[], when=command, then=PaymentNotFound())
