"""Stories of an order that is placed, granted seats, changed, and given a name."""

from dataclasses import replace
from uuid import UUID

import pytest

from plenary.registration.order import ORDER
from plenary.registration.order_commands import ChangeItems, PlaceOrder, RecordGrant
from plenary.registration.order_events import DetailsEntered, Event, Line, OrderHeld, OrderItemsChanged, OrderSoldOut
from plenary.registration.order_refusals import (
    ChooseAtLeastOneSeat,
    NothingToPay,
    NotOnSale,
    OrderExists,
    OrderStillDeciding,
    SeatsPerOrderExceeded,
)
from plenary.words import Item, OfferedSeatType
from tests.examples import (
    ADA,
    CANCELLED,
    CHANGED,
    CONFERENCE_ID,
    CONFIRMED,
    CP,
    DETAILS,
    ENTER_DETAILS,
    EXPIRED,
    EXPIRES,
    GA,
    HELD,
    LATE,
    NOON,
    OFFER,
    ORDER_ID,
    PLACE,
    PLACED,
    REQUEST,
    SOLD_OUT,
    WS,
    items,
    lines,
)
from tests.scenario import blamed, scenario


def place(*wanted: Item) -> PlaceOrder:
    return replace(PLACE, items=wanted)


def change(ga: int = 0, ws: int = 0, cp: int = 0) -> ChangeItems:
    return ChangeItems(ORDER_ID, OFFER, items(ga, ws, cp), NOON)


# Placing


def test_b1_an_order_is_placed_at_today_s_prices_with_a_deadline() -> None:
    scenario(ORDER, given=[], when=PLACE, then=[PLACED])


def test_an_order_is_placed_once() -> None:
    scenario(ORDER, given=[PLACED], when=PLACE, then=OrderExists())


@pytest.mark.parametrize("wanted", [(), (Item(GA, 0), Item(WS, 0))])
def test_b4_nothing_is_placed_without_a_seat(wanted: tuple[Item, ...]) -> None:
    scenario(ORDER, given=[], when=place(*wanted), then=ChooseAtLeastOneSeat())


def test_b4_what_cannot_be_ordered_is_named() -> None:
    unknown = UUID(int=99)
    assert blamed(ORDER, when=place(Item(GA, 1), Item(CP, -1))) == ["items.1.quantity"]
    assert blamed(ORDER, when=place(Item(unknown, 1), Item(GA, 1))) == ["items.0.seat_type_id"]
    scenario(ORDER, given=[], when=place(Item(GA, 21)), then=SeatsPerOrderExceeded(20))
    scenario(ORDER, given=[], when=place(Item(GA, 15), Item(WS, 6)), then=SeatsPerOrderExceeded(20))
    assert SeatsPerOrderExceeded(20).message == "One order may have at most 20 seats."


def test_types_not_wanted_are_left_out_and_types_named_twice_are_one_line() -> None:
    wanted = place(Item(WS, 0), Item(GA, 1), Item(CP, 1), Item(GA, 2))
    scenario(ORDER, given=[], when=wanted, then=[replace(PLACED, lines=lines(ga=3, cp=1), total=64_700)])


def test_nothing_is_placed_while_the_conference_is_not_on_sale() -> None:
    scenario(ORDER, given=[], when=replace(PLACE, offer=replace(OFFER, on_sale=False)), then=NotOnSale())


def test_an_order_cannot_cost_more_than_can_be_counted() -> None:
    dear = replace(OFFER, seat_types=(OfferedSeatType(GA, "Gold", 2**53 - 1),))
    assert blamed(ORDER, when=replace(PLACE, offer=dear, items=items(ga=2))) == ["items"]


# Being granted seats


def test_an_order_is_held_for_what_it_was_granted() -> None:
    scenario(ORDER, given=[PLACED], when=RecordGrant(ORDER_ID, 1, items(ga=1, cp=1)), then=[HELD])


def test_g3_of_three_kinds_two_are_granted_in_part() -> None:
    wants_3_1_2 = replace(PLACED, lines=lines(3, 1, 2), total=119_700)
    granted = (Item(GA, 2), Item(WS, 0), Item(CP, 2))
    scenario(
        ORDER,
        given=[wants_3_1_2],
        when=RecordGrant(ORDER_ID, 1, granted),
        then=[OrderHeld(ORDER_ID, 1, granted, 49_800, partly=True)],
    )


def test_g2_an_order_granted_nothing_is_sold_out_even_when_it_would_be_free() -> None:
    for price in (0, 19_900):
        placed = replace(PLACED, lines=(Line(GA, "General admission", price, 1),))
        scenario(ORDER, given=[placed], when=RecordGrant(ORDER_ID, 1, (Item(GA, 0),)), then=[SOLD_OUT])


def test_an_order_never_gets_more_than_it_wants() -> None:
    scenario(ORDER, given=[PLACED], when=RecordGrant(ORDER_ID, 1, items(ga=9, cp=1)), then=[HELD])


def test_an_answer_to_an_earlier_request_is_passed_over() -> None:
    answer = RecordGrant(ORDER_ID, 1, items(ga=1, cp=1))
    histories: list[list[Event]] = [[PLACED, HELD], [PLACED, HELD, CHANGED], [PLACED, EXPIRED], [PLACED, CANCELLED]]
    for history in histories:
        scenario(ORDER, given=history, when=answer, then=[])


# Changing the items


def test_changed_items_ask_again_and_keep_the_deadline() -> None:
    order = scenario(ORDER, given=[PLACED, HELD], when=change(ga=3), then=[CHANGED])
    assert order.terms.expires_at == EXPIRES


def test_a_line_keeps_the_price_of_its_first_placement_and_a_new_line_takes_today_s() -> None:
    dearer = replace(
        OFFER,
        seat_types=tuple(replace(seat_type, price=99_900, name="New name") for seat_type in OFFER.seat_types),
    )
    now = (Line(GA, "General admission", 19_900, 3), Line(WS, "New name", 99_900, 1))
    scenario(
        ORDER,
        given=[PLACED, HELD],
        when=ChangeItems(ORDER_ID, dearer, items(ga=3, ws=1), NOON),
        then=[OrderItemsChanged(ORDER_ID, CONFERENCE_ID, 2, now, 159_600)],
    )


def test_the_same_items_ask_again_only_for_what_is_still_missing() -> None:
    scenario(ORDER, given=[PLACED, HELD], when=change(ga=1, cp=1), then=[])
    partly = OrderHeld(ORDER_ID, 1, (Item(GA, 1), Item(CP, 0)), 19_900, partly=True)
    again = OrderItemsChanged(ORDER_ID, CONFERENCE_ID, 2, lines(ga=1, cp=1), 24_900)
    scenario(ORDER, given=[PLACED, partly], when=change(ga=1, cp=1), then=[again])
    content = OrderItemsChanged(ORDER_ID, CONFERENCE_ID, 2, lines(ga=1), 19_900)
    scenario(ORDER, given=[PLACED, partly], when=change(ga=1), then=[content])


def test_when_sales_have_ended_seats_can_be_given_back_but_not_added() -> None:
    held_three = [PLACED, HELD, CHANGED, OrderHeld(ORDER_ID, 2, items(ga=3), 59_700, partly=False)]
    closed = replace(OFFER, on_sale=False)
    for offer in (closed, replace(closed, seat_types=()), replace(OFFER, seats_per_order=1)):
        scenario(
            ORDER,
            given=held_three,
            when=ChangeItems(ORDER_ID, offer, items(ga=2), NOON),
            then=[OrderItemsChanged(ORDER_ID, CONFERENCE_ID, 3, lines(ga=2), 39_800)],
        )
    scenario(ORDER, given=held_three, when=ChangeItems(ORDER_ID, closed, items(ga=4), NOON), then=NotOnSale())
    retired = ChangeItems(ORDER_ID, replace(OFFER, seat_types=()), items(ga=4), NOON)
    assert blamed(ORDER, given=held_three, when=retired) == ["items.0.seat_type_id"]


def test_changed_items_are_checked_like_new_ones() -> None:
    scenario(ORDER, given=[PLACED, HELD], when=change(), then=ChooseAtLeastOneSeat())
    scenario(ORDER, given=[PLACED, HELD], when=change(ga=21), then=SeatsPerOrderExceeded(20))
    assert blamed(ORDER, given=[PLACED, HELD], when=change(ws=-1)) == ["items.0.quantity"]


def test_a_change_that_is_granted_nothing_ends_the_order() -> None:
    sold_out = OrderSoldOut(ORDER_ID, CONFERENCE_ID, 2)
    scenario(ORDER, given=[PLACED, HELD, CHANGED], when=RecordGrant(ORDER_ID, 2, (Item(GA, 0),)), then=[sold_out])


def test_while_the_seats_decide_everything_else_waits() -> None:
    for history in ([PLACED], [PLACED, HELD, CHANGED], LATE):
        for command in (change(ga=2), ENTER_DETAILS, REQUEST):
            scenario(ORDER, given=history, when=command, then=OrderStillDeciding())


# Saying who one is


def test_b2_the_registrant_says_who_they_are_and_may_correct_it() -> None:
    scenario(ORDER, given=[PLACED, HELD], when=ENTER_DETAILS, then=[DETAILS])
    scenario(ORDER, given=[PLACED, HELD, DETAILS], when=ENTER_DETAILS, then=[])
    corrected = replace(ENTER_DETAILS, last_name=" King ")
    again = DetailsEntered(ORDER_ID, ADA, "ada@example.org", "Ada", "King")
    scenario(ORDER, given=[PLACED, HELD, DETAILS], when=corrected, then=[again])


def test_b6_missing_names_and_half_an_address_are_named() -> None:
    wrong = replace(ENTER_DETAILS, email="ada@home", first_name=" ", last_name="")
    assert blamed(ORDER, given=[PLACED, HELD], when=wrong) == ["email", "first_name", "last_name"]


def test_b11_a_free_order_is_confirmed_by_the_details_alone() -> None:
    free = (Line(GA, "General admission", 0, 1),)
    confirmed = replace(CONFIRMED, lines=free, total=0, payment_id=None)
    history = [replace(PLACED, lines=free, total=0), OrderHeld(ORDER_ID, 1, items(ga=1), 0, partly=False)]
    scenario(ORDER, given=history, when=ENTER_DETAILS, then=[DETAILS, confirmed])
    scenario(ORDER, given=[*history, DETAILS], when=REQUEST, then=NothingToPay())
    scenario(ORDER, given=[*history, DETAILS], when=ENTER_DETAILS, then=[confirmed])
