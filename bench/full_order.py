"""A whole free order: placed, details entered, confirmed by them, and read back with its seats."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

from bench.flash_sale import CLIENTS, PLACE, ask, caught_up, open_sale
from bench.http import Client
from bench.machine import cpu_of_family, plenary
from bench.page import Figure, table
from bench.stage import Stage

ORDERS = 1_500
RUNS = 5
PRETIX_ORDER, PRETIX_CHECKOUT = 0.27, 0.89
"""CPU seconds of pretix 2026.8 for one order created over its REST interface, and for one checkout."""
DETAILS = """mutation Details($c: UUID!, $o: UUID!, $r: PersonInput!) {
  enterDetails(commandId: $c, orderId: $o, registrant: $r) {
    __typename ... on OrderChanged { position order { id state } } ... on Refusal { code message } } }"""
READ = """query Read($o: UUID!, $p: Position) { order(id: $o, atLeast: $p) {
  __typename id code state total { amount currency } registrant { email firstName lastName }
  lines { name wanted granted } seats { position seatType } } }"""


async def whole(client: Client, conference: str, seat_type: str, acknowledged: list[UUID]) -> None:
    """One visitor's order, from nothing to confirmed; whoever reads it back must see it so."""
    commands, order = (uuid4(), uuid4()), str(uuid4())
    items = [{"seatTypeId": seat_type, "quantity": 1}]
    placed, cookie = await ask(client, PLACE, {"c": str(commands[0]), "o": order, "f": conference, "i": items})
    person = {"email": f"{order[:8]}@example.org", "firstName": "Ada", "lastName": "Mensah"}
    entered, _ = await ask(client, DETAILS, {"c": str(commands[1]), "o": order, "r": person}, cookie)
    read, _ = await ask(client, READ, {"o": order, "p": entered.get("position")}, cookie)
    if (
        placed["order"]["state"] != "HELD"
        or read["state"] != "CONFIRMED"
        or read["registrant"]["email"] != person["email"]
    ):
        raise RuntimeError((placed, entered, read))
    acknowledged += commands


async def measure(stage: Stage) -> dict[str, Figure]:
    """P3: runs of our side; the other was measured elsewhere."""
    database, orders = await stage.database(), stage.count(ORDERS)
    server, acknowledged = plenary(stage.settings(database)), list[UUID]()
    process = stage.postgres.process
    assert process is not None
    rows: list[dict[str, float]] = []
    try:
        for number in (100, *[orders] * (2 if stage.small else RUNS)):
            conference, seat_type, _ = await open_sale(server.port, 1_000_000, price=0)
            await caught_up(stage.dsn(database))
            left = iter(range(number))

            async def visit(which: int, left: Any = left, sale: tuple[str, str] = (conference, seat_type)) -> None:
                async with Client(server.port, f"127.0.1.{which + 1}") as client:
                    for _ in left:
                        await whole(client, *sale, acknowledged)

            began, cpu, beneath = time.perf_counter(), server.cpu_seconds(), cpu_of_family(process.pid)
            await asyncio.gather(*(visit(which) for which in range(CLIENTS)))
            await caught_up(stage.dsn(database))
            seconds, used = time.perf_counter() - began, server.cpu_seconds() - cpu
            beneath = cpu_of_family(process.pid) - beneath
            rows.append(
                {
                    "orders_per_second": number / seconds,
                    "server_cpu_ms": used / number * 1e3,
                    "postgresql_cpu_ms": beneath / number * 1e3,
                }
            )
    finally:
        server.stop()
    checked = await stage.check(database, acknowledged)
    costs = sorted(row["server_cpu_ms"] for row in rows[1:])
    both = sorted(row["server_cpu_ms"] + row["postgresql_cpu_ms"] for row in rows[1:])
    speeds = sorted(row["orders_per_second"] for row in rows[1:])
    middle = len(costs) // 2
    cost, with_database, speed = costs[middle], both[middle], speeds[middle]
    text = f"""
A whole free order by a new visitor: `placeOrder` until it is held, `enterDetails`, which confirms it, and the order
read back as confirmed; {CLIENTS} visitors at once, {orders:,} orders a run, until every read model, the seats'
numbers and the mail have caught up. Counted is the CPU time of the server process, which also does all background
work; that of PostgreSQL stands beside it.

There is no peer in this run. What we compare with was **recorded elsewhere, on two cores like ours, and not run
here**: pretix 2026.8 takes {PRETIX_ORDER} CPU-seconds for an order created over its REST interface and
{PRETIX_CHECKOUT} for a checkout.

An order takes {cost:.1f} ms of CPU time ({with_database:.1f} with PostgreSQL's):
**{PRETIX_ORDER / cost * 1e3:,.0f}×** fewer CPU-seconds than the recorded REST order and
{PRETIX_CHECKOUT / cost * 1e3:,.0f}× fewer than the recorded checkout (target ≥ 50); **{speed:,.0f}** whole orders a
second (target ≥ 50).

{table({"Plenary": rows[1:]})}

Checked from the log afterwards: {checked}.
"""
    ratios = {"recorded_rest_order": PRETIX_ORDER / cost * 1e3, "recorded_checkout": PRETIX_CHECKOUT / cost * 1e3}
    return {"P3": Figure("A whole order", text, {**ratios, "orders_per_second": speed})}
