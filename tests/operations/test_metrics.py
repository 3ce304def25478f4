"""The numbers are those of this house alone, and strangers do not even learn that there are any."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp

from plenary.operations.metrics import STORED, Metrics, Stored
from tests.graphql.house import socket
from tests.house import SETTINGS, House, open_house


@dataclass
class Behind:
    """What a socket is opened to."""

    app: ASGIApp


TOKEN = "a token of more than thirty-two characters"


async def ask(house: House, peer: str = "127.0.0.1", host: str = "localhost:8000", **headers: str) -> httpx.Response:
    """What somebody at this address gets who asks for the metrics."""
    transport = httpx.ASGITransport(house.built.web, client=(peer, 1234))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as http:
        return await http.get("/metrics", headers={name.replace("_", "-"): value for name, value in headers.items()})


async def numbers(house: House) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every number by its name and labels."""
    text = (await ask(house)).text
    families: Any = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def of(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


async def test_commands_are_counted_by_what_became_of_them(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 5)})
    buyer, given = house.browser(), {"commandId": uuid4(), "orderId": uuid4()}
    for _ in range(2):
        await buyer.place(sold.id, {sold.types["GA"]: 2}, **given)
    await sold.organizer.conference("publishConference", sold.id)
    await buyer.place(sold.id, {}, orderId=uuid4())
    for follower in ("orders", "registration"):
        await house.engine.until_reached(follower, house.engine.tail.head)
    found = await numbers(house)
    counted = {
        (labels["command"], labels["outcome"]): value
        for (name, pairs), value in found.items()
        if name == "plenary_commands_total" and (labels := dict(pairs))
    }
    assert counted["PlaceOrder", "accepted"] == 1
    assert counted["PlaceOrder", "repeated"] == 1
    assert counted["PlaceOrder", "refused"] >= 1  # it is looked at again before it is refused
    refusals = {dict(pairs).get("refusal") for _, pairs in found}
    assert "ChooseAtLeastOneSeat" in refusals
    assert counted["ReserveSeats", "accepted"] == 1
    assert found[of("plenary_flush_appends_count")] <= found[of("plenary_append_wait_seconds_count")]
    assert found[of("plenary_flush_seconds_count")] == found[of("plenary_flush_appends_count")] > 0
    assert found[of("plenary_follower_lag_events", follower="orders")] == 0
    assert found[of("plenary_followed_events_total", follower="orders")] == house.engine.tail.head
    assert found[of("plenary_timers_waiting")] == 1
    assert found[of("plenary_timers_due")] == 0
    assert found[of("plenary_database_answers")] == 1
    assert found[of("plenary_turned_away_total", what="request")] == 0
    assert found[of("plenary_screens", transport="socket")] == 0


async def test_screens_are_counted_while_they_are_there_and_what_they_were_sent(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 5)})
    query = f'subscription {{ seatAvailability(conference: "{sold.id}") {{ position }} }}'
    async with socket(Behind(house.built.web)) as client:
        await client.begin()
        await client.send({"id": "1", "type": "subscribe", "payload": {"query": query}})
        assert (await client.receive())["type"] == "next"
        found = await numbers(house)
        assert found[of("plenary_screens", transport="socket")] == 1
        assert found[of("plenary_operations")] == 1
        assert found[of("plenary_pushes_total")] == 1
    found = await numbers(house)
    assert found[of("plenary_screens", transport="socket")] == found[of("plenary_operations")] == 0


async def test_every_database_knows_its_numbers_and_is_healthy(database_url: str) -> None:
    async with open_house(database_url, replace(SETTINGS, url="http://localhost:8000")) as house:
        sold = await house.on_sale({"GA": (0, 5)})
        await house.browser().place(sold.id, {sold.types["GA"]: 2})
        await house.engine.until_reached("registration", house.engine.tail.head)
        found = await numbers(house)
        assert found[of("plenary_database_answers")] == 1
        assert found[of("plenary_follower_lag_events", follower="registration")] == 0
        assert (found[of("plenary_timers_due")], found[of("plenary_timers_waiting")]) == (0, 1)
        assert (await house.browser().http.get("/health/ready")).json() == {"ready": True}


async def test_two_houses_do_not_meet(house: House) -> None:
    await house.on_sale({"GA": (0, 5)})
    other = Metrics()
    assert b'command="PublishConference"' not in await other.page(house.engine)
    assert 'command="PublishConference"' in (await ask(house)).text


async def test_a_number_of_the_database_is_one_more_line(house: House) -> None:
    more = Stored("plenary_parked", "Parked.", "SELECT name, count(*) FROM bookmarks GROUP BY 1", "follower")
    page = await Metrics(stored=[*STORED, more]).page(house.engine)
    assert b'plenary_parked{follower="orders"} 1.0' in page


async def test_a_silent_database_leaves_the_other_numbers(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.on_sale({"GA": (0, 5)})
    monkeypatch.setattr(house.engine.database, "reading", _unreachable)
    found = await numbers(house)
    assert found[of("plenary_database_answers")] == 0
    assert found[of("plenary_flush_seconds_count")] > 0
    assert of("plenary_timers_due") not in found


def _unreachable() -> Any:
    raise OSError


@pytest.mark.parametrize(
    "stranger",
    [
        {"peer": "203.0.113.9"},
        {"host": "plenary.example"},
        {"x_forwarded_for": "127.0.0.1"},
        {"x_real_ip": "203.0.113.9"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
        {"peer": "203.0.113.9", "x_forwarded_for": "127.0.0.1", "authorization": f"Bearer {TOKEN}"},
    ],
)
async def test_without_a_token_only_this_machine_itself_may_read(house: House, stranger: dict[str, str]) -> None:
    assert (await ask(house)).status_code == 200
    refused = await ask(house, **stranger)
    assert (refused.status_code, refused.text) == (404, "Not found.")


async def test_to_a_stranger_the_page_looks_like_one_that_is_not_there(house: House) -> None:
    transport = httpx.ASGITransport(house.built.web, client=("203.0.113.9", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://plenary.example") as http:
        for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
            there, nowhere = [await http.request(method, path) for path in ("/metrics", "/webhooks")]
            assert (there.status_code, there.headers, there.content) == (
                nowhere.status_code,
                nowhere.headers,
                nowhere.content,
            )


async def test_with_a_token_only_who_says_it_may_read(sqlite_url: str) -> None:
    async with open_house(sqlite_url, replace(SETTINGS, metrics_token=TOKEN)) as house:
        for said in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer "):
            assert (await ask(house, authorization=said)).status_code == 404
        assert (await ask(house)).status_code == 404
        assert (await ask(house, "203.0.113.9", "plenary.example", authorization=f"Bearer {TOKEN}")).status_code == 200
        assert TOKEN not in repr(house.built.settings)


async def test_the_numbers_name_nobody(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 5)})
    await house.browser().place(sold.id, {sold.types["GA"]: 2})
    text = (await ask(house)).text
    assert "grace@example.org" not in text
    assert str(UUID(str(sold.id))) not in text


async def test_a_proxy_on_this_machine_is_nobody_to_be_told(sqlite_url: str) -> None:
    """As nginx asks for everybody where it was told only an address: from here, by our name, without a header."""
    async with open_house(sqlite_url, replace(SETTINGS, url="https://plenary.example")) as house:
        assert (await ask(house, host="127.0.0.1:8000")).status_code == 404
