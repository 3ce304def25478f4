"""The flash sale: 64 buyers at once, one seat type, until each order's answer says that its seats are held."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import uuid4

import asyncpg
import orjson

from bench.http import Client
from bench.machine import Program, plenary, uvicorn
from tests.servers import Postgres

CLIENTS = 64
ORDERS = 3_000
WARM_UP = 300
PAIRS = 5
PLACE = """mutation Place($c: UUID!, $o: UUID!, $f: UUID!, $i: [OrderItemInput!]!) {
  placeOrder(commandId: $c, orderId: $o, conferenceId: $f, items: $i) {
    __typename
    ... on OrderDecided { secret position order { id state code payBy total { amount currency }
                          lines { seatTypeId name wanted granted } } }
    ... on Refusal { code message }
  } }"""
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


async def open_sale(port: int, quota: int) -> tuple[str, str, str]:
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
    async with Client(port) as client:
        create = {"c": str(uuid4()), "f": conference, "i": details, "o": owner}
        _, cookie = await ask(client, CREATE, create)
        seats = {"name": "General admission", "price": 19_900, "quota": quota}
        await ask(client, ADD, {"c": str(uuid4()), "f": conference, "s": seat_type, "i": seats}, cookie)
        await ask(client, PUBLISH, {"c": str(uuid4()), "f": conference}, cookie)
    return conference, seat_type, cookie


async def rush(program: Program, orders: int, place: Any) -> Run:
    """Let 64 buyers place orders as fast as they are answered; `place(client)` places one and checks it."""
    left, times = iter(range(orders)), list[float]()

    async def buy(number: int) -> None:
        async with Client(program.port, f"127.0.1.{number + 1}") as client:
            for _ in left:
                began = time.perf_counter()
                await place(client)
                times.append(time.perf_counter() - began)

    cpu, began = program.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(buy(number) for number in range(CLIENTS)))
    seconds = time.perf_counter() - began
    times.sort()
    used = program.cpu_seconds() - cpu
    return Run(orders / seconds, median(times) * 1e3, times[int(len(times) * 0.99)] * 1e3, used / orders * 1e3)


async def ours(program: Program, database: str, orders: int) -> Run:
    """Our side: every read model has caught up before the clock stops."""
    conference, seat_type, _ = await open_sale(program.port, 1_000_000)

    async def place(client: Client) -> None:
        items = [{"seatTypeId": seat_type, "quantity": 1}]
        variables = {"c": str(uuid4()), "o": str(uuid4()), "f": conference, "i": items}
        payload, _ = await ask(client, PLACE, variables)
        if payload["__typename"] != "OrderDecided" or payload["order"]["state"] != "HELD":
            raise RuntimeError(payload)

    began = time.perf_counter()
    run = await rush(program, orders, place)
    connection = await asyncpg.connect(database)
    behind = (
        "SELECT max(e.position) > min(b.position) FROM (SELECT max(position) AS position FROM events) e, bookmarks b"
    )
    while await connection.fetchval(behind):
        await asyncio.sleep(0.002)
    run.orders_per_second = orders / (time.perf_counter() - began)
    await connection.close()
    return run


async def theirs(program: Program, orders: int) -> Run:
    """The hand-written side."""
    seat_type = str(uuid4())
    async with Client(program.port) as client:
        await client.post("/seat-types", orjson.dumps({"id": seat_type, "quota": 1_000_000}))

    async def place(client: Client) -> None:
        asked = {"orderId": str(uuid4()), "seatTypeId": seat_type, "quantity": 1}
        answer, _ = await client.post("/orders", orjson.dumps(asked))
        if answer["order"]["state"] != "held":
            raise RuntimeError(answer)

    return await rush(program, orders, place)


async def check(database: str) -> str:
    """What the log itself says about the sale; raises AssertionError when something promised does not hold."""
    connection = await asyncpg.connect(database)
    head = await connection.fetchval("SELECT max(position) FROM events")
    count = await connection.fetchval("SELECT count(*) FROM events")
    assert head == count, f"positions have gaps: {count} events, head {head}"
    oversold = await connection.fetchval(
        """SELECT count(*) FROM events, jsonb_array_elements(data::jsonb -> 'levels') AS e (level)
           WHERE stream LIKE 'seats-%'
             AND (level ->> 'held')::int + (level ->> 'sold')::int > (level ->> 'quota')::int"""
    )
    assert oversold == 0, f"{oversold} events with more held and sold than there are seats"
    held = await connection.fetchval("SELECT count(*) FROM events WHERE type = 'OrderHeld'")
    placed = await connection.fetchval("SELECT count(*) FROM events WHERE type = 'OrderPlaced'")
    timed = await connection.fetchval("SELECT count(*) FROM timers")
    assert placed == held == timed, f"{placed} orders placed, {held} held, {timed} timed"
    await connection.close()
    return f"{head} events without a gap, never more held than there were seats, {placed} orders, all held and timed"


async def measure(postgres: Postgres, databases: tuple[str, str]) -> dict[str, Any]:
    """Five pairs of both sides, each in its own database of one PostgreSQL."""
    own, other = (postgres.url(name).replace("+asyncpg", "") for name in databases)
    house = plenary({"PLENARY_DATABASE": postgres.url(databases[0]), "PLENARY_VAR": str(postgres.folder / "var")})
    crud = uvicorn("bench.crud:app", {"CRUD_DATABASE": other})
    try:
        await ours(house, own, WARM_UP)
        await theirs(crud, WARM_UP)
        pairs = [(await ours(house, own, ORDERS), await theirs(crud, ORDERS)) for _ in range(PAIRS)]
    finally:
        house.stop()
        crud.stop()
    return {
        "ratio": median(us.orders_per_second / them.orders_per_second for us, them in pairs),
        "ratios": [round(us.orders_per_second / them.orders_per_second, 2) for us, them in pairs],
        "ours": [vars(us) for us, _ in pairs],
        "theirs": [vars(them) for _, them in pairs],
        "checked": await check(own),
    }
