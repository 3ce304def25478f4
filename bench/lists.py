"""Lists of a long sale: what an organizer looks up and takes away, with 100,000 orders and with a thousand."""

import time
from collections.abc import Awaitable, Callable
from statistics import median
from uuid import UUID

import asyncpg
import httpx

from bench.flash_sale import ask, open_sale
from bench.http import Client
from bench.machine import Program, plenary
from bench.page import Figure, table
from bench.stage import SECRET, Stage
from plenary.access.secrets import Secrets
from plenary.engine.database import Database
from tests.desk.many import fill, person

SHORT, LONG, SMALL_LONG = 1_000, 100_000, 5_000
TIMES = 15
ORDERS = """query Orders($f: UUID!, $s: String, $w: [OrderState!], $a: String) {
  done: orders(conference: $f, search: $s, states: $w, first: 50, after: $a) {
    __typename totalCount hasMoreThanCounted pageInfo { endCursor hasNextPage }
    edges { node { code state total { amount } registrant { email lastName } } } } }"""
ATTENDEES = """query Attendees($f: UUID!, $s: String, $a: String) {
  done: attendees(conference: $f, search: $s, first: 50, after: $a) {
    __typename pageInfo { endCursor } edges { node { code position attendee { email } } } } }"""


SIGN_IN = """mutation SignIn($e: String!, $c: String!) {
  done: signIn(email: $e, accessCode: $c) { __typename ... on Refusal { message } } }"""


class Desk:
    """An organizer at a server whose conference has so many orders."""

    def __init__(self, server: Program, database: str, orders: int) -> None:
        """Nothing is there before `begin`."""
        self.server, self.database, self.orders = server, database, orders
        self.middle: str | None = None

    async def begin(self, stage: Stage) -> None:
        """Open the conference, put the orders where lists read them, and find the middle of the list."""
        self.conference, _, self.cookie = await open_sale(self.server.port, 1_000_000)
        database = Database(stage.postgres.url(self.database))
        await fill(database, self.orders, UUID(self.conference))
        await database.close()
        connection = await asyncpg.connect(stage.dsn(self.database))
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
        async with Client(self.server.port) as client:
            for _ in range(self.orders // 100):
                page, _ = await ask(client, ORDERS, self._of(a=self.middle), self.cookie)
                self.middle = page["pageInfo"]["endCursor"]

    def _of(self, **more: object) -> dict[str, object]:
        return {"f": self.conference, **more}

    async def look(self, client: Client, query: str, **more: object) -> None:
        """One page of a list, which must not be empty."""
        page, _ = await ask(client, query, self._of(**more), self.cookie)
        if not page["edges"]:
            raise RuntimeError((query, more))

    async def sign_in(self, client: Client) -> None:
        """From a browser that nobody knows."""
        code = Secrets(SECRET.encode()).access_code(UUID(self.conference))
        await ask(client, SIGN_IN, {"e": "bench@example.org", "c": code})

    async def export(self, what: str) -> tuple[float, float]:
        """Milliseconds until the first bytes of a file came, and its lines a second."""
        address = f"http://127.0.0.1:{self.server.port}/export/{self.conference}/{what}.csv"
        began, first, lines = time.perf_counter(), 0.0, 0
        headers = {"cookie": self.cookie}
        async with httpx.AsyncClient(headers=headers, timeout=300) as client, client.stream("GET", address) as answer:
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                first = first or (time.perf_counter() - began) * 1e3
                lines += chunk.count(b"\n")
        if lines < self.orders:
            raise RuntimeError(f"{what}.csv has only {lines} lines")
        return first, lines / (time.perf_counter() - began)


def looks(desk: Desk) -> dict[str, Callable[[Client], Awaitable[None]]]:
    """What is looked up, by what it is called in the table."""
    someone = person(desk.orders // 2)
    return {
        "sign_in": desk.sign_in,
        "first_page": lambda client: desk.look(client, ORDERS),
        "middle_page": lambda client: desk.look(client, ORDERS, a=desk.middle),
        "expired_only": lambda client: desk.look(client, ORDERS, w=["EXPIRED"]),
        "one_address": lambda client: desk.look(client, ORDERS, s=someone.email),
        "a_first_name": lambda client: desk.look(client, ORDERS, s=someone.first_name),
        "attendees": lambda client: desk.look(client, ATTENDEES),
    }


async def timed(desk: Desk) -> dict[str, float]:
    """Median milliseconds of each look."""
    found: dict[str, float] = {}
    async with Client(desk.server.port) as client:
        for name, look in looks(desk).items():
            took = []
            for _ in range(TIMES):
                began = time.perf_counter()
                await look(client)
                took.append((time.perf_counter() - began) * 1e3)
            found[f"{name}_ms"] = median(took)
    for what in ("orders", "attendees"):
        first, rate = await desk.export(what)
        found |= {f"{what}_csv_begins_ms": first, f"{what}_csv_lines_a_second": rate}
    return found


async def measure(stage: Stage) -> dict[str, Figure]:
    """P14: two servers, each with a conference of its own length, asked in turn."""
    sizes = (SHORT, SMALL_LONG if stage.small else LONG)
    names = [await stage.database() for _ in sizes]
    servers = [plenary(stage.settings(name)) for name in names]
    desks = [Desk(server, name, size) for server, name, size in zip(servers, names, sizes, strict=True)]
    rows: list[list[dict[str, float]]] = [[], []]
    try:
        for desk in desks:
            await desk.begin(stage)
        for _ in range(1 + stage.pairs):
            for desk, measured in zip(desks, rows, strict=True):
                measured.append(await timed(desk))
    finally:
        for server in servers:
            server.stop()
    short, long = (measured[1:] for measured in rows)
    ratios = {name: median(two[name] / one[name] for one, two in zip(short, long, strict=True)) for name in short[0]}
    pages = [ratios[name] for name in ratios if name.endswith("page_ms") or name in ("attendees_ms", "sign_in_ms")]
    text = f"""
What an organizer looks up in a conference of {sizes[1]:,} orders, against the same in one of {sizes[0]:,}: signing in,
pages of 50 orders at the beginning and in the middle of the list, those in one state, those found by an address and by
a first name that a tenth of the people have, the attendees; and the two files, until their first bytes and by lines a
second. The orders were put where the lists read them. Medians of {TIMES} looks, {stage.pairs} pairs in turn.

Signing in and pages of the list take {min(pages):.2f} to {max(pages):.2f} times as long (target ≤ 1.5), and a file is
written at {ratios["orders_csv_lines_a_second"]:.2f} times the speed (target ≥ 0.8). Searching takes
{ratios["one_address_ms"]:.1f} times as long for an address and {ratios["a_first_name_ms"]:.1f} times for a first name.

{table({f"{size:,} orders": measured for size, measured in zip(sizes, (short, long), strict=True)})}
"""
    return {"P14": Figure("Lists of a long sale", text, ratios)}
