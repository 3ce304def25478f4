"""The line to a server: JSON by HTTP with cookies for each person, and live results by WebSocket."""

import asyncio
import contextlib
import itertools
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets

SECONDS = 60.0
TLS = httpx.create_ssl_context()
"""Made once: it takes longer than many a play."""


class Fault(Exception):
    """The server failed, or answered with something that no server should."""


class Line:
    """Everybody's connection to a server, from one address of this machine where the server is on this machine."""

    def __init__(self, url: str, *others: str, address: str | None = None) -> None:
        """`others`: further servers of the same installation, among which people are spread.

        Without an `address`, a loopback address of its own, so that no play slows another down by its tries.
        """
        self.url, home = url.rstrip("/"), urlsplit(url).hostname == "127.0.0.1"
        self._urls = [self.url, *others]
        self._turns = itertools.cycle(self._urls)
        self.address = address or (
            f"127.{'.'.join(str(1 + secrets.randbelow(250)) for _ in range(3))}" if home else None
        )
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        self._transport = httpx.AsyncHTTPTransport(verify=TLS, local_address=self.address, limits=limits)
        self._people: dict[str, httpx.AsyncClient] = {}

    def person(self, who: str) -> httpx.AsyncClient:
        """Somebody's browser: its cookies are its own, connections are shared."""
        if who not in self._people:
            self._people[who] = httpx.AsyncClient(
                base_url=next(self._turns), transport=self._transport, trust_env=False, timeout=SECONDS
            )
        return self._people[who]

    def move(self, who: str) -> None:
        """Somebody goes to another server, cookies in hand."""
        here = self._urls.index(str(self.person(who).base_url).rstrip("/"))
        self.person(who).base_url = self._urls[(here + 1) % len(self._urls)]

    async def post(self, who: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` or `errors` of an operation."""
        answer = await self.person(who).post("/graphql", json={"query": query, "variables": variables})
        try:
            body = answer.json()
        except ValueError:
            raise Fault(f"HTTP {answer.status_code}: {answer.text[:200]}") from None
        if answer.status_code >= 500 or any(
            e.get("extensions", {}).get("code") == "FAULT" for e in body.get("errors", ())
        ):
            raise Fault(f"HTTP {answer.status_code}: {json.dumps(body)[:500]}")
        return dict(body)

    async def form(self, who: str, path: str, fields: Mapping[str, str]) -> int:
        """The status of the answer to a form; a redirection is not followed."""
        return (await self.person(who).post(path, data=dict(fields), follow_redirects=False)).status_code

    async def watch(self, who: str, query: str, variables: Mapping[str, Any]) -> "Watch":
        """A subscription with somebody's cookies, begun: its first result is there."""
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.person(who).cookies.jar)
        socket = await websockets.connect(
            f"ws{str(self.person(who).base_url).rstrip('/').removeprefix('http')}/graphql",
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            additional_headers={"Cookie": cookies} if cookies else None,
            local_addr=(self.address, 0) if self.address else None,
            proxy=None,
        )
        watch = Watch(socket)
        await watch.begin(query, variables)
        return watch

    async def close(self) -> None:
        """Hang up."""
        await self._transport.aclose()


class Watch:
    """A live result: the newest one, and waiting for the next. Nothing is ever asked for again."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        """On a new socket."""
        self._socket = socket
        self.latest: Any = None
        self.changed = asyncio.Condition()
        self.ended: str | None = None
        self._reading: asyncio.Task[None] | None = None

    async def begin(self, query: str, variables: Mapping[str, Any]) -> None:
        """Subscribe and wait for the first result."""
        await self._socket.send(json.dumps({"type": "connection_init"}))
        await self._socket.recv()
        payload = {"query": query, "variables": dict(variables)}
        await self._socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        self._reading = asyncio.create_task(self._read())
        async with asyncio.timeout(SECONDS), self.changed:
            await self.changed.wait_for(lambda: self.latest is not None or self.ended is not None)
        if self.latest is None:
            raise Fault(f"The live view ended before it began: {self.ended}")

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in itertools.count():
                frame = json.loads(await self._socket.recv())
                if frame["type"] == "ping":
                    await self._socket.send(json.dumps({"type": "pong"}))
                async with self.changed:
                    if frame["type"] == "next" and frame["payload"].get("data"):
                        self.latest = next(iter(frame["payload"]["data"].values()))
                    elif frame["type"] != "ping":
                        self.ended = json.dumps(frame)
                    self.changed.notify_all()
        async with self.changed:
            self.ended = self.ended or f"closed with {self._socket.close_code}"
            self.changed.notify_all()

    async def close(self) -> None:
        """Stop watching."""
        await self._socket.close()
        if self._reading is not None:
            await self._reading
