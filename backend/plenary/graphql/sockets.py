"""Live screens over WebSocket: the `graphql-transport-ws` protocol, kept to the letter with clients that are not.

A socket carries subscriptions and queries. Mutations go over HTTP, where cookies can be set.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.websockets import WebSocketDisconnect
from starlette.websockets import WebSocketDisconnected as ClosedByUs
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, PingMessage
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.utils.aio import aclosing

from plenary.graphql.context import Context
from plenary.graphql.errors import masked, report
from plenary.graphql.shared import Shared
from plenary.graphql.traffic import Traffic

LONGEST_ID: Final = 128
ALLOWED: Final = (OperationType.QUERY, OperationType.SUBSCRIPTION)


class Frames(ASGIWebSocketAdapter):
    """Frames as text, which the protocol demands."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message. Raises `WebSocketDisconnected` when the client is gone."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, ClosedByUs) as gone:
            raise WebSocketDisconnected from gone


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One client's socket. Every operation on it is judged by the rights that its session has at that moment."""

    @property
    def shared(self) -> Shared:
        """The runs that this socket may join."""
        shared: Shared = self.view.shared  # type: ignore[attr-defined]  # the view is our Endpoint
        return shared

    @property
    def traffic(self) -> Traffic:
        """Where is counted what this socket does."""
        traffic: Traffic = self.view.traffic  # type: ignore[attr-defined]  # the view is our Endpoint
        return traffic

    async def _send_text(self, text: str) -> None:
        await self.websocket.ws.send({"type": "websocket.send", "text": text})  # type: ignore[attr-defined]  # it is Frames

    async def handle(self) -> None:
        """Serve the socket until it is closed, or until its session ends."""
        with self.context.visitor.until_it_leaves(self._leave):
            await super().handle()

    async def _leave(self) -> None:
        await self.websocket.close(code=4403, reason="The session ended")

    async def handle_message(self, message: Message) -> None:
        """Act on one frame; what is no message of the protocol closes the socket with 4400."""
        if (wrong := what_is_wrong(message)) is not None:
            await self.handle_invalid_message(wrong)
            return
        await super().handle_message(message)

    async def handle_ping(self, message: PingMessage) -> None:
        """Answer with the payload that came."""
        payload = message.get("payload")
        await self.send_message({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Send the results of one operation until it ends; a mistake in it ends it with `error`, not the socket."""
        self.traffic.operations += 1
        try:
            if await self.shared.watch(
                operation.id, operation.query, operation.variables, operation.operation_name, self._send_text
            ):
                await operation.send_operation_message({"id": operation.id, "type": "complete"})
                return
            results = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=self.context.again(),
                operation_name=operation.operation_name,
                allowed_operation_types=ALLOWED,
            )
            async with aclosing(results):
                async for result in results:
                    assert isinstance(result, ExecutionResult), "incremental delivery is switched off"
                    result.errors = masked(result.errors) if result.errors else None
                    if isinstance(result, PreExecutionError):
                        await operation.send_initial_errors(result.errors or [])
                        return
                    self.traffic.pushes += 1
                    await operation.send_next(result)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except (WebSocketDisconnect, WebSocketDisconnected, ClosedByUs):
            return
        except Exception as error:
            await self.handle_task_exception(error)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        finally:
            self.traffic.operations -= 1

    async def handle_task_exception(self, error: Exception) -> None:
        """Log a fault of our own."""
        report(error, "on a socket")


def what_is_wrong(message: object) -> str | None:
    """Why a frame is no message of the protocol, in a few words; None if it is one."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be an object with a type"
    kind, payload = message["type"], message.get("payload")
    if kind in ("subscribe", "complete"):
        id = message.get("id")
        if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
            return "id must be a text of 1 to 128 characters"
    if kind == "subscribe" and not _is_request(payload):
        return "payload must be an object with a query"
    if kind in ("ping", "pong") and not isinstance(payload, dict | None):
        return "payload must be an object"
    return None


def _is_request(payload: Any) -> bool:
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("extensions"), dict | None)
    )
