"""An engine on the toy domain, running, on both databases."""

from collections.abc import AsyncIterator

import pytest

from plenary.engine.clock import HandClock
from plenary.engine.engine import Engine
from tests.engine.jars import NOON, open_engine


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
async def engine(database_url: str, clock: HandClock) -> AsyncIterator[Engine]:
    engine = await open_engine(database_url, clock)
    deaths: list[BaseException] = []
    async with engine.running(died=deaths.append):
        yield engine
    await engine.close()
    assert not deaths
