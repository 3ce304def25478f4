"""The doors of the endpoint: how many may be inside at once, and what those are told who come when it is full.

Refusing is done before a request is looked into; whoever was let in is served. Live screens are counted by address,
too: one address may not take all the places.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from plenary.access.tries import network
from plenary.engine.answers import Busy
from plenary.operations.nearby import is_from_here

RETRY_AFTER: Final = 2
"""Seconds after which it is worth asking again."""
PROTOCOL: Final = "graphql-transport-ws"
TOO_MANY, TRY_LATER = 4429, 1013
"""Codes that close a socket: too many of one address; too many in all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many at once. `docs/decisions/0014-observing.md` says where the numbers come from."""

    requests: int = 1_000
    waiting: int = 2_000
    screens: int = 20_000
    screens_of_one: int = 200


@dataclass(slots=True)
class Doors:
    """An ASGI application that lets in as many as there is room for. A screen is a socket or a stream of events."""

    app: ASGIApp
    limits: Limits = field(default_factory=Limits)
    at_home: bool = False
    """Whether the server is for this machine, which then may have as many screens as there are."""
    requests: int = 0
    """Those being carried out and those waiting."""
    screens: Counter[str] = field(default_factory=lambda: Counter(socket=0, stream=0))
    refused: Counter[str] = field(default_factory=lambda: Counter(request=0, screen=0, screen_of_one=0))
    _of: Counter[str] = field(default_factory=Counter)
    _turn: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Everybody is still outside."""
        self._turn = asyncio.Semaphore(self.limits.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, keep waiting, or turn away."""
        connection = HTTPConnection(scope)
        if scope["type"] == "websocket":
            await self._screen("socket", connection, receive, send)
        elif "text/event-stream" in connection.headers.get("accept", "").lower():
            await self._screen("stream", connection, receive, send)
        elif self.requests >= self.limits.requests + self.limits.waiting:
            self.refused["request"] += 1
            await _busy(503)(scope, receive, send)
        else:
            self.requests += 1
            try:
                async with self._turn:
                    await self.app(scope, receive, send)
            finally:
                self.requests -= 1

    async def _screen(self, kind: str, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        address = network(connection.client.host) if connection.client else "unknown"
        if self.screens.total() >= self.limits.screens:
            await self._turn_away("screen", TRY_LATER, 503, connection, receive, send)
            return
        if self._of[address] >= self.limits.screens_of_one and not (self.at_home and is_from_here(connection)):
            await self._turn_away("screen_of_one", TOO_MANY, 429, connection, receive, send)
            return
        self.screens[kind] += 1
        self._of[address] += 1
        try:
            await self.app(connection.scope, receive, send)
        finally:
            self.screens[kind] -= 1
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]

    async def _turn_away(
        self, why: str, code: int, status: int, connection: HTTPConnection, receive: Receive, send: Send
    ) -> None:
        self.refused[why] += 1
        if connection.scope["type"] != "websocket":
            await _busy(status)(connection.scope, receive, send)
            return
        socket = WebSocket(connection.scope, receive, send)
        # Only an open socket can be closed with a code that its page gets to see.
        await socket.accept(PROTOCOL if PROTOCOL in connection.scope.get("subprotocols", ()) else None)
        await socket.close(code, "Too many live screens")


def _busy(status: int) -> JSONResponse:
    extensions = {"code": "BUSY", "retryAfter": RETRY_AFTER}
    body = {"errors": [{"message": Busy.text, "extensions": extensions}]}
    return JSONResponse(body, status, {"retry-after": str(RETRY_AFTER), "cache-control": "no-store"})
