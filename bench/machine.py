"""The machine under the figures, and servers to measure on it."""

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.request import urlopen

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Program:
    """A server process that counts its own CPU time."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """User and system time of the process so far, all threads, to the nanosecond (Linux's clock of a process)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def resident_bytes(self) -> int:
        """Memory in use."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """End it politely."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def cpu_of_family(pid: int) -> float:
    """User and system time of a process, of its running children, and of those that it has seen end."""
    families = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    ticks = 0
    for one in (pid, *map(int, families.stdout.split())):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue  # it has just ended, and is among those seen to end a moment later
        ticks += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return ticks / TICK


def start(arguments: Sequence[str], environment: Mapping[str, str], port: int, core: int | None = 0) -> Program:
    """Start a server on a core (None: on any) and wait until its port answers."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
    process = subprocess.Popen(
        [*(() if core is None else ("taskset", "-c", str(core))), *arguments],
        env={**inherited, **environment},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{arguments[0]} ended with {process.returncode}")
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
            return Program(process, port)
        except OSError as answer:
            if hasattr(answer, "code"):  # an HTTP error is an answer, too
                return Program(process, port)
            time.sleep(0.05)
    raise RuntimeError(f"{arguments} does not answer")


def uvicorn(app: str, environment: Mapping[str, str], core: int = 0) -> Program:
    """A peer's ASGI application, served like ours."""
    port = free_port()
    return start(
        [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning", "--no-access-log",
         "--ws-per-message-deflate", "false"],
        environment, port, core,
    )  # fmt: skip


def plenary(environment: Mapping[str, str], core: int | None = 0) -> Program:
    """This house, as an operator starts it."""
    port = free_port()
    settings = {"PLENARY_PORT": str(port), "PLENARY_GATEWAY": "test", **environment}
    return start([sys.executable, "-m", "plenary.cli", "serve"], settings, port, core)


def describe(fsync_microseconds: float) -> str:
    """Processor, memory, versions: what a reader needs to judge the figures."""
    processors = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(":")[2].strip() for line in processors if line.startswith("model name")), "?")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 2**20
    names = ("starlette", "uvicorn", "strawberry-graphql", "sqlalchemy", "asyncpg")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    postgres = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False).stdout.split()[2:3]
    return (
        f"{os.cpu_count()} cores of {cpu or '?'}, {memory} GiB, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, PostgreSQL {(postgres or ['?'])[0]}, {packages}; "
        f"fdatasync of 8 kB: {fsync_microseconds:.0f} µs"
    )


def fsync_cost(folder: Path) -> float:
    """Median microseconds of a durable 8 kB write, the floor under every commit."""
    times = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(b"x" * 8192)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2] * 1e6
