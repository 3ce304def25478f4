"""docs/benchmarks.md: made from docs/benchmarks.json, where every figure keeps the last thing that was measured."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from pathlib import Path
from statistics import median
from textwrap import TextWrapper
from typing import Any

BY_HAND = "\n## Where the time goes"
LINES = TextWrapper(120, break_long_words=False, break_on_hyphens=False)
HEAD = """# Benchmarks

Written by `make bench` and `make bench-long`; each section says by which of them, when, and on which machine of the
list below. Every figure is a ratio of two programs run in turn, in one run, on one machine, durable commits on; medians
of five pairs unless it says otherwise. Only the ratios mean something. Every run that writes ends with a look at its
log: positions without a gap, seats recounted, every acknowledged command stored once, every placed order ended or
timed; a run that breaks one of these fails, whatever its speed.
"""


@dataclass(frozen=True)
class Figure:
    """One section of the page: what was measured in prose, with its numbers. `ratios` are for programs to read."""

    title: str
    text: str
    ratios: Mapping[str, float | Sequence[float]] = field(default_factory=dict)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all values does not exceed: always one that was measured."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def times(ratios: Sequence[float], target: str) -> str:
    """The median of the ratios of pairs, the pairs themselves and what was hoped for: `**0.63×** …`."""
    pairs = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    return f"**{median(ratios):.2f}×** (pairs: {pairs}; target {target})"


def table(sides: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Medians over the runs of each side, one line a side; a number that a side does not have stays empty."""
    names = list(dict.fromkeys(name for runs in sides.values() for name in runs[0]))
    lines = ["| | " + " | ".join(name.replace("_", " ") for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    for side, runs in sides.items():
        cells = (f"{median(run[name] for run in runs):,.1f}" if name in runs[0] else "" for name in names)
        lines.append(f"| {side} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def wrapped(text: str) -> str:
    """Prose in lines of 120; tables and what stands between fences as they are."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(p if p.startswith(("|", "```")) else LINES.fill(p) for p in paragraphs)


def keep(
    kept: Mapping[str, Any], measured: Mapping[str, Figure], *, machine: str, command: str, day: date
) -> dict[str, Any]:
    """What is kept after a run: the new figures, and those that it did not measure as they were."""
    new = {
        key: {
            "title": figure.title,
            "day": day.isoformat(),
            "command": command,
            "machine": machine,
            "ratios": dict(figure.ratios),
            "text": figure.text,
        }
        for key, figure in measured.items()
    }
    return dict(sorted({**kept, **new}.items(), key=lambda item: (len(item[0].rstrip("b")), item[0])))


def render(kept: Mapping[str, Any], by_hand: str) -> str:
    """The page. `by_hand` is what people wrote below, from its heading on."""
    machines = list(dict.fromkeys(section["machine"] for section in kept.values()))
    parts = [HEAD, *(f"Machine {number}: {machine}\n" for number, machine in enumerate(machines, 1))]
    for key, section in kept.items():
        origin = f"{key}, `{section['command']}` of {section['day']}, machine {machines.index(section['machine']) + 1}."
        parts.append(f"## {section['title']}\n\n{wrapped(section['text'])}\n\n*{origin}*\n")
    return "\n".join(parts) + by_hand


def write(folder: Path, measured: Mapping[str, Figure], *, machine: str, command: str, day: date) -> None:
    """Keep the new figures in benchmarks.json and write benchmarks.md anew, with what was added by hand below."""
    data, page = folder / "benchmarks.json", folder / "benchmarks.md"
    kept = json.loads(data.read_text()) if data.exists() else {}
    kept = keep(kept, measured, machine=machine, command=command, day=day)
    data.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    by_hand = "".join(page.read_text().partition(BY_HAND)[1:]) if page.exists() else ""
    page.write_text(render(kept, by_hand))
