"""Appending: single events, each durable before its caller goes on, with guards and command ids checked."""

import asyncio
import re
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

import asyncpg

from bench import peers
from bench.page import Figure, table, times
from bench.programs.run import eventsourcing, own, run
from bench.stage import Stage

EVENTS, PLAIN_EVENTS, PEER_EVENTS = 30_000, 30_000, 3_000
DATA = '{"order_id":"00000000-0000-4000-8000-000000000015","revision":1,"granted":[{"quantity":1}],"total":19900}'
SCHEMA = "CREATE TABLE plain (id bigserial PRIMARY KEY, stream uuid NOT NULL, data text NOT NULL)"
INSERT = f"INSERT INTO plain (stream, data) VALUES (gen_random_uuid(), '{DATA}');"


async def pgbench(stage: Stage, database: str, events: int) -> float:
    """Plain inserts a second, 16 clients, one commit each."""
    with NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(INSERT)
        script.flush()
        program = str(Path(stage.postgres.arguments[0]).with_name("pgbench"))
        each = str(max(1, events // 16))
        arguments = [program, "-n", "-c", "16", "-j", "1", "-M", "prepared", "-t", each, "-f", script.name]
        done = await asyncio.to_thread(
            subprocess.run, [*arguments, stage.dsn(database)], capture_output=True, text=True, check=True
        )
    found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    assert found, done.stdout
    return float(found[1])


async def measure(stage: Stage) -> dict[str, Figure]:
    """P4: five rounds of four sides."""
    ours, plain, theirs = await stage.database(), await stage.database(False), await stage.database(False)
    interpreter, recorder = peers.python(), Path(peers.PEERS / "recorder.py")
    connection = await asyncpg.connect(stage.dsn(plain))
    await connection.execute(SCHEMA)
    await connection.close()
    acknowledged: list[UUID] = []
    rounds: list[dict[str, float]] = []
    for _ in range(stage.pairs):
        speeds: dict[str, float] = {}
        for callers in (64, 256):
            said: Any = await own("append", stage.postgres.url(ours), callers, stage.count(EVENTS), DATA)
            acknowledged += map(UUID, said["acknowledged"])
            speeds[f"Plenary, {callers} callers"] = said["per_second"]
        speeds["pgbench, 16 clients"] = await pgbench(stage, plain, stage.count(PLAIN_EVENTS))
        environment = eventsourcing(stage.postgres.url(theirs))
        said = await run(interpreter, recorder, str(stage.count(PEER_EVENTS)), DATA, environment=environment)
        speeds["eventsourcing, 16 threads"] = said["per_second"]
        rounds.append(speeds)
    checked = await stage.check(ours, acknowledged)
    few, many, bare, peer = ([speeds[side] for speeds in rounds] for side in rounds[0])
    library = [x / y for x, y in zip(few, peer, strict=True)]
    insert = [x / y for x, y in zip(few, bare, strict=True)]
    crowd = [x / y for x, y in zip(many, bare, strict=True)]
    text = f"""
Single events, each durable before its caller goes on: a stream of its own, another stream guarded, the command's id
checked and stored. Callers wait in one process for `GroupCommit` over `PostgresLog`. Against the PostgreSQL recorder
of `eventsourcing` (`bench/peers/recorder.py`; BSD-3-Clause, as its documentation sets it up, a pool as large as its
threads), which checks an event's version only; and against `pgbench` with one plain `INSERT` a commit, no index but
the key, which checks nothing.

With 64 callers {times(library, "≥ 20")} the events per second of `eventsourcing`, and {times(insert, "≥ 1.2")} those
of plain inserts; with 256 callers {times(crowd, "≥ 1.5")} those of plain inserts.

{table({side: [{"events_per_second": speeds[side]} for speeds in rounds] for side in rounds[0]})}

Checked from the log afterwards: {checked}.
"""
    ratios = {"eventsourcing": library, "insert": insert, "insert_256": crowd}
    return {"P4": Figure("Appending", text, ratios)}
