"""The test gateway: its page decides, its signed word counts, and nobody else's does."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.conferences.conference_messages import CreateConference
from plenary.engine.answers import Accepted, Busy
from plenary.payments.gateways import signed
from plenary.payments.gateways.test import TestGateway
from plenary.payments.payment import PAYMENT, Cancelled, Completed, Initiated, Rejected
from plenary.payments.payment_messages import InitiatePayment
from plenary.settings import Settings
from tests.graphql.house import NOON, SETTINGS, House, open_house


@dataclass
class Till:
    """A house with a payment of $249 waiting, and the gateway that may speak of it."""

    house: House
    gateway: TestGateway
    payment_id: UUID
    order_id: UUID

    async def payment(self) -> Any:
        return (await self.house.engine.state(PAYMENT, self.payment_id))[0]

    async def says(self, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        """What becomes of a message to the webhook."""
        async with self.house.browser(**headers) as gateway:
            response = await gateway.post("/webhooks/test", content=body)
        return response.status_code, response.json()


@pytest.fixture
async def till(sqlite_url: str) -> AsyncIterator[Till]:
    async with open_house(sqlite_url) as house:
        conference, order, payment = uuid4(), uuid4(), uuid4()
        details = ("talks", "Talks & <Tea>", "", "", "", "Europe/Berlin", date(2030, 5, 1), date(2030, 5, 2), "USD")
        owner = await house.engine.subject("ann@example.org")
        create = CreateConference(conference, *details, 900, 20, owner, "Ann", "ann@example.org")
        initiate = InitiatePayment(payment, order, conference, 24_900, "USD", "test")
        for command in (create, initiate):
            assert isinstance(await house.engine.send(command, id=uuid4(), sender="test"), Accepted)
        yield Till(house, TestGateway(house.engine, house.contexts.secrets.key("test gateway")), payment, order)


async def test_the_page_says_what_is_to_be_paid_and_that_it_is_a_test(till: Till) -> None:
    async with till.house.browser() as browser:
        page = await browser.get(f"/gateway/test/{till.payment_id}")
        style = await browser.get("/gateway/pages.css")
    assert page.status_code == 200
    assert "USD 249.00" in page.text
    assert "Talks &amp; &lt;Tea&gt;" in page.text
    assert "TEST" in page.text
    assert re.findall(r'value="(\w+)"', page.text) == ["accept", "reject", "abandon"]
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert style.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(("choice", "state"), [("accept", Completed), ("reject", Rejected), ("abandon", Cancelled)])
async def test_a_choice_decides_the_payment_and_leads_back_to_the_order(till: Till, choice: str, state: type) -> None:
    async with till.house.browser(origin="http://test") as browser:
        back = await browser.post(f"/gateway/test/{till.payment_id}", data={"choice": choice})
        assert (back.status_code, back.headers["location"]) == (303, f"/o/{till.order_id}?from=payment")
        assert isinstance(await till.payment(), state)
        again = await browser.get(f"/gateway/test/{till.payment_id}")
        assert "Already decided" in again.text
        assert "<form" not in again.text
        assert (await browser.post(f"/gateway/test/{till.payment_id}", data={"choice": choice})).status_code == 303
    assert isinstance(await till.payment(), state)


async def test_who_is_not_heard_for_load_is_told_so(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object, **__: object) -> Busy:
        return Busy(1.0)

    monkeypatch.setattr(till.house.engine, "send", busy)
    async with till.house.browser(origin="http://test") as browser:
        answer = await browser.post(f"/gateway/test/{till.payment_id}", data={"choice": "accept"})
    assert answer.status_code == 503
    assert Busy.text in answer.text
    assert isinstance(await till.payment(), Initiated)


async def test_looking_at_the_page_decides_nothing(till: Till) -> None:
    async with till.house.browser() as browser:
        await browser.get(f"/gateway/test/{till.payment_id}", params={"choice": "accept"})
        await browser.get("/webhooks/test")
        for data in ({"choice": "paid"}, {}, {"choice": ""}, dict.fromkeys("abcdefgh", "accept")):
            assert (await browser.post(f"/gateway/test/{till.payment_id}", data=data)).status_code == 404
        foreign = {"origin": "https://evil.example"}
        accept = {"choice": "accept"}
        refused = await browser.post(f"/gateway/test/{till.payment_id}", data=accept, headers=foreign)
        assert refused.status_code == 403
        assert (await browser.get("/gateway/test/nonsense")).status_code == 404
    assert isinstance(await till.payment(), Initiated)


async def test_an_unknown_payment_is_told_so(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plenary.payments.gateways.pages.PATIENCE", 0.0)
    async with till.house.browser() as browser:
        page = await browser.get(f"/gateway/test/{uuid4()}")
    assert page.status_code == 404
    assert "No such payment" in page.text


async def test_the_signed_word_completes_the_payment_at_the_gateways_time(till: Till) -> None:
    headers, body = till.gateway.message(till.payment_id, "paid", 24_900, "USD")
    till.house.clock.advance(timedelta(minutes=4))
    assert await till.says(headers, body) == (200, {"heard": True})
    assert await till.says(headers, body) == (200, {"heard": True})
    assert isinstance(await till.payment(), Completed)
    events = await till.house.engine.log.stream(f"payment-{till.payment_id}")
    assert [event.type for event in events] == ["PaymentInitiated", "PaymentCompleted"]
    assert f"{NOON:%Y-%m-%dT%H:%M:%S}" in events[1].data


async def test_a_word_that_the_gateway_did_not_say_is_refused(till: Till) -> None:
    headers, body = till.gateway.message(till.payment_id, "paid", 24_900, "USD")
    other = TestGateway(till.house.engine, b"another key")
    stranger = other.message(till.payment_id, "paid", 24_900, "USD")
    t, _, v1 = headers[signed.HEADER].partition(",v1=")
    wrong: list[tuple[dict[str, str], bytes]] = [
        ({}, body),
        ({signed.HEADER: ""}, body),
        ({signed.HEADER: f"{t},v1={'0' * 64}"}, body),
        ({signed.HEADER: f"t={int(t[2:]) + 1},v1={v1}"}, body),
        ({signed.HEADER: f"{t},v1={v1},v1={v1}"}, body),
        (headers, body.replace(str(till.payment_id).encode(), str(uuid4()).encode())),
        (headers, body.replace(b"24900", b"1")),
        (headers, b""),
        stranger,
        till.gateway.message(uuid4(), "paid", 24_900, "USD"),
        till.gateway.message(till.payment_id, "paid", 1, "USD"),
        till.gateway.message(till.payment_id, "paid", 24_900, "EUR"),
        till.gateway.message(till.payment_id, "perhaps", 24_900, "USD"),
        (signed.sign(till.gateway.key, b"[]", NOON), b"[]"),
    ]
    for headers_, body_ in wrong:
        status, said = await till.says(headers_, body_)
        assert (status, list(said)) == (400, ["error"])
    assert isinstance(await till.payment(), Initiated)


@pytest.mark.parametrize("shift", [timedelta(seconds=301), timedelta(seconds=-301)])
async def test_an_old_word_is_refused(till: Till, shift: timedelta) -> None:
    headers, body = till.gateway.message(till.payment_id, "paid", 24_900, "USD")
    till.house.clock.advance(shift)
    assert (await till.says(headers, body))[0] == 400
    assert isinstance(await till.payment(), Initiated)


async def test_money_wins_over_an_earlier_refusal(till: Till) -> None:
    for result in ("declined", "paid"):
        assert (await till.says(*till.gateway.message(till.payment_id, result, 24_900, "USD")))[0] == 200
    assert isinstance(await till.payment(), Completed)
    assert (await till.says(*till.gateway.message(till.payment_id, "abandoned", 24_900, "USD")))[0] == 400
    assert isinstance(await till.payment(), Completed)


async def test_a_webhook_needs_no_origin_and_no_cookie_but_has_a_limit(till: Till) -> None:
    headers, body = till.gateway.message(till.payment_id, "paid", 24_900, "USD")
    assert (await till.says({**headers, "origin": "https://gateway.example"}, body))[0] == 200
    async with till.house.browser() as gateway:
        assert (await gateway.post("/webhooks/test", content=b"x" * 200_000)).status_code == 413


async def test_without_the_test_gateway_there_is_none(sqlite_url: str) -> None:
    settings = Settings(secret=SETTINGS.secret, key=SETTINGS.key)
    async with open_house(sqlite_url, settings) as house, house.browser() as browser:
        assert (await browser.get(f"/gateway/test/{uuid4()}")).status_code == 404
        assert (await browser.post("/webhooks/test", content=b"{}")).status_code in (404, 405)
