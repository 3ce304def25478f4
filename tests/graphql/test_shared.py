"""One run serves all sockets that watch the same public thing, and nobody's private one."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from plenary.graphql.execution import make_schema
from plenary.graphql.shared import Shared, Watcher, is_public
from plenary.graphql.traffic import Traffic

WATCH = "subscription W($draft: Boolean! = false) { seatAvailability(draft: $draft) }"
PATIENCE = 10.0


@strawberry.type
class Query:
    hello: str = "hello"


class Stage:
    """What there is to watch, and how often it was begun."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.number = 0
        self.changed = asyncio.Condition()

        @strawberry.type
        class Subscription:
            @strawberry.subscription
            async def seat_availability(self, draft: bool = False) -> AsyncIterator[int]:
                stage.begun += 1
                if draft:
                    raise GraphQLError("not for strangers")
                try:
                    while True:
                        yield stage.number
                        async with stage.changed:
                            await stage.changed.wait()
                finally:
                    stage.ended += 1

        stage = self
        self.shared = Shared(make_schema(Query, None, Subscription), lambda: None)  # type: ignore[arg-type,return-value]  # the field asks for no context

    async def change(self) -> None:
        async with self.changed:
            self.number += 1
            self.changed.notify_all()


class Socket:
    """Somebody who watches; `stuck` keeps it from taking anything."""

    def __init__(self, stage: Stage, id: str = "1", **variables: Any) -> None:
        self.seen: list[int] = []
        self.frames: list[Any] = []
        self.free, self.told = asyncio.Event(), asyncio.Condition()
        self.free.set()
        self.task = asyncio.create_task(stage.shared.watch(id, WATCH, variables or None, None, self.send))

    async def send(self, text: str) -> None:
        await self.free.wait()
        self.frames.append(json.loads(text))
        self.seen.append(self.frames[-1]["payload"]["data"]["seatAvailability"])
        async with self.told:
            self.told.notify_all()

    async def has(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE), self.told:
            await self.told.wait_for(lambda: number in self.seen)

    async def leave(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


async def test_identical_subscriptions_are_run_once_and_end_with_the_last_watcher() -> None:
    stage = Stage()
    one, two = Socket(stage, "one"), Socket(stage, 'tw"o')
    await asyncio.gather(one.has(0), two.has(0))
    await stage.change()
    await asyncio.gather(one.has(1), two.has(1))
    late = Socket(stage)
    await late.has(1)
    assert stage.begun == 1
    assert [socket.frames[0]["id"] for socket in (one, two)] == ["one", 'tw"o']
    for socket in (one, two, late):
        assert not stage.ended
        await socket.leave()
    async with asyncio.timeout(PATIENCE):
        while not stage.ended:
            await asyncio.sleep(0)


async def test_what_a_stranger_may_not_see_is_left_to_each_socket() -> None:
    stage = Stage()
    sockets = [Socket(stage, draft=True) for _ in range(3)]
    async with asyncio.timeout(PATIENCE):
        assert await asyncio.gather(*(socket.task for socket in sockets)) == [False, False, False]
    assert not any(socket.frames for socket in sockets)


async def test_a_slow_socket_keeps_nobody_waiting_and_gets_the_newest() -> None:
    stage = Stage()
    quick, slow = Socket(stage), Socket(stage)
    await asyncio.gather(quick.has(0), slow.has(0))
    slow.free.clear()
    for number in range(1, 21):
        await stage.change()
        await quick.has(number)
    slow.free.set()
    await slow.has(20)
    assert slow.seen == [0, 1, 20]
    for socket in (quick, slow):
        await socket.leave()


async def test_a_socket_that_breaks_leaves_alone() -> None:
    stage = Stage()
    good, bad = Socket(stage), Socket(stage)
    await asyncio.gather(good.has(0), bad.has(0))

    async def broken(text: str) -> None:
        raise ConnectionError

    (watcher,) = (w for run in stage.shared._runs.values() for w in run.watchers if w._send == bad.send)
    watcher._send = broken
    await stage.change()
    await good.has(1)
    with pytest.raises(ConnectionError):
        await bad.task
    await good.leave()


@pytest.mark.parametrize(
    ("query", "shared"),
    [
        ("subscription { seatAvailability(conference: 1) { open } }", True),
        ("subscription A { a: seatAvailability(conference: 1) { open } }", True),
        ("subscription { order(id: 1) { code } }", False),
        ("subscription { seatAvailability(conference: 1) { open } order(id: 1) { code } }", False),
        ("subscription { ... on Subscription { seatAvailability(conference: 1) { open } } }", False),
        ("query { seatAvailability(conference: 1) { open } }", False),
        ("subscription A { seatAvailability(conference: 1) { open } } query B { session { orders } }", False),
        ("subscription {", False),
    ],
)
def test_only_documents_of_public_fields_are_shared(query: str, shared: bool) -> None:
    assert is_public(query, None) is shared


async def test_a_watcher_whose_socket_is_gone_leaves_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    async def gone(text: str) -> None:
        raise ConnectionError

    watcher = Watcher("1", gone, Traffic())
    watcher.push("{}")
    assert watcher.left.done()
    del watcher
    gc.collect()
    assert caplog.records == []
