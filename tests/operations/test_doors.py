"""When the house is full, those who come are told so at once, and those inside notice nothing."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from plenary.operations.doors import Doors, Limits

PATIENCE = 10.0
SMALL = Limits(requests=2, waiting=1, screens=4, screens_of_one=2)
STRANGER, OTHER = "203.0.113.9", "203.0.113.10"


class Inside:
    """What is behind the doors: everybody stays until `free`."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.now = self.most = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).accept()
            await self.free.wait()
            if scope["type"] == "http":
                await PlainTextResponse(await _body(scope, receive))(scope, receive, send)
        finally:
            self.now -= 1


async def _body(scope: Scope, receive: Receive) -> str:
    return (await Request(scope, receive).body()).decode()


async def until(true: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0)


def asking(doors: Doors, body: str = "", peer: str = STRANGER, **headers: str) -> "asyncio.Task[httpx.Response]":
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(doors, client=(peer, 1))
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            return await http.post("/graphql", content=body, headers=headers)

    return asyncio.create_task(ask())


@asynccontextmanager
async def socket(doors: Doors, peer: str = STRANGER, **headers: str) -> AsyncIterator[list[MutableMapping[str, Any]]]:
    """A socket from an address: what it was sent so far."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "client": (peer, 1),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": ["graphql-transport-ws"],
    }
    task = asyncio.create_task(doors(scope, receive, send))
    await until(lambda: sent and (len(sent) > 1 or doors.screens["socket"]))
    yield sent
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def inside() -> Inside:
    return Inside()


@pytest.fixture
def doors(inside: Inside) -> Doors:
    return Doors(inside, SMALL)


async def test_so_many_are_carried_out_some_wait_and_more_are_refused_unread(doors: Doors, inside: Inside) -> None:
    let_in = [asking(doors, str(number)) for number in range(3)]
    await until(lambda: inside.now == 2 and doors.requests == 3)
    refused = await asking(doors, "too much")
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) == refused.json()["errors"][0]["extensions"]["retryAfter"]
    assert refused.json()["errors"][0]["extensions"]["code"] == "BUSY"
    inside.free.set()
    assert [answer.text for answer in await asyncio.gather(*let_in)] == ["0", "1", "2"]
    assert (inside.most, doors.requests, doors.refused["request"]) == (2, 0, 1)


async def test_whoever_goes_makes_room(doors: Doors, inside: Inside) -> None:
    gone = [asking(doors) for _ in range(3)]
    await until(lambda: doors.requests == 3)
    for task in gone:
        task.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    inside.free.set()
    assert (await asking(doors, "now")).text == "now"
    assert doors.requests == 0


async def test_one_address_has_so_many_screens_and_another_has_its_own(doors: Doors) -> None:
    async with socket(doors) as first, socket(doors), socket(doors) as third, socket(doors, OTHER) as other:
        assert [message["type"] for message in first] == [message["type"] for message in other] == ["websocket.accept"]
        assert third[0]["subprotocol"] == "graphql-transport-ws"
        assert third[1] == {"type": "websocket.close", "code": 4429, "reason": "Too many live screens"}
        assert doors.refused["screen_of_one"] == 1
    assert doors.screens.total() == 0
    assert doors._of == {}


async def test_an_address_of_version_6_is_the_network_that_one_customer_gets(doors: Doors) -> None:
    async with socket(doors, "2001:db8::1"), socket(doors, "2001:db8::2"), socket(doors, "2001:db8::3") as third:
        assert third[-1]["code"] == 4429


async def test_there_are_so_many_screens_in_all(doors: Doors) -> None:
    async with socket(doors, "a"), socket(doors, "b"), socket(doors, "c"), socket(doors, "d"), socket(doors, "e") as e:
        assert e[-1]["code"] == 1013
        assert doors.refused["screen"] == 1


async def test_this_machine_may_have_more_but_not_for_others(doors: Doors) -> None:
    doors.at_home = True
    async with socket(doors, "127.0.0.1"), socket(doors, "127.0.0.1"):
        async with socket(doors, "127.0.0.1") as third:
            assert third == [{"type": "websocket.accept", "subprotocol": None, "headers": []}]
        async with socket(doors, "127.0.0.1", x_forwarded_for="127.0.0.1") as forwarded:
            assert forwarded[-1]["code"] == 4429


async def test_a_stream_of_events_is_a_screen_and_no_request(doors: Doors, inside: Inside) -> None:
    streams = [asking(doors, accept="text/event-stream") for _ in range(2)]
    await until(lambda: doors.screens["stream"] == 2)
    assert doors.requests == 0
    third = await asking(doors, accept="Text/Event-Stream")
    assert (third.status_code, "retry-after" in third.headers) == (429, True)
    inside.free.set()
    assert [answer.status_code for answer in await asyncio.gather(*streams)] == [200, 200]
    assert doors.screens.total() == 0
