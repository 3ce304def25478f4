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
                async with Broadcast(self._url) as broadcast, broadcast.subscribe(CHANNEL) as rings:
                    ringing = asyncio.create_task(self._publish(broadcast))
                    try:
                        async for _ in rings:  # type: ignore[union-attr]  # its stub allows None, the library never gives it
                            heard()
                    finally:
                        ringing.cancel()
                        with suppress(asyncio.CancelledError, Exception):
                            await ringing
            except Exception as broken:
                log.warning("the doorbell is out of order, looking at the log by the clock: %s", type(broken).__name__)
            await asyncio.sleep(RECONNECT)

    async def _publish(self, broadcast: Broadcast) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            await broadcast.publish(CHANNEL, str(self._head))
