"""What people and programs should not send: each gets a clear answer, and the log stays as it was."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import websockets

from plenary import app
from plenary.graphql.http import Endpoint
from tests.acceptance.driver import Answer, Driver
from tests.acceptance.served import Served
from tests.databases import fresh_sqlite

pytestmark = pytest.mark.acceptance
EVERYWHERE = pytest.mark.parametrize(
    "served",
    [pytest.param(kind, marks=pytest.mark.xdist_group(f"scenarios on {kind}")) for kind in ("sqlite", "postgres")],
    indirect=True,
)


@asynccontextmanager
async def stage(served: Served) -> AsyncIterator[Driver]:
    """A published conference with ten seats each of GA and CP, another one, and R1, who holds a GA seat."""
    driver = served.driver()
    try:
        for name in ("conference", "other"):
            await driver.create_conference(conference=name, slug=name, hold_seconds=60)
            await driver.add_seat_type(name="GA", price="$199", quota=10, conference=name)
            await driver.add_seat_type(name="CP", price="$50", quota=10, conference=name)
            await driver.publish(conference=name)
        await driver.place_order("R1", {"GA": 1})
        yield driver
    finally:
        await driver.close()


@asynccontextmanager
async def without_a_trace(served: Served) -> AsyncIterator[None]:
    """Fails when anything is written to the log meanwhile."""
    await served.at_rest()
    before = await served.head()
    yield
    await served.at_rest()
    assert await served.head() == before, "something was written to the log"


async def refused(answer: Awaitable[Answer], name: str, field: str | None = None) -> None:
    """Fails unless the answer is this refusal."""
    said = await answer
    assert (said.get("refused"), said.get("field")) == (name, field), said


@EVERYWHERE
async def test_orders_that_cannot_be(served: Served) -> None:
    async with stage(served) as people, without_a_trace(served):
        place = partial(people.place_order, "R2")
        await refused(place({"GA": 0, "CP": 0}), "ChooseAtLeastOneSeat", "items")
        await refused(place({"GA": -1}), "InvalidInput", "items.0.quantity")
        await refused(place({"CP": 1, "GA": -(10**9)}), "InvalidInput", "items.1.quantity")
        await refused(place({"GA": 21}), "SeatsPerOrderExceeded", "items")
        await refused(place({"GA": 10**9}), "InvalidInput", "items.0.quantity")
        await refused(place({"GA": 2**31}), "BadRequest")
        await refused(place({"Balcony": 1}), "InvalidInput", "items.0.seat_type_id")
        await refused(place({"other/GA": 1}), "InvalidInput", "items.0.seat_type_id")
        await refused(place({f"Balcony {number}": 0 for number in range(60)}), "InvalidInput", "items")
        await refused(people.change_order("R1", {"other/CP": 1}), "InvalidInput", "items.0.seat_type_id")
        await refused(people.change_order("R1", {"GA": 0}), "ChooseAtLeastOneSeat", "items")
        people.conferences["nowhere"] = {"id": str(uuid4()), "seat_types": {}}
        await refused(place({"GA": 1}, conference="nowhere"), "ConferenceNotFound")


@EVERYWHERE
async def test_what_is_not_there_or_not_yet(served: Served) -> None:
    async with stage(served) as people, without_a_trace(served):
        for do in (people.cancel, people.start_payment, people.enter_details, people.abandon_payment):
            await refused(do("stranger", order="nobody"), "NotAllowed")  # as of an order that is there
        await refused(people.find_order("stranger", email="r1@example.org", code="🎟️"), "OrderNotFound")
        await refused(people.abandon_payment("R1"), "PaymentNotFound")
        await refused(people.start_payment("R1"), "DetailsMissing")
        await refused(people.assign("R1", seat=1, attendee="Me Myself"), "NoSeatsToAssign")
        taken = {**people.orders["R1"], "who": "stranger"}
        variables = {"orderId": taken["id"], "conferenceId": people.conferences["conference"]["id"], "items": []}
        await refused(people._decided("stranger", "placeOrder", taken, "mine", None, True, variables), "OrderExists")
        assert await people.order("stranger", order="R1") == {"found": False}


@EVERYWHERE
async def test_forms_filled_in_wrongly(served: Served) -> None:
    async with stage(served) as people, without_a_trace(served):
        create = partial(people.create_conference, conference="wrong")
        await refused(create(slug="two words"), "InvalidInput", "slug")
        await refused(create(slug="UPPER"), "InvalidInput", "slug")
        await refused(create(slug="a" * 61), "InvalidInput", "slug")
        await refused(create(slug="wrong", starts_on="2031-05-02", ends_on="2031-05-01"), "InvalidInput", "ends_on")
        await refused(create(slug="wrong", starts_on="2031-02-30"), "BadRequest")
        await refused(create(slug="wrong", name="two\nlines"), "InvalidInput", "name")
        await refused(create(slug="wrong", description="x" * 10_001), "InvalidInput", "description")
        await refused(create(slug="wrong", hold_seconds=0), "InvalidInput", "hold_seconds")
        await refused(create(slug="wrong", owner_email="olga@example"), "InvalidInput", "owner_email")
        await refused(people.add_seat_type(name="", price="$1", quota=1), "InvalidInput", "name")
        await refused(people.add_seat_type(name="New", price=-1, quota=1), "BadRequest")
        await refused(people.add_seat_type(name="New", price=2**53, quota=1), "BadRequest")
        await refused(people.add_seat_type(name="New", price=1, quota=-1), "InvalidInput", "quota")
        await refused(people.change_quota(seat_type="Balcony", quota=1), "SeatTypeNotFound")
        await refused(people.enter_details("R1", email="ada"), "InvalidInput", "email")
        await refused(people.enter_details("R1", email="ada@localhost"), "InvalidInput", "email")
        await refused(people.enter_details("R1", email="a@b.example\r\nBcc: c@d.example"), "InvalidInput", "email")
        await refused(people.enter_details("R1", first_name="Ada\u0000"), "InvalidInput", "first_name")
        await refused(people.enter_details("R1", last_name="  "), "InvalidInput", "last_name")
        await refused(people.sign_in(email="", access_code=""), "WrongAccessCode")


@EVERYWHERE
async def test_names_of_all_scripts_are_welcome(served: Served) -> None:
    async with stage(served) as people:
        name = "مؤتمر القاهرة 🎟️"
        assert (await people.edit_conference(name=name, tagline="שלום"))["name"] == name
        answer = await people.enter_details(
            "R1", first_name="👩🏽‍🚀 Zoë", last_name="العربية", email="zoë@bücher.example"
        )
        assert answer["registrant"]["name"] == "👩🏽‍🚀 Zoë العربية"
        answer = await people.pay("R1")
        assert (await people.assign("R1", seat=1, attendee="李 小龍", email="li@example.org"))["unassigned"] == 0
        mails = (await people.mails())["mails"]
        assert {mail["to"] for mail in mails} == {"zoë@bücher.example", "li@example.org"}
        assert all(name in mail["subject"] for mail in mails), mails
        assert (await people.find_order("phone", email="ZOË@bücher.example", code=answer["code"]))[
            "state"
        ] == "confirmed"


@EVERYWHERE
async def test_orders_whose_time_is_over(served: Served) -> None:
    async with stage(served) as people:
        await people.enter_details("R1")
        await people.let_time_pass(order="R1")
        async with without_a_trace(served):
            for do in (people.enter_details, people.start_payment, people.pay, people.cancel):
                await refused(do("R1"), "OrderHasExpired")
            await refused(people.change_order("R1", {"GA": 1}), "OrderHasExpired")
            await refused(people.assign("R1", seat=1, attendee="Too Late"), "NoSeatsToAssign")


@EVERYWHERE
async def test_a_form_that_is_sent_twice_at_the_same_instant(served: Served) -> None:
    async with stage(served) as people:

        async def twice(do: Callable[[], Awaitable[Answer]]) -> Answer:
            first, second = await asyncio.gather(do(), do())
            assert first.get("code") == second.get("code"), (first, second)
            return first

        placed = await twice(lambda: people.place_order("R2", {"GA": 2}, key="place"))
        assert placed["seats"] == {"GA": 2}
        await twice(lambda: people.enter_details("R2", key="details"))
        await twice(lambda: people.start_payment("R2", key="payment"))
        path = people.orders["R2"]["pay_at"]
        statuses = await asyncio.gather(*(people.line.form("R2", path, {"choice": "accept"}) for _ in range(2)))
        assert statuses == [303, 303]
        assert (await people.pay("R2"))["state"] == "confirmed"
        await served.at_rest()
        assert (await people.availability())["sold"] == {"GA": 2, "CP": 0}
        assert (await people.mails(to="r2@example.org"))["count"] == 1


@EVERYWHERE
async def test_requests_that_are_no_requests(served: Served) -> None:
    async with stage(served) as people:
        await people.enter_details("R1")
        await people.start_payment("R1")
        http, page = people.line.person("R1"), people.orders["R1"]["pay_at"]
        foreign = {"origin": "https://evil.example"}
        query = {"query": "{ __typename }"}
        async with without_a_trace(served):

            async def status(method: str, path: str, **request: Any) -> int:
                return (await http.request(method, path, **request)).status_code

            assert await status("POST", "/graphql", content=b"x" * 10_000_000) == 413
            assert await status("POST", "/graphql", json={"query": "{" + " name" * 20_000 + "}"}) in (200, 400, 413)
            assert await status("POST", "/graphql", content=b"{", headers={"content-type": "application/json"}) == 400
            assert await status("POST", "/graphql", json=[query]) == 400
            assert await status("POST", "/graphql", data=query) == 415
            assert await status("POST", "/graphql", json=query, headers=foreign) == 403
            assert await status("GET", "/graphql", params=query) == 400
            broken = await http.post("/graphql", json={"query": "{ conferences( }"})
            assert broken.status_code == 200
            assert "Syntax Error" in broken.json()["errors"][0]["message"]
            wrong_id = await http.post("/graphql", json={"query": '{ order(id: "1") { code } }'})
            assert "UUID" in wrong_id.json()["errors"][0]["message"]

            assert await status("GET", page) == 200  # looking at it pays nothing
            assert await status("POST", page, data={"choice": "accept"}, headers=foreign) == 403
            assert await status("POST", page, data={"choice": "steal"}) == 404
            assert await status("POST", "/webhooks/test", json={"result": "paid"}) == 400
            signed = {"plenary-signature": f"t=1,v1={'0' * 64}"}
            assert await status("POST", "/webhooks/test", json={"result": "paid"}, headers=signed) == 400
            assert await status("GET", "/assets/..%2f..%2f..%2fpyproject.toml") == 404
        assert (await people.order("R1"))["state"] == "held"


@pytest.mark.xdist_group("scenarios on sqlite")
async def test_a_socket_that_says_nothing_is_closed(
    prepared_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "Endpoint", partial(Endpoint, init_timeout=timedelta(milliseconds=50)))
    server = await asyncio.to_thread(Served(fresh_sqlite(prepared_sqlite, tmp_path)).start)
    try:
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with websockets.connect(f"ws{server.url[4:]}/graphql", subprotocols=[protocol], proxy=None) as silent:
            await silent.wait_closed()
            assert silent.close_code == 4408
        async with websockets.connect(f"ws{server.url[4:]}/graphql", subprotocols=[protocol], proxy=None) as rude:
            await rude.send("not JSON")
            await rude.wait_closed()
            assert rude.close_code == 4400
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(f"ws{server.url[4:]}/graphql", origin=websockets.Origin("https://evil.example"))
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            assert (await http.get("/health/ready")).status_code == 200
    finally:
        await asyncio.to_thread(server.stop)
