"""The server as people run it: `plenary serve` as a process of its own, which tests may kill and start again."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.servers import free_port

PATIENCE = 60.0
# A shell that reads from us: when we are gone, however we went, it ends the server.
WATCH = 'read -r _; kill -KILL "$0"'


class ServerProcess:
    """One installation in a folder of its own, on one port."""

    def __init__(self, folder: Path, database: str, **settings: Any) -> None:
        """`settings` by their names, as `grace_seconds=1`; the database is migrated already."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        known = {"port": self.port, "var": folder / "var", "database": database, "gateway": "test", "demo": 1}
        self._env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        self._env |= {f"PLENARY_{name.upper()}": str(value) for name, value in (known | settings).items()}
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "ServerProcess":
        """Start, and wait until it is ready."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("plenary"), "serve"],
                env=self._env, cwd=self._folder, stdout=log, stderr=log,
            )  # fmt: skip
        watch = ["/bin/sh", "-c", WATCH, str(self._process.pid)]
        self._watcher = subprocess.Popen(watch, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        with httpx.Client(trust_env=False, timeout=5) as http:
            while time.monotonic() < deadline and self._process.poll() is None:
                try:
                    if http.get(f"{self.url}/health/ready").status_code == 200:
                        return self
                except httpx.TransportError:
                    time.sleep(0.03)
        self.kill()
        raise RuntimeError(f"the server does not start:\n{self.said()}")

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._watcher.kill()
            self._watcher.communicate()

    def said(self) -> str:
        """What it wrote to its terminal."""
        return (self._folder / "server.log").read_text()
