"""Several processes: the flash sale served by three of them on one database, against one."""

from bench.flash_sale import CLIENTS, ORDERS, WARM_UP, House, Run
from bench.machine import Program, plenary
from bench.page import Figure, table, times
from bench.stage import Stage
from tests.servers import start_redis

PROCESSES = 3


async def measure(stage: Stage) -> dict[str, Figure]:
    """P2: pairs of both, each on its own database."""
    redis = start_redis()
    houses: list[House] = []
    names = [await stage.database(), await stage.database()]
    measured: list[list[Run]] = [[], []]
    shares: list[list[float]] = []
    try:
        for name, number in zip(names, (1, PROCESSES), strict=True):
            settings = {**stage.settings(name), "PLENARY_REDIS": redis.url}
            programs: list[Program] = []
            houses.append(House(programs, stage.dsn(name)))
            for _ in range(number):
                programs.append(plenary(settings, core=None))
        for orders in (stage.count(WARM_UP), *[stage.count(ORDERS)] * stage.pairs):
            for house, runs in zip(houses, measured, strict=True):
                runs.append(await house.sell(orders))
            shares.append([taken / orders * 100 for taken in sorted(houses[1].taken)])
    finally:
        for house in houses:
            for program in house.programs:
                program.stop()
        redis.discard()
    checked = [await stage.check(name, house.acknowledged) for name, house in zip(names, houses, strict=True)]
    one, several = ([vars(run) for run in runs[1:]] for runs in measured)
    ratios = [us["orders_per_second"] / them["orders_per_second"] for us, them in zip(several, one, strict=True)]
    p99 = sorted(run["p99_ms"] for run in several)
    least = sorted(share[0] for share in shares[1:])
    several = [{**run, "least_share_percent": share[0]} for run, share in zip(several, shares[1:], strict=True)]
    text = f"""
The flash sale with {PROCESSES} processes on one database and one Redis, the {CLIENTS} clients spread over them and
all on one seat type, against the same with one process. No server is pinned here; all of them, PostgreSQL, Redis and
the clients share the cores.

{times(ratios, "≥ 1.5")} the orders per second of one process; the p99 is {p99[len(p99) // 2]:,.0f} ms (target ≤ 250),
and the process that took least took {least[len(least) // 2]:.0f} % of the orders (an equal share is
{100 / PROCESSES:.0f} %).

{table({f"{PROCESSES} processes": several, "one process": one})}

Checked from the log of the {PROCESSES} processes afterwards: {checked[1]}.
"""
    return {"P2": Figure("Several processes", text, {"three_to_one": ratios, "p99_ms": p99, "least_share": least})}
