"""Replay: a long log read into objects, and every view made anew from it."""

from typing import Any

from bench import peers
from bench.fill import affordable, fill
from bench.page import Figure, table
from bench.programs.run import eventsourcing, own, run
from bench.stage import Stage

EVENTS = 1_000_000
PROJECTED = 60_000


async def measure(stage: Stage) -> dict[str, Figure]:
    """P6: one pair; filling is most of its time."""
    ours, theirs = await stage.database(), await stage.database(migrated=False)
    events = await fill(stage, ours, affordable(stage, stage.count(EVENTS)))
    url = stage.postgres.url(ours)
    read: Any = await own("replay", "read", url)
    rebuilt: Any = await own("replay", "rebuild", url)
    checked = await stage.check(ours)
    program, projected = peers.PEERS / "projection.py", min(events, stage.count(PROJECTED))
    peer = await run(
        peers.python(), program, str(events), str(projected), environment=eventsourcing(stage.postgres.url(theirs))
    )
    for database in (ours, theirs):
        await stage.drop(database)
    reading = read["events_per_second"] / peer["read_per_second"]
    rebuilding = rebuilt["events_per_second"] / peer["project_per_second"]
    names = ("read_events_per_second", "projected_events_per_second")
    speeds = {
        "Plenary": (read["events_per_second"], rebuilt["events_per_second"]),
        "eventsourcing": (peer["read_per_second"], peer["project_per_second"]),
    }
    sides = {side: [dict(zip(names, both, strict=True))] for side, both in speeds.items()}
    text = f"""
{events:,} events, filled in by COPY under the log's constraints, of orders for many conferences. One pair. *Read*:
all of them from the database into event objects, {1_000:,} a page. *Project*: every view (catalogue, availability,
orders) folded by its follower from the beginning of the log into emptied tables, all three at once, in one process.
The peer is `eventsourcing` (`bench/peers/projection.py`) on {peer["events"]:,} events of its own: the same page size
through its recorder and mapper, and its projection runner with one view of one row an order; the runner was stopped
after {projected:,} events, since its speed does not depend on how many follow.

**{reading:.2f}×** the events read per second (target ≥ 3), **{rebuilding:.2f}×** the events projected per second
(target ≥ 10).

{table(sides)}

Checked from the log afterwards: {checked}.
"""
    return {"P6": Figure("Replay", text, {"read": reading, "rebuild": rebuilding})}
