"""The hot stream: everybody wants seats of the same conference, so that every decision rests on the one before."""

from typing import Any
from uuid import UUID, uuid4

from bench.page import Figure, percentile, table, times
from bench.programs import hot
from bench.programs.run import own, together
from bench.stage import Stage

CALLERS, PROCESSES = 64, 4
SECONDS = 3.0
RETRIES, LOCKS = 300, 3_000


async def rush(stage: Stage, database: str, processes: int, acknowledged: list[UUID]) -> dict[str, float]:
    """So many processes reserve on one new stream."""
    conference, seat_type, url = uuid4(), uuid4(), stage.postgres.url(database)
    await hot.prepare(url, conference, seat_type)
    arguments = (conference, seat_type, CALLERS // processes, 0.5 if stage.small else SECONDS)
    found = await together("hot", processes, url, *arguments)
    for one in found:
        acknowledged += map(UUID, one["acknowledged"])
    latencies = [latency for one in found for latency in one["latencies_ms"]]
    shares = [len(one["latencies_ms"]) / len(latencies) for one in found]
    return {
        "commands_per_second": len(latencies) / max(one["seconds"] for one in found),
        "p99_ms": percentile(latencies, 0.99),
        "longest_ms": max(latencies),
        "least_share_percent": min(shares) * 100,
        "largest_share_percent": max(shares) * 100,
    }


async def contend(stage: Stage, database: str, way: str, commands: int) -> dict[str, float]:
    """A peer's side."""
    found: Any = await own("contended", way, stage.dsn(database), CALLERS, stage.count(commands))
    latencies = found["latencies_ms"]
    speed = len(latencies) / found["seconds"]
    return {"commands_per_second": speed, "p99_ms": percentile(latencies, 0.99), "longest_ms": max(latencies)}


async def measure(stage: Stage) -> dict[str, Figure]:
    """P5: rounds of four sides."""
    ours, theirs = await stage.database(), await stage.database(migrated=False)
    acknowledged: list[UUID] = []
    sides: dict[str, list[dict[str, float]]] = {
        "Plenary, one process": [],
        f"Plenary, {PROCESSES} processes": [],
        "a row lock a command": [],
        "read, decide, append, retry": [],
    }
    one, several, locked, retried = sides.values()
    for _ in range(stage.pairs):
        one.append(await rush(stage, ours, 1, acknowledged))
        several.append(await rush(stage, ours, PROCESSES, acknowledged))
        locked.append(await contend(stage, theirs, "lock", LOCKS))
        retried.append(await contend(stage, theirs, "retry", RETRIES))
    checked = await stage.check(ours, acknowledged)
    speed = "commands_per_second"
    retry = [us[speed] / them[speed] for us, them in zip(one, retried, strict=True)]
    lock = [us[speed] / them[speed] for us, them in zip(one, locked, strict=True)]
    p99, least = [run["p99_ms"] for run in several], [run["least_share_percent"] for run in several]
    text = f"""
{CALLERS} callers reserve seats on one conference's stream; a caller sends its next command when the last one's answer
is durable. The peers (`bench/programs/contended.py`) make the same decision and store the same event with one commit
each, over 20 connections: one reads the stream ({stage.count(RETRIES)} commands on a new stream, since every one
reads all before it), decides, appends and tries again when another was faster; one locks the stream's row. Neither
recognises a repeated command.

{times(retry, "≥ 200")} the commands per second of trying again, {times(lock, "≥ 25")} those of a row lock. From
{PROCESSES} processes with {CALLERS // PROCESSES} callers each, the p99 is {sorted(p99)[len(p99) // 2]:,.0f} ms
(target ≤ 50), and the process that got least did {sorted(least)[len(least) // 2]:.0f} % of all (an equal share is
{100 / PROCESSES:.0f} %).

{table(sides)}

Checked from the log afterwards: {checked}.
"""
    ratios = {"retry": retry, "lock": lock, "p99_ms_of_4_processes": p99, "least_share_of_4_processes": least}
    return {"P5": Figure("The hot stream", text, ratios)}
