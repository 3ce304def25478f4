"""A real server inside the tests: the whole house behind uvicorn in a thread of its own, with a clock moved by hand."""

import asyncio
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import uvicorn
import uvloop

from plenary import app
from plenary.cli import KEEP_ALIVE
from plenary.engine.clock import HandClock
from plenary.settings import Settings
from tests.acceptance.driver import Driver
from tests.servers import free_port

FOLLOWERS = (*(view.name for view in app.VIEWS), *(process.name for process in app.PROCESSES), "mail", "cashier")
PATIENCE = 60.0


def settings(database: str, port: int, **other: Any) -> Settings:
    """Settings of a server for tests: the test gateway, an open mailbox, secrets that everybody may know."""
    known: dict[str, Any] = {
        "secret": b"a secret of thirty-two characters",
        "key": b"k" * 32,
        "gateway": ("test",),
        "demo": True,
    }
    return Settings(port=port, url=f"http://127.0.0.1:{port}", database=database, **(known | other))


class Served:
    """A served house."""

    def __init__(self, database: str, **other: Any) -> None:
        """On a migrated database; with `other` settings."""
        self.clock = HandClock(datetime.now(UTC))
        self._works = True
        self._settings = settings(database, free_port(), **other)
        self._died: BaseException | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._settings.url

    def start(self) -> "Served":
        """Serve."""
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE), "the server does not start"
        self.check()
        return self

    def stop(self) -> None:
        """Stop serving. Raises what its engine died of."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(PATIENCE)
        self.check()

    async def restart(self, at_work: bool = True) -> None:
        """Stop serving and start again. Not `at_work` it takes commands, but nothing follows from them."""
        await asyncio.to_thread(self.stop)
        self._works = at_work
        await asyncio.to_thread(self.start)

    def check(self) -> None:
        """Raises what its engine died of, if it did."""
        if self._died is not None:
            raise self._died

    def driver(self) -> Driver:
        """People for one play on this server."""
        return Driver(self.url, pass_time=self.clock.advance, at_rest=self.at_rest)

    async def at_rest(self) -> None:
        """Return when nothing is left to be done by itself."""
        await self._there(self._at_rest())

    async def head(self) -> int:
        """The position of the newest event."""
        return int(await self._there(self.house.engine.log.head()))

    # ---- in the server's thread

    async def _there(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _run(self) -> None:
        try:
            uvloop.run(self._serve())
        except BaseException as error:  # the test is told
            self._died = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.house = app.build(self._settings, self.clock)
        # The engine is run from here instead of by the web application, so that it can be told not to work.
        port = self._settings.port
        config = uvicorn.Config(
            self.house.web,
            port=port,
            log_level="warning",
            lifespan="off",
            ws_max_size=65_536,
            timeout_keep_alive=KEEP_ALIVE,
        )
        server = uvicorn.Server(config)
        async with self.house.engine.running(work=self._works, died=self._note):
            serving = asyncio.create_task(server.serve())
            while not server.started and not serving.done():
                await asyncio.sleep(0.01)
            self._ready.set()
            await self._stop.wait()
            server.should_exit = True
            await serving
        await self.house.engine.close()

    def _note(self, error: BaseException) -> None:
        self._died = error

    async def _at_rest(self) -> None:
        engine = self.house.engine
        async with asyncio.timeout(PATIENCE):
            while self._works:
                await engine.until_no_timer_is_due()
                head = await engine.log.head()
                for follower in FOLLOWERS:
                    await engine.until_reached(follower, head)
                if await engine.log.head() == head:
                    return
