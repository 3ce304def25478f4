"""Many people at the same instant, spread over three servers: as many get seats as there are, and nobody else."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.acceptance.crowd import dice
from tests.acceptance.driver import Answer, Driver
from tests.acceptance.driving.words import is_warning
from tests.acceptance.play import Play
from tests.acceptance.scenario import Scenario, read
from tests.databases import fresh_postgres
from tests.invariants import check_log
from tests.servers import Postgres, Redis
from tests.torture.conftest import House, count

SCENARIOS = Path(__file__).parents[1] / "acceptance" / "scenarios"
PLAYED = [
    scenario
    for file in ("contention.yaml", "faults.yaml")
    for scenario in read(SCENARIOS / file)
    if scenario.name in ("C1", "C2", "C3", "C4", "C5", "H3", "H3b", "H7")
]
GRACE = 1
PATIENCE = 120.0
pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("torture"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    prepared_postgres: Postgres, redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """Three servers and a worker."""
    async with fresh_postgres(prepared_postgres) as url:
        house = House(tmp_path_factory.mktemp("house"), url, redis=redis_server.url, grace_seconds=GRACE)
        await house.start("serve", "serve", "serve --without-work", "work")
        yield house
        await house.end()
        house.check()


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.name)
async def test_a_story_at_three_servers(house: House, scenario: Scenario) -> None:
    driver = house.driver(*house.processes[:3])
    report = await Play(scenario, driver).run()
    assert not report.wrong, f"\n{report}"
    await check_log(house.database, driver.acknowledged)


async def test_payments_in_the_instant_of_the_deadline(house: House) -> None:
    """All orders have the same deadline, within a second; everybody pays around it, while others want the seats."""
    chance, races = dice(), count(50, 1000)
    done = 0
    while done < races:
        done += await race(house.driver(*house.processes[:3]), min(50, races - done), chance.uniform)
        assert await check_log(house.database)


async def race(people: Driver, number: int, between: Callable[[float, float], float]) -> int:
    """So many payments against their deadlines; each ends as a ticket or as a refund, never as a mix of them."""
    await people.create_conference(hold_seconds=12)
    await people.add_seat_type(name="GA", price="$199", quota=number)
    await people.publish()
    names = [f"R{n}" for n in range(number)]

    async def about_to_pay(who: str) -> float:
        assert (await people.place_order(who, {"GA": 1}))["state"] == "held"
        await people.enter_details(who)
        answer = await people.start_payment(who)
        assert answer["payment"] == "initiated", answer
        return asyncio.get_running_loop().time() + float(answer["seconds_left"]) + GRACE

    deadlines = dict(zip(names, await asyncio.gather(*map(about_to_pay, names)), strict=True))

    async def pay(who: str) -> Answer:
        await asyncio.sleep(deadlines[who] + between(-0.5, 0.5) - asyncio.get_running_loop().time())
        return await people.pay(who)

    async def rival(n: int) -> None:
        await asyncio.sleep(min(deadlines.values()) + between(0.0, 1.5) - asyncio.get_running_loop().time())
        await people.place_order(f"rival {n}", {"GA": 2})

    answers, _ = await asyncio.gather(asyncio.gather(*map(pay, names)), asyncio.gather(*map(rival, range(number // 5))))
    states = Counter(answer["state"] for answer in answers)
    print(dict(states))
    assert states["confirmed"] + states["refunded"] == number, states
    for who in names:
        order = await people.order(who)
        booked = order["state"] == "confirmed"
        assert order["payment"] == ("completed" if booked else "refunded")
        assert len(order["attendees"]) == booked
    shown = await people.availability()
    assert shown["sold"]["GA"] == states["confirmed"]
    mails = Counter(mail["to"] for mail in (await people.mails())["mails"] if not is_warning(mail))
    assert mails.pop("olga@example.org", 0) == states["refunded"]  # the organizer is told of each
    assert mails == Counter(f"{who.lower()}@example.org" for who in names)
    return number


async def test_many_want_one_slug(house: House) -> None:
    """A hundred conferences, created at three servers at the same instant, under one name: there is one."""
    driver = house.driver(*house.processes[:3])
    slug = f"slug-{uuid4().hex[:8]}"
    answers = await asyncio.gather(
        *(driver.create_conference(f"O{n}", conference=f"C{n}", slug=slug) for n in range(100))
    )
    created = [answer for answer in answers if "refused" not in answer]
    assert len(created) == 1
    assert {answer["refused"] for answer in answers if "refused" in answer} == {"SlugTaken"}
    claimed = "SELECT count(*) FROM events WHERE type = 'SlugClaimed' AND stream = 'slug-' || $1"
    assert await house.ask(claimed, driver.tag.slug(slug)) == 1
