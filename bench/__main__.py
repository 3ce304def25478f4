"""`make bench` and `make bench-long`: measure, check, and write docs/benchmarks.md.

    python -m bench [--long] [--small] [P1 P4 …]

Figures may be named to measure these alone. `--small` tries them with small counts, prints them and writes nothing.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from bench import (
    appending,
    arrival,
    fan_out,
    flash_sale,
    full_order,
    growth,
    hot_stream,
    lists,
    memory,
    painting,
    processes,
    query_peers,
    replay,
)
from bench.machine import ROOT
from bench.page import Figure, write
from bench.stage import Stage, stage

Measure = Callable[[Stage], Coroutine[Any, Any, dict[str, Figure]]]
SHORT: dict[str, Measure] = {
    "P1": flash_sale.measure,
    "P4": appending.measure,
    "P5": hot_stream.measure,
    "P8": query_peers.measure,
    "P9": fan_out.measure,
    "P11": memory.measure,
    "P12": arrival.size,
}
LONG: dict[str, Measure] = {
    "P2": processes.measure,
    "P3": full_order.measure,
    "P6": replay.measure,
    "P7": growth.measure,
    "P10": painting.measure,
    "P13": arrival.clone,
    "P14": lists.measure,
}


def chosen(long: bool, names: list[str]) -> dict[str, Measure]:
    """What is to be measured: the figures that are named, else those of the short or the long run."""
    if unknown := set(names) - SHORT.keys() - LONG.keys():
        raise SystemExit(f"no figure is called {', '.join(sorted(unknown))}")
    return {name: (SHORT | LONG)[name] for name in names} if names else LONG if long else SHORT


def main() -> None:
    """Measure one figure after the other, each kept as soon as it is there; exits with 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--long", action="store_true", help="the figures that take long")
    parser.add_argument("--small", action="store_true", help="try them with small counts, and write nothing")
    parser.add_argument("figures", nargs="*", metavar="P1", help="these alone")
    asked = parser.parse_args()
    failed: list[str] = []
    with stage(asked.small) as place:
        print(place.machine, flush=True)
        for name, measure in chosen(asked.long, asked.figures).items():
            print(f"==> {name}", flush=True)
            began = time.perf_counter()
            try:
                found = asyncio.run(measure(place))
            except Exception as problem:
                failed.append(name)
                print(f"    failed: {type(problem).__name__}: {problem}", flush=True)
                continue
            for figure in found.values():
                print(figure.text, flush=True)
            print(f"    after {time.perf_counter() - began:.0f} s", flush=True)
            if not asked.small:
                command = "make bench-long" if name in LONG else "make bench"
                day = datetime.now(UTC).date()
                write(ROOT / "docs", found, machine=place.machine, command=command, day=day)
    if failed:
        raise SystemExit(f"Not measured, and left as they were: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
