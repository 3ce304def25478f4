"""`make bench`: measures, checks, and writes docs/benchmarks.md."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench import fan_out, flash_sale
from bench.machine import ROOT, describe, fsync_cost
from plenary.migrations import migrate
from tests.servers import start_postgres

PAGE = ROOT / "docs" / "benchmarks.md"


def table(rows: Sequence[tuple[str, Sequence[dict[str, float]]]]) -> str:
    """Medians, one line a side."""
    names = [name for name in rows[0][1][0] if name != "resident_kb"]  # only a first run starts with no memory at hand
    lines = ["| | " + " | ".join(name.replace("_", " ") for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    for side, runs in rows:
        medians = (median(run[name] for run in runs) for name in names)
        lines.append(f"| {side} | " + " | ".join(f"{value:,.1f}" for value in medians) + " |")
    return "\n".join(lines)


async def measure() -> str:
    """Everything, one after the other; the page."""
    postgres = start_postgres(durable=True)
    try:
        machine = describe(fsync_cost(postgres.folder))
        for name in ("sale", "crud", "watch"):
            await execute(postgres, f"CREATE DATABASE {name}")
        for name in ("sale", "watch"):
            await migrate(postgres.url(name))
        print("A flash sale", flush=True)
        sale = await flash_sale.measure(postgres, ("sale", "crud"))
        print(f"  {sale['ratio']:.2f}× CRUD", flush=True)
        print("Fan-out", flush=True)
        watch = await fan_out.measure(postgres, "watch")
        print(f"  {watch['cpu_ratio']:.2f}× the CPU of raw sockets", flush=True)
    finally:
        postgres.discard()
    return page(machine, sale, watch)


async def execute(postgres: Any, statement: str) -> None:
    """One statement on the server."""
    import asyncpg

    connection = await asyncpg.connect(postgres.url().replace("+asyncpg", ""))
    await connection.execute(statement)
    await connection.close()


def page(machine: str, sale: dict[str, Any], watch: dict[str, Any]) -> str:
    """What docs/benchmarks.md says."""
    facts = {
        "day": datetime.now(UTC).date(),
        "machine": machine,
        "pairs": len(sale["ours"]),
        "sale": f"{sale['ratio']:.2f}",
        "sale_pairs": ", ".join(map(str, sale["ratios"])),
        "sale_table": table([("Plenary", sale["ours"]), ("CRUD by hand", sale["theirs"])]),
        "checked": sale["checked"],
        "watch": f"{watch['cpu_ratio']:.2f}",
        "watch_pairs": ", ".join(map(str, watch["cpu_ratios"])),
        "watch_time": f"{watch['time_ratio']:.2f}",
        "watch_memory": f"{watch['memory_ratio']:.2f}",
        "watch_table": table([("Plenary", watch["ours"]), ("raw sockets", watch["theirs"])]),
        "bytes": watch["bytes"],
        "clients": flash_sale.CLIENTS,
        "orders": f"{flash_sale.ORDERS:,}",
        "watchers": f"{fan_out.WATCHERS:,}",
    }
    return (ROOT / "bench" / "page.md").read_text().format(**facts)


def main() -> None:
    """Measure and write; the part by hand below the line of the page is kept."""
    written = asyncio.run(measure())
    kept = PAGE.read_text().partition("\n## Where the time goes")[1:] if PAGE.exists() else ("", "")
    PAGE.write_text(written + "".join(kept))
    print(f"written to {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
