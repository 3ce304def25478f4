"""The flash sale: 64 buyers at once, one seat type, until each order's answer says that its seats are held."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from bench.http import Client
from bench.machine import Program, plenary, uvicorn
from bench.page import Figure, percentile, table, times
from bench.stage import Stage

CLIENTS = 64
ORDERS = 3_000
WARM_UP = 300
PLACE = """mutation Place($c: UUID!, $o: UUID!, $f: UUID!, $i: [OrderItemInput!]!) {
  placeOrder(commandId: $c, orderId: $o, conferenceId: $f, items: $i) {
    __typename
    ... on OrderDecided { secret position order { id state code payBy total { amount currency }
                          lines { seatTypeId name wanted granted } } }
    ... on Refusal { code message }
  } }"""
BEHIND = """SELECT coalesce((SELECT max(position) FROM events)
  > (SELECT min(position) FROM bookmarks WHERE name <> 'timers'), false)"""
CREATE = """mutation Create($c: UUID!, $f: UUID!, $i: ConferenceInput!, $o: OwnerInput!) {
  createConference(commandId: $c, conferenceId: $f, input: $i, owner: $o) { __typename ... on Refusal { message } } }"""
ADD = """mutation Add($c: UUID!, $f: UUID!, $s: UUID!, $i: SeatTypeInput!) {
  addSeatType(commandId: $c, conferenceId: $f, seatTypeId: $s, input: $i) { __typename ... on Refusal { message } } }"""
PUBLISH = """mutation Publish($c: UUID!, $f: UUID!) {
  publishConference(commandId: $c, conferenceId: $f) { __typename ... on Refusal { message } } }"""


@dataclass
class Run:
    """One side of a pair."""

    orders_per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float


async def ask(client: Client, query: str, variables: dict[str, Any], cookie: str = "") -> tuple[Any, str]:
    """The payload of a mutation with one root field. Raises RuntimeError when it is refused."""
    answer, set_cookie = await client.post("/graphql", orjson.dumps({"query": query, "variables": variables}), cookie)
    if "errors" in answer:
        raise RuntimeError(answer["errors"])
    (payload,) = answer["data"].values()
    if payload["__typename"] in ("Refused", "Busy", "TooManyTries"):
        raise RuntimeError(payload)
    return payload, set_cookie


async def open_sale(port: int, quota: int, address: str = "127.0.0.1", price: int = 19_900) -> tuple[str, str, str]:
    """A published conference with one seat type: its id, the seat type's, and the organizer's cookie."""
    conference, seat_type = str(uuid4()), str(uuid4())
    details = {
        "slug": f"sale-{conference[:8]}",
        "name": "Flash sale",
        "timeZone": "Europe/Lisbon",
        "startsOn": "2031-05-01",
        "endsOn": "2031-05-02",
        "currency": "USD",
    }
    owner = {"name": "Bench", "email": "bench@example.org"}
    async with Client(port, address) as client:
        create = {"c": str(uuid4()), "f": conference, "i": details, "o": owner}
        _, cookie = await ask(client, CREATE, create)
        seats = {"name": "General admission", "price": price, "quota": quota}
        await ask(client, ADD, {"c": str(uuid4()), "f": conference, "s": seat_type, "i": seats}, cookie)
        await ask(client, PUBLISH, {"c": str(uuid4()), "f": conference}, cookie)
    return conference, seat_type, cookie


async def rush(programs: Sequence[Program], orders: int, place: Any) -> tuple[Run, list[int]]:
    """Let 64 buyers place orders as fast as they are answered; `place(client)` places one and checks it.

    The buyers are spread over the programs; the second answer is how many orders each of these took.
    """
    left, waits, taken = iter(range(orders)), list[float](), [0] * len(programs)

    async def buy(number: int) -> None:
        program = number % len(programs)
        async with Client(programs[program].port, f"127.0.1.{number + 1}") as client:
            for _ in left:
                began = time.perf_counter()
                await place(client)
                waits.append((time.perf_counter() - began) * 1e3)
                taken[program] += 1

    cpu, began = sum(program.cpu_seconds() for program in programs), time.perf_counter()
    await asyncio.gather(*(buy(number) for number in range(CLIENTS)))
    seconds = time.perf_counter() - began
    used = sum(program.cpu_seconds() for program in programs) - cpu
    return Run(orders / seconds, median(waits), percentile(waits, 0.99), used / orders * 1e3), taken


def buyer(conference: str, seat_type: str, acknowledged: list[UUID]) -> Callable[[Client], Awaitable[None]]:
    """Places an order for one seat and notes the command that was acknowledged; RuntimeError unless it is held."""

    async def place(client: Client) -> None:
        command = uuid4()
        items = [{"seatTypeId": seat_type, "quantity": 1}]
        variables = {"c": str(command), "o": str(uuid4()), "f": conference, "i": items}
        payload, _ = await ask(client, PLACE, variables)
        if payload["__typename"] != "OrderDecided" or payload["order"]["state"] != "HELD":
            raise RuntimeError(payload)
        acknowledged.append(command)

    return place


@dataclass
class House:
    """Our side: servers on one database, and every command that they acknowledged."""

    programs: Sequence[Program]
    dsn: str
    acknowledged: list[UUID] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    """How many orders each server took in the last run."""

    async def sell(self, orders: int) -> Run:
        """A sale of its own; every read model has caught up before the clock stops."""
        conference, seat_type, _ = await open_sale(self.programs[0].port, 1_000_000)

        await caught_up(self.dsn)
        began = time.perf_counter()
        run, self.taken = await rush(self.programs, orders, buyer(conference, seat_type, self.acknowledged))
        await caught_up(self.dsn)
        run.orders_per_second = orders / (time.perf_counter() - began)
        return run


async def caught_up(dsn: str) -> None:
    """Return when every follower is at the end of the log."""
    connection = await asyncpg.connect(dsn)
    while await connection.fetchval(BEHIND):
        await asyncio.sleep(0.002)
    await connection.close()


async def by_hand(program: Program, orders: int) -> Run:
    """The hand-written side."""
    seat_type = str(uuid4())
    async with Client(program.port) as client:
        await client.post("/seat-types", orjson.dumps({"id": seat_type, "quota": 1_000_000}))

    async def place(client: Client) -> None:
        asked = {"orderId": str(uuid4()), "seatTypeId": seat_type, "quantity": 1}
        answer, _ = await client.post("/orders", orjson.dumps(asked))
        if answer["order"]["state"] != "held":
            raise RuntimeError(answer)

    return (await rush([program], orders, place))[0]


async def measure(stage: Stage) -> dict[str, Figure]:
    """P1: pairs of both sides, each in its own database of one PostgreSQL."""
    own, other = await stage.database(), await stage.database(migrated=False)
    house = House([plenary(stage.settings(own))], stage.dsn(own))
    crud = uvicorn("bench.crud:app", {"CRUD_DATABASE": stage.dsn(other)})
    orders, pairs = stage.count(ORDERS), list[tuple[Run, Run]]()
    try:
        for number in (stage.count(WARM_UP), *[orders] * stage.pairs):
            pairs.append((await house.sell(number), await by_hand(crud, number)))
        del pairs[0]
    finally:
        house.programs[0].stop()
        crud.stop()
    checked = await stage.check(own, house.acknowledged)
    ratios = [us.orders_per_second / them.orders_per_second for us, them in pairs]
    text = f"""
{CLIENTS} clients on one conference and one seat type; `placeOrder` over GraphQL until the answer says *held*, and the
clock stops when every read model has caught up; {orders:,} orders a run. Both servers are pinned to one core,
PostgreSQL and the clients take what they get. The peer (`bench/crud.py`) is Starlette and asyncpg by hand: one
transaction, a lock on the quota's row, the order and its item inserted; no history, no push, no deadline, no
recognition of repeated requests, no session.

{times(ratios, "≥ 1.0, better 1.5")} its orders per second.

{table({"Plenary": [vars(us) for us, _ in pairs], "CRUD by hand": [vars(them) for _, them in pairs]})}

Checked from the log afterwards: {checked}.
"""
    return {"P1": Figure("A flash sale", text, {"crud": ratios})}
