"""The GraphQL endpoint: requests by GraphQL-over-HTTP, live results by WebSocket or server-sent events.

A page of another site cannot make a visitor do anything here: only JSON is taken, and only from our own pages.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.http.parse_content_type import parse_content_type
from strawberry.http.streaming import HTTPStreamTransport, SSETransport
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from plenary.access.origins import is_foreign
from plenary.graphql.context import Context, Contexts
from plenary.graphql.documents import Known
from plenary.graphql.errors import masked
from plenary.graphql.execution import Schema
from plenary.graphql.kept import Answers, Kept, Public
from plenary.graphql.shared import Shared
from plenary.graphql.sockets import Frames, Socket
from plenary.graphql.traffic import Traffic

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"
INIT_TIMEOUT: Final = timedelta(seconds=5)
OPERATIONS_PER_SOCKET: Final = 50
# Pages of other sites cannot set these; programs that are no browsers can.
GET_HEADERS: Final = ("graphql-require-preflight", "x-requested-with")


class ServerSentEvents(SSETransport):
    """Live results for clients without WebSocket, and nothing else: what is answered once comes by the other door."""

    def allowed_operation_types(self, allowed_operation_types: set[OperationType]) -> Iterable[OperationType]:
        """What may be asked for."""
        return {OperationType.SUBSCRIPTION}


class Endpoint(GraphQL[Context, None]):
    """The ASGI application at /graphql."""

    websocket_adapter_class = Frames
    graphql_transport_ws_handler_class = Socket
    stream_transport_classes_by_protocol: Mapping[str, type[HTTPStreamTransport]] = {
        GRAPHQL_SSE_PROTOCOL: ServerSentEvents
    }

    def __init__(
        self,
        schema: Schema,
        contexts: Contexts,
        public: Public | None = None,
        *,
        init_timeout: timedelta = INIT_TIMEOUT,
    ) -> None:
        """`public`: fields whose answers may be kept. `init_timeout`: how long a new socket may stay silent."""
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=init_timeout,
            max_subscriptions_per_connection=OPERATIONS_PER_SOCKET,
            allowed_origins=(contexts.settings.url, *contexts.settings.origins),
        )
        self.contexts, self.documents, self.execute = contexts, schema.documents, schema.run
        self.answers = Answers(contexts.engine, schema._schema, public or {})
        self.traffic = Traffic()
        self.shared = Shared(schema, contexts.stranger, self.traffic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or serve one socket."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            # Looked at often, so read once; of a header that came twice, the first counts.
            headers = dict(reversed(request.headers.items()))
            self._check_origin(request.method, headers)
            response = await self._known(request, headers) or await self.run(request)
        except HTTPException as wrong:
            response = self._in_words(wrong, request)
        await response(scope, receive, send)

    # ---- who may ask

    def _check_origin(self, method: str, headers: Mapping[str, str]) -> None:
        """A browser tells where a page comes from; only our own pages and those of allowed origins may ask."""
        if is_foreign(headers, self.allowed_origins):
            raise HTTPException(403, "Pages of other sites may not use this endpoint.")
        by_browser = "sec-fetch-site" in headers
        if method == "GET" and not by_browser and not any(name in headers for name in GET_HEADERS):
            raise HTTPException(400, "A GET request needs the header GraphQL-Require-Preflight: 1. POST needs none.")

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The context of a request or a socket."""
        return self.contexts.make(request, response if isinstance(response, Response) else None)

    # ---- what is asked, as nearly everybody asks

    async def _known(self, request: Request, headers: Mapping[str, str]) -> Response | None:
        """The answer to one known operation that was posted as JSON; None for all else, which goes the long way."""
        if request.method != "POST" or not _is_plain(headers):
            return None
        body = await request.body()
        kept = self.answers.find(body)
        if answer := self._again(kept, request, headers):
            return answer
        asked = _asked(body)
        known = asked and self.documents.find(asked["query"], asked.get("operationName"))
        if not asked or not known:
            return None
        variables = asked.get("variables")
        if kept is None and (answer := self._again(await self._keep(body, known, variables), request, headers)):
            return answer
        response = await self.get_sub_response(request)
        context = await self.get_context(request, response)
        with self.contexts.engine.observer.request(asked.get("operationName")):
            result = await self.execute(known, variables, context)
        return self.create_response(await self.process_result(request, result), response)

    def _again(self, kept: Kept | None, request: Request, headers: Mapping[str, str]) -> Response | None:
        """A kept answer, if it is one for whoever asks."""
        if kept is None or not (kept.for_all or "cookie" not in headers or self.contexts.token(request) is None):
            return None
        return _response(kept.answer, _media_type(headers))

    async def _keep(self, question: bytes, known: Known, variables: dict[str, Any] | None) -> Kept | None:
        """Answer a stranger, and keep the answer; None if it is none to be kept."""
        moment = self.answers.moment(known, variables)
        if moment is None:
            return None
        stranger = self.contexts.stranger()
        result = await self.execute(known, variables, stranger)
        if result.errors:
            return None
        kept = Kept(self.encode_json({"data": result.data}), moment, for_all=not stranger.visitor.asked)
        self.answers.keep(question, kept)
        return kept

    # ---- what is asked, by the whole protocol

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        """The operation that a request asks for. JSON only: other content types could be sent by any page's form."""
        if request.method == "POST" and parse_content_type(request.content_type or "")[0].lower() != JSON:
            raise HTTPException(415, f"The content type must be {JSON}.")
        data = await super().parse_http_body(request)
        if isinstance(data, GraphQLRequestData) and not isinstance(data.operation_name, str | None):
            raise HTTPException(400, "`operationName` must be a string or null, if provided.")
        return data

    async def execute_single(self, *args: Any, **named: Any) -> ExecutionResult:
        """Carry out one operation, before those who watch the engine work."""
        asked: GraphQLRequestData = named["request_data"]
        with self.contexts.engine.observer.request(asked.operation_name):
            return await super().execute_single(*args, **named)

    def parse_json(self, data: str | bytes) -> Any:
        """The object, or list, that a text stands for."""
        try:
            parsed = orjson.loads(data)
        except json.JSONDecodeError as wrong:
            raise HTTPException(400, "Unable to parse the request as JSON.") from wrong
        if not isinstance(parsed, dict | list):
            raise HTTPException(400, "The request must be a JSON object.")
        return parsed

    def decode_json(self, data: str | bytes) -> object:
        """The value of one frame of a socket."""
        return orjson.loads(data)

    # ---- what is answered

    def encode_json(self, data: object) -> bytes:
        """An answer as JSON."""
        return orjson.dumps(data)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """The beginning of the answer: its cookies, and the media type that the client asked for."""
        response = await super().get_sub_response(request)
        response.media_type = _media_type(request.headers)
        return response

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The answer without our secrets; an operation that was never begun has no `data`."""
        errors = masked(result.errors) if result.errors else None
        answer = process_result(ExecutionResult(result.data, errors, result.extensions))
        if errors and result.data is None and all(error.path is None for error in errors):
            del answer["data"]
        return answer

    def create_response(
        self, response_data: GraphQLHTTPResponse | Sequence[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The answer: 200, or for `application/graphql-response+json` 400 when the operation was never begun."""
        response = _response(self.encode_json(response_data), str(sub_response.media_type))
        if sub_response.media_type == GRAPHQL and isinstance(response_data, dict) and "data" not in response_data:
            response.status_code = 400
        response.raw_headers.extend(sub_response.raw_headers)
        return response

    def _in_words(self, wrong: HTTPException, request: Request) -> Response:
        body = self.encode_json({"errors": [{"message": wrong.reason}]})
        headers = {"allow": "GET, POST"} if wrong.status_code == 405 else None
        return Response(body, wrong.status_code, headers, media_type=f"{_media_type(request.headers)}; charset=utf-8")


def _response(body: bytes, media_type: str) -> Response:
    """A complete answer; whoever stands between us and the client must not keep it."""
    headers = {"cache-control": "no-store", "vary": "accept, cookie, origin"}
    return Response(body, headers=headers, media_type=f"{media_type}; charset=utf-8")


def _is_plain(headers: Mapping[str, str]) -> bool:
    """Whether a request brings JSON and wants one answer."""
    kind, accepted = headers.get("content-type", ""), headers.get("accept", "").lower()
    return (kind == JSON or parse_content_type(kind)[0].lower() == JSON) and "event-stream" not in accepted


def _asked(body: bytes) -> dict[str, Any] | None:
    """What a body asks for, if it is an operation without extensions; None for what is looked at more closely."""
    try:
        asked = orjson.loads(body)
    except json.JSONDecodeError:
        return None
    plain = (
        isinstance(asked, dict)
        and isinstance(asked.get("query"), str)
        and isinstance(asked.get("variables"), dict | None)
        and isinstance(asked.get("operationName"), str | None)
        and not asked.get("extensions")
    )
    return asked if plain else None


def _media_type(headers: Mapping[str, str]) -> str:
    return GRAPHQL if GRAPHQL in headers.get("accept", "").lower() else JSON
