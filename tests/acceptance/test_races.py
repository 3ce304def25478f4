"""Payments that arrive in the very instant of the deadline: confirmed with seats, or refunded without; never a mix."""

import asyncio
import random
import secrets
from collections import Counter
from datetime import timedelta

import pytest

from tests.acceptance.driver import Answer
from tests.acceptance.driving.words import is_warning
from tests.acceptance.served import Served

RACES = 50
RIVALS = 10
GRACE = 5


@pytest.mark.acceptance
@pytest.mark.parametrize(
    "served",
    [pytest.param(kind, marks=pytest.mark.xdist_group(f"scenarios on {kind}")) for kind in ("sqlite", "postgres")],
    indirect=True,
)
async def test_a_payment_in_the_instant_of_the_deadline(served: Served) -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    people = served.driver()
    try:
        await people.create_conference(hold_seconds=60)
        await people.add_seat_type(name="GA", price="$199", quota=RACES)
        await people.publish()
        names = [f"R{number}" for number in range(RACES)]

        async def about_to_pay(who: str) -> None:
            assert (await people.place_order(who, {"GA": 1}))["state"] == "held"
            await people.enter_details(who)
            assert (await people.start_payment(who))["payment"] == "initiated"

        await asyncio.gather(*map(about_to_pay, names))
        start = asyncio.Event()

        async def in_time_or_late(who: str) -> Answer:
            await start.wait()
            return await people.pay(who)

        async def rival(number: int) -> None:
            await start.wait()
            await people.place_order(f"rival {number}", {"GA": 2})

        late = [asyncio.create_task(in_time_or_late(who)) for who in dice.sample(names, RACES)]
        others = [asyncio.create_task(rival(number)) for number in range(RIVALS)]
        served.clock.advance(timedelta(seconds=60 + GRACE))
        start.set()
        answers = await asyncio.gather(*late)
        await asyncio.gather(*others)
        await served.at_rest()
        ended = {who: await people.order(who) for who in names}
        shown = await people.availability()
        mails = (await people.mails())["mails"]
    finally:
        await people.close()
    served.check()
    states = Counter(order["state"] for order in ended.values())
    print(dict(states))
    assert states["confirmed"] + states["refunded"] == RACES, states
    assert all(answer["state"] in ("confirmed", "refunded") for answer in answers)
    for who, order in ended.items():
        booked = order["state"] == "confirmed"
        assert order["payment"] == ("completed" if booked else "refunded")
        assert len(order["attendees"]) == booked
        theirs = [mail for mail in mails if mail["to"] == f"{who.lower()}@example.org"]
        own = [mail["subject"] for mail in theirs if not is_warning(mail)]
        assert len(own) == 1, own
    assert shown["sold"]["GA"] == states["confirmed"]
    assert shown["sold"]["GA"] + shown["held"]["GA"] + shown["available"]["GA"] == RACES
