"""All that is served: GraphQL, the built pages, health, a gateway's page and its word; and the rules for all of it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plenary.desk import export
from plenary.engine.answers import Busy
from plenary.engine.decider import Refusal
from plenary.engine.engine import Engine
from plenary.graphql.context import Contexts
from plenary.operations import health
from plenary.operations import pages as counted
from plenary.operations.health import Health
from plenary.operations.metrics import Metrics
from plenary.payments.gateways import stripe_page, test_page
from plenary.payments.gateways.opened import gateways
from plenary.payments.gateways.protocol import Disbelieved, Speaking, hear
from plenary.payments.gateways.stripe import Stripe
from plenary.payments.gateways.test import TestGateway
from plenary.settings import Settings

DIST: Final = Path(__file__).resolve().parents[2] / "frontend" / "dist"
LARGEST_BODY: Final = 100_000
"""Bytes of a request's body; nothing that we take is larger."""
PATIENT_WITH: Final = 32_000_000
"""Bytes of a body that is too large, after which we no longer listen."""
SLOWEST_BODY: Final = 20.0
"""Seconds until a request's body must have come."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
RESERVED: Final = ("graphql", "webhooks", "health", "metrics", "gateway", "export", "assets")


def routes(contexts: Contexts, graphql: ASGIApp, dist: Path = DIST, metrics: Metrics | None = None) -> list[BaseRoute]:
    """Everything that is served. `dist` is the folder of the built front end; `metrics` are those of the engine."""
    engine, settings = contexts.engine, contexts.settings
    inside: list[BaseRoute] = [
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        *export.routes(contexts),
        *health.routes(Health(engine)),
        *counted.routes(metrics or Metrics(), engine, settings.metrics_token, at_home=settings.is_at_home),
    ]
    for gateway in gateways(engine, settings, contexts.secrets).values():
        match gateway:
            case TestGateway():
                inside += [webhook(engine, gateway), *test_page.routes(engine, gateway)]
            case Stripe():
                inside += [webhook(engine, gateway), *stripe_page.routes(engine, gateway, settings.url)]
    elsewhere = {stripe_page.PLACE: stripe_page.HEADERS}
    rules = [Middleware(SecurityHeaders, settings=settings, elsewhere=elsewhere), Middleware(BodyLimit)]
    return [Mount("/", routes=[*inside, *pages(dist)], middleware=rules)]


def webhook(engine: Engine, gateway: Speaking) -> BaseRoute:
    """Where a gateway says what became of a payment. No cookie counts here, only the signature."""

    async def take(request: Request) -> Response:
        try:
            answer = await hear(engine, gateway, request.headers, await request.body())
        except Disbelieved as why:
            return JSONResponse({"error": str(why)}, 400)
        if isinstance(answer, Busy) or (isinstance(answer, Refusal) and not gateway.insists):
            return JSONResponse({"error": answer.message}, 503 if isinstance(answer, Busy) else 400)
        return JSONResponse({"heard": answer is not None and not isinstance(answer, Refusal)})

    return Route(f"/webhooks/{gateway.name}", take, methods=["POST"])


def pages(dist: Path) -> list[BaseRoute]:
    """The built front end: its files by name, and for every other address the one page that knows all addresses."""

    files = StaticFiles(directory=dist, check_dir=False)

    async def page(request: Request) -> Response:
        path = request.path_params["path"]
        if path.partition("/")[0] in RESERVED:
            return PlainTextResponse("Not found.", 404)
        found, cache = (path, "public, max-age=3600") if "." in path.rpartition("/")[2] else ("index.html", "no-cache")
        try:
            response = await files.get_response(found, request.scope)
        except HTTPException as wrong:
            missing = found == "index.html" and wrong.status_code == 404
            text = "The pages are not built yet. Run `make` first." if missing else "Not found."
            return PlainTextResponse(text, 503 if missing else wrong.status_code)
        response.headers["cache-control"] = cache
        return response

    compressed = [Middleware(GZipMiddleware)]
    return [
        Mount("/assets", Immutable(directory=dist / "assets", check_dir=False), middleware=compressed),
        Route("/{path:path}", page, middleware=compressed),
    ]


class Immutable(StaticFiles):
    """Files whose names change with their content: a browser asks for each of them once."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The answer with one of the files."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        response.headers["cache-control"] = FOR_EVER
        return response


class SecurityHeaders:
    """Tells browsers what our pages never do, so that nobody can make them do it."""

    def __init__(self, app: ASGIApp, settings: Settings, elsewhere: Mapping[str, Mapping[str, str]]) -> None:
        """Headers for one installation; `elsewhere`: those that are different under some paths."""
        sockets = f"{'wss' if settings.is_secure else 'ws'}://{urlsplit(settings.url).netloc}"
        self.app = app
        headers = {
            # Styles in attributes are allowed for the previews of mails, which know no other way.
            "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
            "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; "
            f"connect-src 'self' {sockets}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }
        if settings.is_secure:
            headers["strict-transport-security"] = "max-age=31536000"
        self.names = frozenset(name.encode() for name in headers)
        self.headers = _encoded(headers)
        self.elsewhere = {path: _encoded({**headers, **different}) for path, different in elsewhere.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to every answer."""
        path = scope.get("path", "")
        headers = next((found for begin, found in self.elsewhere.items() if path.startswith(begin)), self.headers)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [header for header in message["headers"] if header[0] not in self.names]
                message["headers"] = others + headers
            await send(message)

        await self.app(scope, receive, with_headers)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class BodyLimit:
    """Takes a request's body before anybody looks at it: counted as it comes, whatever its length was said to be."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY, slowest: float = SLOWEST_BODY) -> None:
        """`largest` in bytes, `slowest` in seconds."""
        self.app, self.largest, self.slowest = app, largest, slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to a body that is too large and 408 to one that does not come, else hand it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, size = bytearray(), 0
        try:
            async with asyncio.timeout(self.slowest):
                while (message := await receive()).get("more_body", False) and size <= PATIENT_WITH:
                    size += len(message["body"])
                    # What is too large is dropped as it comes: closing at once would cut off our answer, too.
                    body += message["body"] if size <= self.largest else b""
        except TimeoutError:
            await _refuse(408, "The request did not come in time.", scope, receive, send)
            return
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        if size + len(message.get("body", b"")) > self.largest:
            await _refuse(413, f"A request may have {self.largest} bytes.", scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, replay, send)


async def _refuse(status: int, why: str, scope: Scope, receive: Receive, send: Send) -> None:
    answer = JSONResponse({"errors": [{"message": why}]}, status, {"connection": "close"})
    await answer(scope, receive, send)
