"""A subscription that runs for days keeps the memory it began with."""

import gc
import tracemalloc
from collections.abc import AsyncIterator

import strawberry

from plenary.graphql.execution import make_schema


@strawberry.type
class Query:
    there: bool = True


@strawberry.type
class Tick:
    number: int
    name: str = "tick"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[Tick]:
        for number in range(4_000):
            yield Tick(number=number)


async def test_events_leave_nothing_behind() -> None:
    schema = make_schema(Query, None, Subscription)
    results = await schema.subscribe("subscription { ticks { number name } }")
    tracemalloc.start()
    try:
        seen, early = 0, 0
        async for _ in results:
            seen += 1
            if seen == 1_000:
                gc.collect()
                early = tracemalloc.get_traced_memory()[0]
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - early
    finally:
        tracemalloc.stop()
    assert seen == 4_000
    assert grown < 300_000, f"{grown / 3_000:.0f} bytes stay behind with every event"
