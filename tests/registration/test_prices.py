"""What codes take off: the organizer's numbers, and what they leave of each seat."""

from uuid import UUID

import pytest

from plenary.registration.order_events import Line
from plenary.registration.order_prices import Discount, price, price_of_rest, seat_prices
from plenary.words import Promo
from tests.examples import CP, GA, WS, lines

SPEAKER = Promo(UUID(int=61), "SPEAKER123", 100, None)
VOLUNTEER = Promo(UUID(int=62), "VOLUNTEER", 100, None, (GA,))
COPRESENTER = Promo(UUID(int=63), "COPRESENTER", 10, None, (CP,))
WS10 = Promo(UUID(int=64), "WS10", None, 2_000, combines_with=("VOLUNTEER", "COPRESENTER"))
PRECON = Promo(UUID(int=65), "1TIMEPRECON", 50, None, (WS,))
CONFONLY = Promo(UUID(int=66), "CONFONLY", None, 5_000, (GA, WS))
WHOLE = lines(ga=3, ws=1, cp=2)


@pytest.mark.parametrize(
    ("seats", "promos", "offs", "total"),
    [
        (WHOLE, [], [], 119_700),
        (WHOLE, [SPEAKER], [119_700], 0),
        (WHOLE, [VOLUNTEER], [59_700], 60_000),
        (WHOLE, [COPRESENTER, WS10], [1_000, 2_000], 116_700),
        (WHOLE, [WS10, COPRESENTER], [1_000, 2_000], 116_700),
        (WHOLE, [WS10, VOLUNTEER], [59_700, 2_000], 58_000),
        (lines(ws=1, cp=2), [PRECON], [25_000], 35_000),
        (lines(ga=1, ws=1), [CONFONLY], [5_000], 64_900),
        (lines(cp=1), [Promo(UUID(int=67), "MUCH", None, 9_000)], [5_000], 0),
        (lines(cp=1), [VOLUNTEER], [0], 5_000),
        (lines(cp=1), [SPEAKER, Promo(UUID(int=68), "HALF", 50, None)], [5_000, 0], 0),
    ],
)
def test_percents_come_off_first_then_amounts_and_never_more_than_there_is(
    seats: tuple[Line, ...], promos: list[Promo], offs: list[int], total: int
) -> None:
    priced = price(seats, promos)
    assert [discount.amount for discount in priced.discounts] == offs
    assert priced.total == total


def test_a_percentage_is_rounded_half_up_for_each_line() -> None:
    odd = Promo(UUID(int=69), "ODD", 33, None)
    assert price(lines(ga=1, cp=1), [odd]).nets == (19_900 - 6_567, 5_000 - 1_650)


def test_what_a_line_costs_is_shared_out_to_its_seats_to_the_unit() -> None:
    assert seat_prices(lines(ga=3), [Promo(UUID(int=70), "ONE", None, 1)]) == {1: 19_900, 2: 19_900, 3: 19_899}
    prices = seat_prices(WHOLE, [COPRESENTER, WS10])
    assert sum(prices.values()) == 116_700
    assert list(prices) == [1, 2, 3, 4, 5, 6]


def test_seats_that_are_left_cost_what_they_did() -> None:
    fifty = Promo(UUID(int=71), "FIFTY", None, 5_000)
    rest = price_of_rest(lines(ws=2), [fifty], {1})
    assert (rest.nets, rest.discounts) == ((47_500,), (Discount(fifty.code_id, "FIFTY", 2_500),))
    assert price_of_rest(WHOLE, [WS10, VOLUNTEER], ()) == price(WHOLE, [WS10, VOLUNTEER])
    assert price_of_rest(WHOLE, [COPRESENTER, WS10], range(1, 7)).total == 0
