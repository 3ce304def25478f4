"""The doorbell is heard in this process and in others, and again after Redis was gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from plenary.engine import doorbell
from plenary.engine.doorbell import Doorbell
from tests.servers import Redis

PATIENCE = 30.0


@asynccontextmanager
async def listening(bell: Doorbell) -> AsyncIterator[asyncio.Event]:
    """A doorbell that runs; the event is set when it is heard."""
    heard = asyncio.Event()
    running = asyncio.create_task(bell.run(heard.set))
    try:
        yield heard
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def ring_until_heard(bell: Doorbell, heard: asyncio.Event) -> None:
    """A ring may get lost while somebody is still coming to the door; one of them is heard."""
    heard.clear()
    async with asyncio.timeout(PATIENCE):
        while not heard.is_set():
            bell.ring(1)
            with suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), 0.05)


async def test_it_is_heard_in_its_own_process() -> None:
    bell = Doorbell()
    async with listening(bell) as heard:
        await ring_until_heard(bell, heard)


# redis-py leaves the streams of a killed server to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_it_is_heard_in_other_processes_and_again_after_redis_was_gone(
    redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "RECONNECT", 0.05)
    monkeypatch.setattr(doorbell, "HEARTBEAT", 0.1)
    here, there = Doorbell(redis_server.url), Doorbell(redis_server.url)
    async with listening(here), listening(there) as heard:
        await ring_until_heard(here, heard)
        redis_server.kill()
        redis_server.start()
        await ring_until_heard(here, heard)


async def test_without_redis_nobody_is_disturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "RECONNECT", 0.01)
    tried = asyncio.Event()
    monkeypatch.setattr(doorbell.log, "warning", lambda *_: tried.set())
    bell = Doorbell("redis://127.0.0.1:1")
    async with listening(bell), asyncio.timeout(PATIENCE):
        bell.ring(1)
        await tried.wait()
        tried.clear()
        await tried.wait()
