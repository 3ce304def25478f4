"""Stories of orders that wait, are made cheaper, or get more time."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from plenary.registration.order import ORDER
from plenary.registration.order_commands import (
    ApplyCode,
    ChangeItems,
    EndWaiting,
    ExtendHold,
    RecordOffer,
    RecordUse,
    RemoveCode,
    WaitForSeats,
)
from plenary.registration.order_events import (
    CodeApplied,
    CodeRemoved,
    Event,
    HoldExtended,
    OrderCancelled,
    OrderConfirmed,
    OrderHeld,
    OrderItemsChanged,
    OrderOffered,
    OrderRefunded,
    OrderSoldOut,
    OrderWaitlisted,
    PartRetaken,
    PaymentRequested,
    PaymentReturned,
)
from plenary.registration.order_refusals import (
    CodeDoesNotApply,
    CodesDoNotCombine,
    HoldWasExtended,
    OfferIsNotExtended,
    OrderHasExpired,
    OrderIsWaiting,
    TransferTakesTooLong,
)
from plenary.words import Item, Promo
from tests.examples import (
    ADA,
    CANCEL,
    CONFERENCE_ID,
    CONFIRM,
    CP,
    DETAILS,
    ENTER_DETAILS,
    EXPIRED,
    EXPIRES,
    GA,
    HELD,
    NOON,
    OFFER,
    ORDER_ID,
    OTHER_PAYMENT,
    PAID_TOO_LATE,
    PAY_BY,
    PAYMENT_ID,
    PLACED,
    REQUEST,
    REQUESTED,
    WS,
    items,
    lines,
)
from tests.scenario import blamed, scenario

TENTH = Promo(UUID(int=51), "TENTH", 10, None)
DINNER = Promo(UUID(int=52), "DINNER", None, 1_000, (CP,), ("TENTH",))
LONER = Promo(UUID(int=53), "LONER", 50, None)
WHO = (ADA, "ada@example.org", "Ada", "Lovelace")
WAIT = WaitForSeats(ORDER_ID, CONFERENCE_ID, "AB12-CD34", OFFER, Item(GA, 3), *WHO, NOON, 5)
JOINED = OrderWaitlisted(ORDER_ID, CONFERENCE_ID, "AB12-CD34", lines(ga=3), "USD", NOON, 900, 5, *WHO)
LATER = NOON + timedelta(days=3)
OFFERED = OrderOffered(
    ORDER_ID,
    CONFERENCE_ID,
    items(ga=2),
    39_800,
    LATER,
    LATER + timedelta(minutes=15),
    LATER + timedelta(minutes=15, seconds=5),
    ADA,
)
HOLDING: list[Event] = [PLACED, HELD, DETAILS]
CHEAPER = CodeApplied(ORDER_ID, CONFERENCE_ID, TENTH, 22_410)


def test_who_joins_the_waitlist_says_who_they_are_and_keeps_the_price() -> None:
    scenario(ORDER, given=[], when=WAIT, then=[JOINED])
    assert blamed(ORDER, given=[], when=replace(WAIT, email="nobody", first_name="")) == ["email", "first_name"]
    scenario(ORDER, given=[JOINED], when=ENTER_DETAILS, then=OrderIsWaiting())
    scenario(ORDER, given=[JOINED], when=CANCEL, then=[OrderCancelled(ORDER_ID, CONFERENCE_ID, 1, waited=ADA)])


def test_seats_that_become_free_are_held_from_then_on() -> None:
    scenario(ORDER, given=[JOINED], when=RecordOffer(ORDER_ID, 2, LATER), then=[OFFERED])
    scenario(ORDER, given=[JOINED, OFFERED], when=RecordOffer(ORDER_ID, 2, LATER), then=[])
    scenario(ORDER, given=[JOINED, OFFERED], when=ExtendHold(ORDER_ID, LATER), then=OfferIsNotExtended())
    requested = PaymentRequested(ORDER_ID, CONFERENCE_ID, PAYMENT_ID, 39_800, "USD", "test")
    scenario(ORDER, given=[JOINED, OFFERED], when=REQUEST, then=[requested])


def test_waiting_in_vain_ends() -> None:
    over = OrderSoldOut(ORDER_ID, CONFERENCE_ID, 1, waited=ADA)
    scenario(ORDER, given=[JOINED], when=EndWaiting(ORDER_ID), then=[over])
    scenario(ORDER, given=[JOINED, OFFERED], when=EndWaiting(ORDER_ID), then=[])


def test_a_hold_is_extended_once_by_one_hold_time() -> None:
    quarter = timedelta(minutes=15)
    extended = HoldExtended(ORDER_ID, CONFERENCE_ID, PAY_BY + quarter, EXPIRES + quarter, asked=True)
    scenario(ORDER, given=HOLDING, when=ExtendHold(ORDER_ID, NOON), then=[extended])
    scenario(ORDER, given=[*HOLDING, extended], when=ExtendHold(ORDER_ID, NOON), then=HoldWasExtended())
    late = ExtendHold(ORDER_ID, EXPIRES + timedelta(seconds=1))
    scenario(ORDER, given=HOLDING, when=late, then=OrderHasExpired())
    in_time = replace(CONFIRM, paid_at=EXPIRES + quarter)
    scenario(ORDER, given=[*HOLDING, extended, REQUESTED], when=in_time, then=[_confirmed(24_900)])


def test_a_payment_that_takes_days_makes_the_hold_last() -> None:
    days = NOON + timedelta(days=7)
    longer = HoldExtended(ORDER_ID, CONFERENCE_ID, days, days + timedelta(seconds=5), asked=False)
    scenario(ORDER, given=HOLDING, when=replace(REQUEST, hold_until=days), then=[longer, REQUESTED])
    scenario(ORDER, given=HOLDING, when=replace(REQUEST, hold_until=NOON), then=[REQUESTED])


def test_seats_that_others_wait_for_are_not_held_for_a_payment_that_takes_days() -> None:
    slow = replace(REQUEST, gateway="transfer", hold_until=LATER + timedelta(days=7))
    in_time = replace(slow, hold_until=LATER + timedelta(minutes=15))
    requested = PaymentRequested(ORDER_ID, CONFERENCE_ID, PAYMENT_ID, 39_800, "USD", "transfer")
    scenario(ORDER, given=[JOINED, OFFERED], when=slow, then=TransferTakesTooLong())
    scenario(ORDER, given=[JOINED, OFFERED], when=in_time, then=[requested])


def test_a_hold_does_not_last_for_one_slow_payment_after_another() -> None:
    days = NOON + timedelta(days=7)
    longer = HoldExtended(ORDER_ID, CONFERENCE_ID, days, days + timedelta(seconds=5), asked=False)
    another = replace(REQUEST, payment_id=OTHER_PAYMENT, hold_until=days + timedelta(days=6))
    requested = replace(REQUESTED, payment_id=OTHER_PAYMENT)
    scenario(ORDER, given=[*HOLDING, longer, REQUESTED], when=another, then=[requested])


def test_codes_come_off_once_each_beside_those_that_they_name() -> None:
    scenario(ORDER, given=HOLDING, when=ApplyCode(ORDER_ID, TENTH), then=[CHEAPER])
    scenario(ORDER, given=[*HOLDING, CHEAPER], when=ApplyCode(ORDER_ID, TENTH), then=[])
    both = CodeApplied(ORDER_ID, CONFERENCE_ID, DINNER, 21_410)
    scenario(ORDER, given=[*HOLDING, CHEAPER], when=ApplyCode(ORDER_ID, DINNER), then=[both])
    two = [*HOLDING, CHEAPER, both]
    scenario(ORDER, given=two, when=ApplyCode(ORDER_ID, LONER), then=CodesDoNotCombine("LONER", "TENTH"))
    scenario(
        ORDER,
        given=two,
        when=RemoveCode(ORDER_ID, TENTH.code_id),
        then=[CodeRemoved(ORDER_ID, CONFERENCE_ID, TENTH.code_id, 23_900)],
    )
    workshops = Promo(UUID(int=54), "WORKSHOP", 50, None, (WS,))
    scenario(ORDER, given=HOLDING, when=ApplyCode(ORDER_ID, workshops), then=CodeDoesNotApply("WORKSHOP"))


def test_only_the_reduced_price_buys_it() -> None:
    paying = [*HOLDING, CHEAPER, replace(REQUESTED, amount=22_410)]
    scenario(ORDER, given=paying, when=replace(CONFIRM, amount=22_410), then=[_confirmed(22_410, TENTH)])
    scenario(
        ORDER,
        given=paying,
        when=CONFIRM,
        then=[PaymentReturned(ORDER_ID, PAYMENT_ID, 24_900, "amount changed")],
    )


def test_h3_who_paid_too_late_needs_the_code_again_as_well_as_the_seats() -> None:
    late: list[Event] = [
        *HOLDING,
        CHEAPER,
        replace(REQUESTED, amount=22_410),
        replace(EXPIRED, codes=(TENTH.code_id,)),
        replace(PAID_TOO_LATE, codes=(TENTH.code_id,)),
    ]
    again = RecordUse(ORDER_ID, TENTH.code_id, True)
    had = PartRetaken(ORDER_ID, TENTH.code_id)
    scenario(ORDER, given=late, when=again, then=[had])
    scenario(ORDER, given=[*late, had], when=again, then=[])
    scenario(ORDER, given=[*late, PartRetaken(ORDER_ID, None)], when=again, then=[_confirmed(22_410, TENTH)])
    scenario(
        ORDER,
        given=late,
        when=replace(again, taken=False),
        then=[
            OrderRefunded(ORDER_ID, CONFERENCE_ID, 2, PAYMENT_ID, 22_410, (TENTH.code_id,)),
            PaymentReturned(ORDER_ID, PAYMENT_ID, 22_410, "promo code used up"),
        ],
    )


def test_who_has_the_seats_of_a_group_keeps_enough_of_them_or_none() -> None:
    groups = replace(OFFER, seat_types=tuple(replace(one, least=3) for one in OFFER.seat_types))
    five: list[Event] = [replace(PLACED, lines=lines(ga=5)), OrderHeld(ORDER_ID, 1, items(ga=5), 99_500, partly=False)]
    change = ChangeItems(ORDER_ID, groups, items(ga=2), NOON)
    assert blamed(ORDER, given=five, when=change) == ["items.0.quantity"]
    closed = replace(groups, on_sale=False)
    for fewer in (replace(change, items=items(ga=3)), replace(change, offer=closed)):
        changed = OrderItemsChanged(ORDER_ID, CONFERENCE_ID, 2, lines(ga=fewer.items[0].quantity), 0)
        total = 19_900 * fewer.items[0].quantity
        scenario(ORDER, given=five, when=fewer, then=[replace(changed, total=total)])
    two: list[Event] = [five[0], OrderHeld(ORDER_ID, 1, items(ga=2), 39_800, partly=True)]
    one = OrderItemsChanged(ORDER_ID, CONFERENCE_ID, 2, lines(ga=1), 19_900)
    scenario(ORDER, given=two, when=replace(change, items=items(ga=1)), then=[one])


def _confirmed(total: int, *promos: Promo) -> OrderConfirmed:
    return OrderConfirmed(
        ORDER_ID,
        CONFERENCE_ID,
        "AB12-CD34",
        *WHO,
        lines(ga=1, cp=1),
        total,
        "USD",
        PAYMENT_ID,
        promos,
    )
