"""A session that ends in one process loses its live screens in every other."""

from dataclasses import dataclass, replace

import pytest
from starlette.types import ASGIApp

from plenary.access import sessions as sessions_module
from plenary.access.sessions import Sessions
from plenary.app import build
from plenary.engine.clock import HandClock
from tests.graphql.house import socket
from tests.house import NOON, SETTINGS


@dataclass
class Behind:
    """What a socket is opened to."""

    app: ASGIApp


async def test_a_served_house_looks_for_sessions_that_ended_elsewhere(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "LOOK_EVERY", 0.01)
    built = build(replace(SETTINGS, database=sqlite_url), HandClock(NOON))
    async with built.web.router.lifespan_context(built.web):
        elsewhere = Sessions(built.engine.database, built.engine.now)
        token = await elsewhere.grant(None, ["order:1"])
        async with socket(Behind(built.web), {"cookie": f"plenary={token}"}) as client:
            await client.begin()
            await elsewhere.end(token)
            assert await client.receive() == ("closed", 4403)
