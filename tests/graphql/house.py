"""A small house to try the endpoint on: a real engine, a schema of a few fields, clients that speak plain ASGI."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import httpx
import strawberry
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from plenary import web
from plenary.access import scopes
from plenary.conferences.conference import CONFERENCE
from plenary.engine.clock import HandClock
from plenary.engine.database import Database
from plenary.engine.engine import Engine, Plan
from plenary.graphql.context import Contexts, Info
from plenary.graphql.execution import make_schema
from plenary.graphql.http import Endpoint
from plenary.graphql.words import MinorUnits
from plenary.log.postgres import PostgresLog
from plenary.log.sqlite import SqliteLog
from plenary.payments.payment import PAYMENT
from plenary.settings import Settings

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)
SETTINGS = Settings(secret=b"a secret of thirty-two characters", key=b"k" * 32, gateway=("test",))
PATIENCE = 10.0


@strawberry.type
class Knot:
    name: str = "knot"

    @strawberry.field
    def knot(self) -> "Knot":
        return Knot()


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you", times: int = 1) -> str:
        return f"Hello {name}" * times

    @strawberry.field
    def price(self, amount: MinorUnits) -> MinorUnits:
        return amount

    @strawberry.field
    def knot(self) -> Knot:
        return Knot()

    @strawberry.field
    async def runs(self, info: Info, conference: UUID) -> bool:
        return await info.context.visitor.runs(conference)

    @strawberry.field
    def breaks(self) -> str:
        raise RuntimeError("ann@example.org could not be stored")

    @strawberry.field
    def blames(self) -> str:
        raise GraphQLError("`first` must be from 1 to 100.")

    @strawberry.field
    async def hangs(self) -> str:
        await asyncio.Event().wait()
        return "never"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def enter(self, info: Info, conference: UUID) -> bool:
        await info.context.visitor.grant(scopes.conference(conference))
        return await info.context.visitor.runs(conference)

    @strawberry.mutation
    async def leave(self, info: Info) -> bool:
        await info.context.visitor.leave()
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3, wait: bool = False) -> AsyncIterator[int]:
        for number in range(to):
            yield number
        if wait:
            await asyncio.Event().wait()

    @strawberry.subscription
    async def breaking(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("ann@example.org could not be read")


SCHEMA = make_schema(Query, Mutation, Subscription)


class Served(Protocol):
    """Whoever has an application."""

    @property
    def app(self) -> ASGIApp:
        """The application."""
        ...


@dataclass
class House:
    """An application and what stands behind it."""

    app: ASGIApp
    engine: Engine
    contexts: Contexts
    clock: HandClock

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A client with cookies of its own."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://test", headers=headers)


@asynccontextmanager
async def open_house(
    url: str, settings: Settings = SETTINGS, init_timeout: timedelta = timedelta(seconds=30), **options: Any
) -> AsyncIterator[House]:
    """A house on a migrated database; its engine decides, but follows nothing."""
    clock, database = HandClock(NOON), Database(url)
    log = SqliteLog(url, database.write_lock) if database.is_sqlite else PostgresLog(url)
    engine = Engine(Plan([PAYMENT, CONFERENCE], [], []), database, log, settings.key, clock)
    contexts = Contexts(engine, settings)
    endpoint = Endpoint(SCHEMA, contexts, init_timeout=init_timeout)
    async with engine.running():
        yield House(Starlette(routes=web.routes(contexts, endpoint, **options)), engine, contexts, clock)
    await engine.close()


@dataclass
class SocketClient:
    """One WebSocket, spoken to in ASGI messages."""

    to_app: asyncio.Queue[Message]
    from_app: asyncio.Queue[Message]
    task: asyncio.Task[None]
    closed: int | None = field(default=None)

    async def send(self, frame: object) -> None:
        """Send one frame: a text as it is, bytes as they are, anything else as JSON."""
        if isinstance(frame, bytes):
            await self.to_app.put({"type": "websocket.receive", "bytes": frame})
        else:
            text = frame if isinstance(frame, str) else json.dumps(frame)
            await self.to_app.put({"type": "websocket.receive", "text": text})

    async def receive(self) -> Any:
        """The next frame from the server, or ("closed", code)."""
        message = await asyncio.wait_for(self.from_app.get(), PATIENCE)
        if message["type"] == "websocket.close":
            return "closed", message["code"]
        return json.loads(message["text"])

    async def begin(self) -> None:
        """Say hello by the protocol."""
        await self.send({"type": "connection_init"})
        assert await self.receive() == {"type": "connection_ack"}


@asynccontextmanager
async def socket(
    house: Served, headers: Mapping[str, str] | None = None, protocol: str = "graphql-transport-ws"
) -> AsyncIterator[SocketClient]:
    """A WebSocket to /graphql; the first message from the application is taken: accepted, or ("closed", code)."""
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "scheme": "ws",
        "client": ("203.0.113.9", 1234),
        "server": ("test", 80),
        "headers": [(k.lower().encode(), v.encode()) for k, v in {"host": "test", **(headers or {})}.items()],
        "subprotocols": [protocol],
        "extensions": {},
    }
    await to_app.put({"type": "websocket.connect"})
    app: Coroutine[Any, Any, None] = house.app(scope, to_app.get, from_app.put)  # type: ignore[assignment]  # an app is one
    task = asyncio.create_task(app)
    client = SocketClient(to_app, from_app, task)
    first = await asyncio.wait_for(from_app.get(), PATIENCE)
    if first["type"] == "websocket.close":
        client.closed = first["code"]
    else:
        assert first["subprotocol"] == protocol
    yield client
    await to_app.put({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(task, PATIENCE)
