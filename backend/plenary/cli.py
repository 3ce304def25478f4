"""The command line: `plenary serve`, `work`, `migrate` and all others. What goes wrong is told in one sentence."""

import argparse
import asyncio
import contextlib
import errno
import fcntl
import gc
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn

import asyncpg
import sqlalchemy as sa
import uvicorn

from plenary.access.secrets import Secrets
from plenary.app import FORGET, LOOKS, RESUME, build
from plenary.engine.clock import HandClock
from plenary.engine.followers import BookmarkAhead
from plenary.engine.tail import LogHasGap
from plenary.engine.work import NoBookmark
from plenary.migrations import is_newest, migrate
from plenary.operations import logs
from plenary.operations.commands import Failed, do_doctor, do_erase, do_rebuild, do_resume, do_work
from plenary.operations.doctor import somebody_works
from plenary.seed import BOUGHT, CONFERENCE_ID, OWNER_EMAIL, SLUG, Seed
from plenary.settings import Settings, WrongSetting

COLLECT_AFTER: Final = (50_000, 200, 10)
"""Allocations, and rounds, after which garbage is looked for; seldom among what stayed, for that stops everything."""
DIED: Final = 70
"""The exit code of a server of which a part died (EX_SOFTWARE): whoever supervises it starts it again."""
KEEP_ALIVE: Final = 75
"""Seconds that an idle connection is kept: longer than proxies do, who must not ask while it is being closed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command of the line."""
    parser = argparse.ArgumentParser(prog="plenary", description="Conference booking where every seat has a history.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="serve the API and the pages, and do a share of the background work")
    serving.add_argument("--without-work", action="store_true", help="leave the background work to other processes")
    commands.add_parser("work", help="do a share of the background work, and serve nothing")
    commands.add_parser("migrate", help="bring the database to the newest shape")
    commands.add_parser("seed", help="book a conference to show, by commands; once, however often it is asked")
    commands.add_parser("demo", help="migrate, seed and serve, and print where to look")
    rebuilding = commands.add_parser(
        "rebuild", help="fold a view anew from the log, and put it in place of the old one"
    )
    rebuilding.add_argument("view", help="its name, as `plenary doctor` shows it")
    erasing = commands.add_parser("erase", help="make everything about a person unreadable for good")
    erasing.add_argument("email", help="the person's address")
    resuming = commands.add_parser("resume", help="try again what a follower has put aside")
    resuming.add_argument("follower", help="its name, as `plenary doctor` shows it")
    resuming.add_argument("stream", nargs="?", help="only this stream")
    doctor = commands.add_parser("doctor", help="look at everything that can be wrong, and say what to do")
    doctor.add_argument("--begin", metavar="NAME=POSITION", help="set the bookmark of a follower that has none")
    said = parser.parse_args(arguments)
    try:
        settings = Settings.from_env()
    except WrongSetting as wrong:
        fail(str(wrong))
    logs.set_up(settings.log)
    collect_rarely()
    try:
        run(said, settings)
    except Failed as why:
        fail(str(why))
    except KeyboardInterrupt:
        print("\nStopped; everything is kept.", flush=True)


def run(said: argparse.Namespace, settings: Settings) -> None:
    """Carry out one command."""
    command = said.command
    beside = command in ("doctor", "resume")  # these harm nobody who runs
    with contextlib.nullcontext() if beside else only_process(settings):
        listening = _listen(settings) if command in ("serve", "demo") else None
        asyncio.run(prepare(settings, bring_up=command in ("migrate", "demo")))
        if command in ("seed", "demo"):
            asyncio.run(seed(settings))
        if listening is not None:
            serve(settings, listening, show=command == "demo", work=command == "demo" or not said.without_work)
        elif command not in ("seed", "migrate"):
            asyncio.run(operate(said, settings))


async def operate(said: argparse.Namespace, settings: Settings) -> None:
    """Carry out an operator's command."""
    house = build(settings)
    engine, well = house.engine, True
    try:
        match said.command:
            case "work":
                await do_work(house.running, lambda text: print(text, flush=True), _end_loudly)
            case "rebuild":
                await do_rebuild(engine, said.view, _write)
            case "erase":
                await do_erase(engine, said.email, FORGET, _write, _end_loudly)
            case "resume":
                await do_resume(engine, said.follower, said.stream, RESUME, print)
            case "doctor":
                well = await do_doctor(engine, settings.redis, said.begin, LOOKS, print)
    finally:
        await house.close()
    if not well:
        raise SystemExit(1)


def _write(text: str) -> None:
    print(text, end="", flush=True)


def collect_rarely() -> None:
    """Look for garbage less often, and not in what exists already: events and rows live long and hold no cycles."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def step(text: str) -> None:
    """Tell what is being done."""
    print(f"▸ {text}", flush=True)


def fail(sentence: str) -> NoReturn:
    """End with one sentence about why."""
    print(f"plenary: {sentence}", file=sys.stderr)
    raise SystemExit(2)


@contextlib.contextmanager
def only_process(settings: Settings) -> Iterator[None]:
    """An SQLite database belongs to one process; a second one is told so and refused."""
    url = sa.make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    path = Path(f"{url.database}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail(f"{url.database} is in use: Plenary runs already. SQLite is for one process, PostgreSQL for several.")
        yield


async def prepare(settings: Settings, *, bring_up: bool) -> None:
    """See that the database can be reached and is in its newest shape; `bring_up` brings it there."""
    try:
        if bring_up:
            step("Database: bringing it to the newest shape")
            await migrate(settings.database)
        elif not await is_newest(settings.database):
            fail("the database is not in its newest shape; run `plenary migrate` first.")
    except (OSError, sa.exc.DBAPIError, asyncpg.PostgresError) as broken:
        where = sa.make_url(settings.database).render_as_string(hide_password=True)
        why = (str(broken) or type(broken).__name__).splitlines()[0]
        fail(f"the database at {where} cannot be used: {why}")


async def seed(settings: Settings) -> None:
    """Plant the seed, unless it stands already."""
    clock = HandClock(datetime.now(UTC) - timedelta(hours=10 * len(BOUGHT)))
    house = build(settings, clock)
    planting = Seed(house.engine, Secrets(settings.secret), clock, datetime.now(UTC).date())
    try:
        if not house.engine.database.is_sqlite and await somebody_works(house.engine):
            fail("Plenary is at work on this database; seed it before.")  # the seed's orders are of yesterday
        async with house.engine.running(died=_end_loudly):
            if await planting.is_planted():
                step("Seed: the conference to show is there already")
                return
            await planting.plant(lambda doing: print(f"\r▸ Seed: {doing:<40}", end="", flush=True))
            print(flush=True)
    finally:
        await house.engine.close()


class _Server(uvicorn.Server):
    """A server that says where it is as soon as it is there."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def serve(settings: Settings, listening: socket.socket, *, show: bool, work: bool) -> None:
    """Serve until told to stop; exits with 70 when a part of the engine dies."""
    house = build(settings, died=_end_loudly, work=work)
    config = uvicorn.Config(
        house.web,
        log_config=None,  # it writes where everybody writes
        log_level="warning",
        access_log=False,  # it would be written for every request, only to be dropped
        lifespan="on",
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ws_max_size=65_536,
        ws_per_message_deflate=settings.deflate,
    )
    _Server(config, lambda: _tell(settings, show)).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    """A socket at the address of the settings; a port that is taken is told in one sentence."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as wrong:
        if wrong.errno == errno.EADDRINUSE:
            fail(f"port {settings.port} is taken by another program; choose one with PLENARY_PORT=8001.")
        fail(f"cannot listen on {settings.host}:{settings.port}: {wrong.strerror}.")
    return listening


def _tell(settings: Settings, show: bool) -> None:
    if not show:
        print(f"Plenary is at {settings.url}", flush=True)
        return
    code = Secrets(settings.secret).access_code(CONFERENCE_ID)
    print(
        f"""
  Buy       {settings.url}/c/{SLUG}
  Organize  {settings.url}/organize    {OWNER_EMAIL}, access code {code}
  Watch     {settings.url}/watch/{SLUG}
  Mailbox   {settings.url}/mailbox

Ctrl+C stops; started again, everything is still there.
""",
        flush=True,
    )


def _end_loudly(cause: BaseException) -> None:
    """A part of the engine died: end this process at once, so that nobody is served by half of it."""
    why = str(cause) if isinstance(cause, BookmarkAhead | NoBookmark | LogHasGap) else type(cause).__name__
    print(f"plenary: a part of the engine died ({why}), ending.", file=sys.stderr, flush=True)
    os._exit(DIED)


if __name__ == "__main__":
    main()
