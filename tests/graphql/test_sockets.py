"""The socket keeps its protocol with clients that do not, and gives them only what their session may see."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from starlette.websockets import WebSocketDisconnected as ClosedByUs
from strawberry.http.exceptions import WebSocketDisconnected

from plenary.access.sessions import Sessions
from plenary.graphql.sockets import Frames
from tests.graphql.house import House, open_house, socket

HELLO = {"type": "connection_init"}


def subscribe(query: str, id: Any = "1", **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "subscribe", "payload": {"query": query, **more}}


async def test_a_subscription_sends_its_results_and_then_completes(house: House) -> None:
    async with socket(house) as client:
        await client.begin()
        await client.send(subscribe("subscription ($to: Int!) { count(to: $to) }", variables={"to": 2}))
        assert [await client.receive() for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": 0}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "1", "type": "complete"},
        ]
        await client.send(subscribe("{ hello }"))
        assert (await client.receive())["payload"] == {"data": {"hello": "Hello you"}}
        assert await client.receive() == {"id": "1", "type": "complete"}


async def test_a_socket_that_never_initialises_is_closed(sqlite_url: str) -> None:
    async with open_house(sqlite_url, init_timeout=timedelta(0)) as house, socket(house) as client:
        assert await client.receive() == ("closed", 4408)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([subscribe("{ hello }")], 4401),
        ([HELLO, HELLO], 4429),
        ([HELLO, subscribe("subscription { count(wait: true) }"), subscribe("{ hello }")], 4409),
        (["["], 4400),
        (["[]"], 4400),
        (["1"], 4400),
        (['"ping"'], 4400),
        (["null"], 4400),
        (["{}"], 4400),
        (["[" * 30_000], 4400),
        ([b"{}"], 4400),
        ([{"type": 7}], 4400),
        ([{"type": "hello"}], 4400),
        ([{"type": "connection_init", "payload": [1]}], 4400),
        ([HELLO, subscribe("{ hello }", id=1)], 4400),
        ([HELLO, subscribe("{ hello }", id="")], 4400),
        ([HELLO, subscribe("{ hello }", id="x" * 129)], 4400),
        ([HELLO, {"id": "1", "type": "subscribe"}], 4400),
        ([HELLO, {"id": "1", "type": "subscribe", "payload": "{ hello }"}], 4400),
        ([HELLO, {"id": "1", "type": "subscribe", "payload": {"query": 1}}], 4400),
        ([HELLO, subscribe("{ hello }", variables=[])], 4400),
        ([HELLO, subscribe("{ hello }", operationName=1)], 4400),
        ([HELLO, {"type": "complete"}], 4400),
        ([HELLO, {"type": "ping", "payload": 1}], 4400),
    ],
)
async def test_what_is_not_the_protocol_closes_the_socket_with_its_code(
    house: House, frames: list[Any], code: int
) -> None:
    async with socket(house) as client:
        for frame in frames:
            await client.send(frame)
        answers = [await client.receive()]
        while not isinstance(answers[-1], tuple):
            answers.append(await client.receive())
        assert answers[-1] == ("closed", code)


async def test_a_mistake_in_one_operation_leaves_the_others_alone(house: House) -> None:
    async with socket(house) as client:
        await client.begin()
        await client.send(subscribe("subscription { count(to: 1, wait: true) }", id="stays"))
        assert (await client.receive())["id"] == "stays"
        for query in ("{", "{ nothing }", "mutation { leave }", ""):
            await client.send(subscribe(query, id="wrong"))
            answer = await client.receive()
            assert (answer["id"], answer["type"]) == ("wrong", "error")
            assert answer["payload"][0]["message"]
        await client.send({"id": "never heard of", "type": "complete"})
        await client.send({"type": "ping", "payload": {"still": "there"}})
        assert await client.receive() == {"type": "pong", "payload": {"still": "there"}}
        await client.send({"type": "pong"})
        await client.send({"id": "stays", "type": "complete"})
        await client.send(subscribe("{ hello }", id="stays"))
        assert (await client.receive())["payload"] == {"data": {"hello": "Hello you"}}


async def test_a_fault_on_a_socket_is_masked(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async with socket(house) as client:
        await client.begin()
        await client.send(subscribe("subscription { breaking }"))
        answers = [await client.receive()]
        while answers[-1]["type"] == "next":
            answers.append(await client.receive())
    assert "Reference" in json.dumps(answers)
    assert "ann@" not in json.dumps(answers) + caplog.text


async def test_a_socket_carries_no_more_than_fifty_operations(house: House) -> None:
    async with socket(house) as client:
        await client.begin()
        for n in range(51):
            await client.send(subscribe("subscription { count(to: 1, wait: true) }", id=str(n)))
        answers = [await client.receive() for _ in range(51)]
        assert [answer["id"] for answer in answers if answer["type"] == "error"] == ["50"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://test.evil.example"])
async def test_pages_of_other_sites_cannot_open_a_socket(house: House, origin: str) -> None:
    async with socket(house, {"origin": origin}) as client:
        assert client.closed == 1008


async def test_our_own_pages_can_open_a_socket(house: House) -> None:
    async with socket(house, {"origin": "http://test"}) as client:
        await client.begin()


async def test_the_old_protocol_is_not_spoken(house: House) -> None:
    with pytest.raises(AssertionError):
        async with socket(house, protocol="graphql-ws"):
            pass


async def test_rights_are_looked_up_for_every_operation_and_leaving_closes_the_socket(house: House) -> None:
    conference = str(uuid4())
    runs = f'{{ runs(conference: "{conference}") }}'
    async with house.browser() as browser:
        await browser.post("/graphql", json={"query": f'mutation {{ enter(conference: "{uuid4()}") }}'})
        cookie = {"cookie": f"plenary={browser.cookies['plenary']}"}
        async with socket(house, cookie) as client:
            await client.begin()
            for right in (False, True):
                await client.send(subscribe(runs))
                assert (await client.receive())["payload"] == {"data": {"runs": right}}
                assert (await client.receive())["type"] == "complete"
                await browser.post("/graphql", json={"query": f'mutation {{ enter(conference: "{conference}") }}'})
            await browser.post("/graphql", json={"query": "mutation { leave }"})
            assert await client.receive() == ("closed", 4403)


async def test_a_session_that_another_process_ended_loses_its_sockets_here(house: House) -> None:
    elsewhere = Sessions(house.engine.database, house.engine.now)
    async with house.browser() as browser, house.browser() as stays:
        for one in (browser, stays):
            await one.post("/graphql", json={"query": f'mutation {{ enter(conference: "{uuid4()}") }}'})
        ended, kept = (one.cookies["plenary"] for one in (browser, stays))
        async with (
            socket(house, {"cookie": f"plenary={ended}"}) as client,
            socket(house, {"cookie": f"plenary={kept}"}) as other,
        ):
            await client.begin()
            await other.begin()
            await elsewhere.end(ended)
            for _ in range(2):  # what was told once is not told again
                await house.contexts.sessions.tell_ended()
            assert await client.receive() == ("closed", 4403)
            await other.send({"type": "ping"})
            assert await other.receive() == {"type": "pong"}


async def test_a_socket_that_was_closed_is_no_fault_to_those_who_still_send() -> None:
    class Closed:
        async def send_text(self, text: str) -> None:
            raise ClosedByUs

    with pytest.raises(WebSocketDisconnected):
        await Frames(None, None, Closed()).send_json({"type": "next"})  # type: ignore[arg-type]  # all it needs of them
