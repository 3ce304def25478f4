"""Private servers for tests: a PostgreSQL, a Redis and a PgBouncer on free loopback ports, in folders of their own.

Nothing here reads the environment or touches a server that was running before. Servers can be stopped, killed and
started again; their port and their data stay the same. They end with the tests.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 30.0  # seconds that a server may take to answer or to end, on a crowded machine
# A shell that reads from us: when we are gone, however we went, it ends the server and removes its folder.
WATCH = 'read -r _; kill -KILL "$0"; sleep 1; rm -rf "$1"'


class NoServerError(RuntimeError):
    """A server that the tests need cannot be started here."""


@dataclass
class Server:
    """A server process, to `start`, `stop`, `kill` and `restart`; `discard` ends it for good."""

    name: str
    arguments: list[str]
    folder: Path
    port: int
    user: str | None = None
    polite: signal.Signals = signal.SIGTERM
    hasty: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    watcher: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start and wait until it answers; a crashed predecessor may still be letting go of its memory."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with (self.folder / "server.log").open("ab") as log:
                self.process = subprocess.Popen(
                    self.arguments, stdout=log, stderr=log, cwd=self.folder,
                    user=self.user, group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                    extra_groups=[] if self.user else None, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                )  # fmt: skip
            process = self.process
            while process.poll() is None and time.monotonic() < deadline:
                if self.answers():
                    watch = ["/bin/sh", "-c", WATCH, str(process.pid), str(self.folder)]
                    self.watcher = subprocess.Popen(watch, stdin=subprocess.PIPE)
                    return
                time.sleep(0.01)
            if process.poll() is None or time.monotonic() > deadline:
                self.kill()
                said = (self.folder / "server.log").read_text()[-2000:]
                raise NoServerError(f"{self.name} does not start:\n{said}")

    def answers(self) -> bool:
        """Whether it is ready for clients."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it politely: everything acknowledged is on the disk."""
        self._end(self.polite)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self.watcher is not None:
            self.watcher.kill()
            self.watcher.communicate()
            self.watcher = None
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def discard(self) -> None:
        """End it and remove its folder."""
        self._end(self.hasty)
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres(Server):
    """A PostgreSQL cluster without passwords. `url("name")` is the address of one of its databases."""

    def answers(self) -> bool:
        """Ready when it has written so into its lock file."""
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        return ready and self.process is not None and int(lines[0]) == self.process.pid

    def url(self, database: str = "postgres") -> str:
        """The address of a database, in SQLAlchemy's words."""
        return f"postgresql+asyncpg://plenary@127.0.0.1:{self.port}/{database}"

    def dsn(self, database: str | None = None) -> str:
        """The same in the words of PostgreSQL's own programs."""
        return self.url(database or "postgres").replace("+asyncpg", "")


class Redis(Server):
    """A Redis that keeps nothing on disk."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        """Ready when it answers PING."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


class PgBouncer(Server):
    """A PgBouncer in transaction mode before a PostgreSQL. `url("name")` is the address of one of its databases."""

    def answers(self) -> bool:
        """Ready when it takes connections."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def url(self, database: str = "postgres") -> str:
        """The address of a database, in SQLAlchemy's words."""
        return f"postgresql+asyncpg://plenary@127.0.0.1:{self.port}/{database}"


def start_postgres(durable: bool = False) -> Postgres:
    """A new PostgreSQL: Debian's programs, else those of the pgserver wheel; NoServerError without either.

    `durable`: on the disk and synchronised, for measuring; otherwise in memory where there is room for it.
    """
    programs = postgres_programs()
    user = _service_user() if os.geteuid() == 0 else None
    folder = _folder("postgres", user, in_memory=not durable)
    made = subprocess.run(
        [str(programs / "initdb"), "--pgdata=data", "--username=plenary", "--auth=trust", "--encoding=UTF8",
         "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
        cwd=folder, user=user, extra_groups=[] if user else None, capture_output=True, text=True, check=False,
        group=pwd.getpwnam(user).pw_gid if user else None, env={"PATH": os.defpath},
    )  # fmt: skip
    if made.returncode:
        raise NoServerError(f"PostgreSQL's initdb fails: {made.stderr}")
    port = free_port()
    settings = {
        "port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200",
        "dynamic_shared_memory_type": "mmap",  # in the folder, where nothing is left behind after a kill
        "log_min_messages": "fatal", "timezone": "UTC",
    }  # fmt: skip
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
    arguments = [str(programs / "postgres"), "-D", "data", *(f"--{key}={value}" for key, value in settings.items())]
    server = Postgres("PostgreSQL", arguments, folder, port, user, polite=signal.SIGINT, hasty=signal.SIGQUIT)
    server.start()
    return server


def start_redis() -> Redis:
    """A new Redis; NoServerError where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        raise NoServerError("The tests need redis-server (Debian: apt install redis-server).")
    folder, port = _folder("redis", None, in_memory=True), free_port()
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = Redis("Redis", arguments, folder, port)
    server.start()
    return server


def start_pgbouncer(postgres: Postgres) -> PgBouncer:
    """A new PgBouncer before a PostgreSQL; NoServerError where it is not installed."""
    program = shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin")
    if program is None:
        raise NoServerError("The tests need PgBouncer (Debian: apt install pgbouncer).")
    user = _service_user() if os.geteuid() == 0 else None
    folder, port = _folder("pgbouncer", user, in_memory=True), free_port()
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={postgres.port} user=plenary\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\nmax_client_conn = 500\n"
    )
    server = PgBouncer("PgBouncer", [program, "pgbouncer.ini"], folder, port, user, hasty=signal.SIGKILL)
    server.start()
    return server


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path:
    """The folder of PostgreSQL's programs."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    if debian:
        return debian[-1].parent
    wheel = importlib.util.find_spec("pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise NoServerError("The tests need PostgreSQL (Debian: apt install postgresql; else: pip install pgserver).")


def _service_user() -> str:
    """An account that PostgreSQL agrees to run as; it refuses root."""
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "plenary-tests"], check=True)
        return "plenary-tests"


def _folder(name: str, user: str | None, *, in_memory: bool) -> Path:
    memory = Path("/dev/shm")
    roomy = in_memory and memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    folder = Path(tempfile.mkdtemp(prefix=f"plenary-{name}-", dir=memory if roomy else None))
    if user is not None:
        shutil.chown(folder, user)
    return folder
