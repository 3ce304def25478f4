"""The doorbell: tells every process that the log grew. It carries no events; a ring that gets lost costs milliseconds.

Broadcaster brings the ring to other processes (Redis), or around this one (memory). Nobody depends on it: every process
looks at the log by itself a few times a second.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from broadcaster import Broadcast

CHANNEL: Final = "plenary:log"
RECONNECT: Final = 1.0
HEARTBEAT: Final = 1.0
log = logging.getLogger(__name__)


class Doorbell:
    """One channel, one subscription a process, at most one ring in flight."""

    def __init__(self, url: str = "memory://") -> None:
        """`url`: "memory://" or "redis://host:port"."""
        self._url = url
        self._rung = asyncio.Event()
        self._head = 0

    def ring(self, head: int) -> None:
        """The log has grown to this position; rings that pile up become one."""
        self._head = max(self._head, head)
        self._rung.set()

    async def run(self, heard: Callable[[], None]) -> None:
        """Ring and listen for ever; `heard` is called for every ring. A lost connection is made again."""
        while True:
            try:
                async with Broadcast(self._url) as broadcast:
                    await self._connected(broadcast, heard)
            except Exception as broken:
                log.warning("the doorbell is out of order, looking at the log by the clock: %s", type(broken).__name__)
            await asyncio.sleep(RECONNECT)

    async def _connected(self, broadcast: Broadcast, heard: Callable[[], None]) -> None:
        """Both directions of one connection; ends with an error as soon as one of them does not work any more."""
        both = [asyncio.create_task(part) for part in (self._publish(broadcast), self._listen(broadcast, heard))]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            for part in both:
                part.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _publish(self, broadcast: Broadcast) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await self._rung.wait()
            message = str(self._head) if self._rung.is_set() else ""
            self._rung.clear()
            await broadcast.publish(CHANNEL, message)

    async def _listen(self, broadcast: Broadcast, heard: Callable[[], None]) -> None:
        """A broken subscription is silent, not an error: so everybody rings, if only to say that they are there."""
        async with broadcast.subscribe(CHANNEL) as rings:
            while True:
                async with asyncio.timeout(3 * HEARTBEAT):
                    ring = await rings.get()
                if ring.message:
                    heard()
