"""Screens that never read what they are sent cost a few frames each, however much happens, and delay nobody."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect

from plenary.graphql.execution import make_schema
from plenary.graphql.http import Endpoint
from tests.graphql.house import House

PATIENCE = 60.0
EACH, CHANGES = 100, 2_000
FRAME = 8_000
HIGH_WATER = 64 * 1024
"""Bytes in a connection's buffer from which on uvicorn waits."""


@strawberry.type
class Query:
    there: bool = True


@strawberry.type
class Screen:
    number: int
    text: str = "x" * FRAME


class Stage:
    """A row that changes; whoever is late sees the newest only, as on every live screen."""

    def __init__(self) -> None:
        self.number, self.pulled = 0, 0
        self._changed = asyncio.Event()

        @strawberry.type
        class Subscription:
            @strawberry.subscription
            async def seat_availability(self) -> AsyncIterator[Screen]:
                async for number in stage.follow():
                    yield Screen(number=number)

            @strawberry.subscription
            async def order(self) -> AsyncIterator[Screen]:
                async for number in stage.follow():
                    stage.pulled += 1
                    yield Screen(number=number)

        stage = self
        self.schema = make_schema(Query, None, Subscription)

    async def follow(self) -> AsyncIterator[int]:
        """The number now and after every change."""
        while True:
            changed = self._changed
            yield self.number
            await changed.wait()

    def change(self) -> None:
        """Let one more thing happen."""
        self.number += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


@dataclass
class Served:
    """The stage on a port of its own."""

    stage: Stage
    endpoint: Endpoint
    server: uvicorn.Server
    port: int

    def kept(self) -> int:
        """Frames that wait in our hands to be sent to sockets."""
        watchers = [watcher for run in self.endpoint.shared._runs.values() for watcher in run.watchers]
        return sum((w._newest is not None) + (w._sending is not None) for w in watchers)

    def buffered(self) -> list[int]:
        """Bytes in the buffers of all connections."""
        connections: Any = self.server.server_state.connections
        return [connection.transport.get_write_buffer_size() for connection in connections]

    async def deaf(self, request: bytes, *more: bytes) -> socket.socket:
        """A connection that says something and then reads no more; `more` is said after the answer has begun."""
        loop, sock = asyncio.get_running_loop(), socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", self.port))
        await loop.sock_sendall(sock, request)
        await loop.sock_recv(sock, 1)
        for later in more:
            await loop.sock_sendall(sock, later)
        return sock


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    stage = Stage()
    endpoint = Endpoint(stage.schema, house.contexts)
    app = Starlette(routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)])
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)  # else the system itself keeps megabytes
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([listening]))
    yield Served(stage, endpoint, server, listening.getsockname()[1])
    server.should_exit = True
    await task


def frame(message: dict[str, Any]) -> bytes:
    """A text frame as clients send it."""
    text = json.dumps(message).encode()
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text


def opening(field: str) -> tuple[bytes, bytes]:
    """All that a socket says to follow a field."""
    asked = {"id": "1", "type": "subscribe", "payload": {"query": f"subscription {{ {field} {{ number text }} }}"}}
    return (
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
        frame({"type": "connection_init"}) + frame(asked),
    )


def stream(field: str) -> bytes:
    """All that a reader of server-sent events says to follow a field."""
    body = json.dumps({"query": f"subscription {{ {field} {{ number text }} }}"}).encode()
    head = "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def quick(served: Served) -> AsyncIterator[ClientConnection]:
    """A socket that reads everything."""
    url = f"ws://127.0.0.1:{served.port}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as client:  # type: ignore[list-item]  # its Subprotocol is a str
        await client.send(json.dumps({"type": "connection_init"}))
        await client.recv()
        query = "subscription { seatAvailability { number text } }"
        await client.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
        yield client


async def until_seen(client: ClientConnection, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while json.loads(await client.recv())["payload"]["data"]["seatAvailability"]["number"] < number:
            pass


async def test_two_hundred_that_never_read_cost_a_few_frames_and_delay_nobody(served: Served) -> None:
    async with quick(served) as client:
        deaf = [await served.deaf(*opening(field)) for field in ("seatAvailability", "order") for _ in range(EACH)]
        deaf += [await served.deaf(stream("order")) for _ in range(EACH)]
        async with asyncio.timeout(PATIENCE):
            while served.endpoint.traffic.operations <= 2 * EACH:
                await asyncio.sleep(0)
        frames, pulled, bytes_kept, tasks = list[int](), list[int](), list[int](), list[int]()
        for number in range(1, CHANGES + 1):
            served.stage.change()
            await until_seen(client, number)
            if number % 500 == 0:
                frames.append(served.kept())
                pulled.append(served.stage.pulled)
                bytes_kept.append(sum(served.buffered()))
                tasks.append(len(asyncio.all_tasks()))
        assert max(served.buffered()) <= HIGH_WATER + 2 * FRAME
        assert max(frames) == 2 * EACH, "one that is being sent and the newest"
        assert pulled[0] == pulled[-1], "those who do not read still had results made for them"
        assert bytes_kept[0] == bytes_kept[-1]
        assert max(tasks) - min(tasks) < EACH, "something waits anew with every change"
        for sock in deaf:
            sock.close()
