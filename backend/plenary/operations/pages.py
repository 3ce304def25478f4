"""What operators' programs may read over HTTP: the metrics, which for everybody else are not there."""

import hmac

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from plenary.engine.engine import Engine
from plenary.operations.metrics import Metrics
from plenary.operations.nearby import is_asked_as_here


def routes(metrics: Metrics, engine: Engine, token: str | None, *, at_home: bool) -> list[BaseRoute]:
    """The metrics, for whoever says the token; where there is none, for this machine itself.

    `at_home`: this server is for this machine; else a proxy on it may ask for everybody, and a token is needed.
    """

    async def read(request: Request) -> Response:
        if not (token or at_home) or not may_read(request, token):
            return PlainTextResponse("Not found.", 404)
        return Response(await metrics.page(engine), headers={"content-type": CONTENT_TYPE_LATEST})

    return [Route("/metrics", read)]


def may_read(request: Request, token: str | None) -> bool:
    """Whether a request may see the metrics."""
    if token is None:
        return is_asked_as_here(request)
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(said.strip().encode(), token.encode())
