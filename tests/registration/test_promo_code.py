"""What an organizer may say of a promo code, and who guesses one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.engine.decider import InvalidInput
from plenary.registration.promo_code import MOST_OTHERS, decide
from plenary.registration.promo_code_messages import CreateCode
from plenary.words import Promo
from tests.house import REFUSAL, House, open_house

CREATE = f"""mutation($id: UUID!, $conference: UUID!, $code: String!, $input: PromoCodeInput!) {{
  done: createPromoCode(commandId: $id, conferenceId: $conference, code: $code, input: $input) {{
    ... on PromoCodeChanged {{ promoCode {{ seatTypeIds combinesWith limit }} }} {REFUSAL} }} }}"""

APPLY = f"""mutation($id: UUID!, $order: UUID!, $code: String!) {{
  done: applyCode(commandId: $id, orderId: $order, code: $code) {{ {REFUSAL} }} }}"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


@pytest.mark.parametrize(
    ("others", "fields"),
    [
        (("WS10", "EARLY-BIRD"), []),
        (("WS10", "", "A\0B"), ["combines_with.1", "combines_with.2"]),
        (tuple(f"CODE{n}" for n in range(MOST_OTHERS + 1)), ["combines_with"]),
    ],
)
def test_what_may_be_used_beside_a_code_are_codes_and_not_too_many(others: tuple[str, ...], fields: list[str]) -> None:
    promo = Promo(UUID(int=51), "TENTH", 10, None, (), others)
    answer = decide(CreateCode(promo.code_id, UUID(int=1), promo, None, 100), None)
    assert [error.field for error in answer.errors] == fields if isinstance(answer, InvalidInput) else not fields


async def test_seats_that_are_named_twice_in_a_scope_count_once(house: House) -> None:
    sold = await house.on_sale({"GA": (100, 10), "WS": (500, 4)})
    ws = str(sold.types["WS"])

    async def create(code: str, limit: int) -> Any:
        said = {"percent": 50, "seatTypeIds": [ws, ws, ws], "combinesWith": ["ws10", "WS10"], "limit": limit}
        return (await sold.organizer.ask(CREATE, id=uuid4(), conference=sold.id, code=code, input=said))["done"]

    refused = await create("FIVE", 5)
    assert [error["code"] for error in refused["errors"]] == ["exceeds_quota"]
    made = await create("FOUR", 4)
    assert made["promoCode"] == {"seatTypeIds": [ws], "combinesWith": ["WS10"], "limit": 4}


async def test_many_guesses_at_the_same_instant_do_not_find_a_code(house: House) -> None:
    sold, browser, order = await house.on_sale({"GA": (100, 10)}), house.browser("192.0.2.1"), uuid4()
    said = {"percent": 100}
    await sold.organizer.ask(CREATE, id=uuid4(), conference=sold.id, code="SECRET", input=said)
    await browser.place(sold.id, {sold.types["GA"]: 1}, orderId=order)
    codes = [*(f"GUESS{n}" for n in range(20)), "SECRET"]
    answers = await asyncio.gather(*(browser.ask(APPLY, id=uuid4(), order=order, code=code) for code in codes))
    assert [answer["done"]["__typename"] for answer in answers].count("Refused") == 5
    assert answers[-1]["done"]["__typename"] == "TooManyTries"
    house.clock.advance(timedelta(minutes=1))
    right = await browser.ask(APPLY, id=uuid4(), order=order, code="secret")
    assert right["done"]["__typename"] == "OrderChanged"
