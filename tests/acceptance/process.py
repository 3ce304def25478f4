"""Plenary as people run it: processes of their own, which tests may kill, pause and start again."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.servers import free_port

PLENARY = Path(sys.executable).with_name("plenary")
PATIENCE = 60.0
SECRETS = {"secret": "a secret of thirty-two characters", "key": b"k".hex() * 32}
# A shell that reads from us: when we are gone, however we went, it ends the process.
WATCH = 'read -r _; kill -KILL "$0"'


class ServerProcess:
    """`plenary serve`, `plenary serve --without-work` or `plenary work`, one of an installation's processes."""

    def __init__(
        self, folder: Path, database: str, *command: str, environment: dict[str, str] | None = None, **settings: Any
    ) -> None:
        """`settings` by their names, as `grace_seconds=1`; the database is migrated already. `command`: serve."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = command or ("serve",)
        known = {"port": self.port, "var": folder / "var", "database": database, "gateway": "test", "demo": 1}
        self._env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"} | (environment or {})
        self._env |= {f"PLENARY_{name.upper()}": str(value) for name, value in (known | SECRETS | settings).items()}
        self._folder, self._log = folder, folder / f"{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "ServerProcess":
        """Start, and wait until it is ready."""
        deadline, before = time.monotonic() + PATIENCE, len(self.said())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [PLENARY, *self._command],
                env=self._env, cwd=self._folder, stdout=log, stderr=log,
            )  # fmt: skip
        watch = ["/bin/sh", "-c", WATCH, str(self._process.pid)]
        self._watcher = subprocess.Popen(watch, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.status("ready") == 200 if "serve" in self._command else "at work" in self.said()[before:]:
                return self
            time.sleep(0.03)
        self.kill()
        raise RuntimeError(f"the process does not start:\n{self.said()}")

    def run(self, *command: str) -> str:
        """Carry out another command of the same installation; what it said."""
        done = subprocess.run(
            [PLENARY, *command], env=self._env, cwd=self._folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def status(self, health: str) -> int:
        """The status of /health/live or /health/ready; 0 where nobody answers."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            try:
                connection.request("GET", f"/health/{health}")
                return connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0

    @property
    def is_alive(self) -> bool:
        """Whether it runs, paused or not, and was not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it politely."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Let it stand still, as a machine does that is overloaded or moved."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After a pause."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise
            finally:
                self._process = None
                self._watcher.kill()
                self._watcher.communicate()

    def said(self) -> str:
        """What it wrote to its terminal."""
        return self._log.read_text() if self._log.exists() else ""
