"""An actor's state is what its stream says, also when several look at it at once and one of them fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from plenary.engine.engine import Engine
from tests.engine.jars import JAR, PATIENCE, FillJar, TakeMarble, fill, open_engine


@pytest.fixture
async def two_engines(postgres_url: str) -> AsyncIterator[tuple[Engine, Engine]]:
    """Two processes on one log; neither of them works off what happens."""
    one, two = await open_engine(postgres_url), await open_engine(postgres_url)
    async with one.running(work=False), two.running(work=False):
        yield one, two
    await one.close()
    await two.close()


async def test_a_look_that_outlives_a_failure_does_not_spoil_the_state(
    two_engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = two_engines
    jar = await fill(one, 10)
    await two.send(FillJar(jar, 5), id=uuid4(), sender="test")  # which the first process has not seen
    read, reading, go_on = one.log.stream, asyncio.Event(), asyncio.Event()

    async def slowly(name: str, after: int = 0) -> Any:
        rows = await read(name, after)
        if not reading.is_set():
            reading.set()
            await go_on.wait()
        return rows

    async def fails(*_: Any, **__: Any) -> None:
        raise ConnectionError("the append's outcome is unknown")

    monkeypatch.setattr(one.log, "stream", slowly)
    looking = asyncio.create_task(one.state(JAR, jar, fresh=True))
    async with asyncio.timeout(PATIENCE):
        await reading.wait()
        with monkeypatch.context() as broken:
            broken.setattr(one.commit, "append", fails)
            with pytest.raises(ConnectionError):
                await one.send(TakeMarble(jar, await one.subject("b@x.org"), "Bob"), id=uuid4(), sender="test")
        go_on.set()
        state, version = await looking
    assert (state.left, version) == (15, 2)
    assert (await one.state(JAR, jar))[0] == state
