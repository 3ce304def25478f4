"""The peer of the query: a Starlette route that reads a request's JSON and answers with a dictionary it has at hand."""

import json
import os
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ANSWER: Final = json.loads(Path(os.environ["DICTIONARY"]).read_bytes())


async def page(request: Request) -> Response:
    """Whatever was asked."""
    await request.json()
    return JSONResponse(ANSWER)


app = Starlette(routes=[Route("/page", page, methods=["POST"])])
