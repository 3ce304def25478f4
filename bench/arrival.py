"""What it takes to arrive: the bytes of a buyer's first page, and the time from a clone to a server full of seats."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from bench.machine import ROOT
from bench.page import Figure
from bench.stage import Stage
from plenary.seed import SLUG
from tests.servers import free_port

PRETIX_INSTALL, PRETIX_MIGRATE = 48, 96
"""Seconds that pretix 2026.8 took to install and to migrate."""
PATIENCE = 600


async def size(_: Stage) -> dict[str, Figure]:
    """P12: the check that the test suite has, too."""
    command: list[str | Path] = [ROOT / ".ci" / "frontend", "run", "size"]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    kilobytes = float(done.stdout.strip().splitlines()[-1].split()[0])
    text = f"""
JavaScript and styles that a buyer's browser loads to choose seats, say who and pay: **{kilobytes:.1f} kB** gzipped
(target ≤ 45 kB of JavaScript). `make test` fails when it is more. A size, not a time, and the same on every machine.

```
{done.stdout.rstrip()}
```
"""
    return {"P12": Figure("A buyer's first page", text, {"kilobytes": kilobytes})}


def demo(folder: Path) -> dict[str, float]:
    """Seconds from the start of a clone until it is there, and until a seeded conference is served from it."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PLENARY_", "VIRTUAL_ENV"))
    }
    port, began = free_port(), time.perf_counter()
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, folder], check=True)
    cloned = time.perf_counter() - began
    with (folder.parent / "said").open("wb") as said:
        process = subprocess.Popen(
            ["make", "demo"], cwd=folder, env={**environment, "PLENARY_PORT": str(port)},
            stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    try:
        while time.perf_counter() - began < PATIENCE:
            if process.poll() is not None:
                raise RuntimeError((folder.parent / "said").read_text()[-3000:])
            try:
                with urlopen(f"http://127.0.0.1:{port}/c/{SLUG}", timeout=5) as page:
                    if page.status == 200:
                        return {"cloned": cloned, "served": time.perf_counter() - began}
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the demo is not served")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


async def clone(_: Stage) -> dict[str, Figure]:
    """P13: once, of what is committed here."""
    with TemporaryDirectory(prefix="plenary-clone-") as folder:
        found = await asyncio.to_thread(demo, Path(folder) / "clone")
    text = f"""
From `git clone` to a seeded conference that answers over HTTP, by `make demo` alone, with the caches of pip and npm
warm: **{found["served"]:.0f} s** (target ≤ 60), {found["cloned"]:.1f} s of it the clone. One process, no other
service. It installs the packages for the tests, too. Run once.

What we compare with was **recorded elsewhere, on two cores like ours, and not run here**: pretix 2026.8 takes
{PRETIX_INSTALL} s to install and {PRETIX_MIGRATE} s to migrate, and then wants Redis, Celery, a cron job and nginx,
each set up by hand.
"""
    recorded = (PRETIX_INSTALL + PRETIX_MIGRATE) / found["served"]
    return {"P13": Figure("From clone to served", text, {"seconds": found["served"], "recorded": recorded})}
