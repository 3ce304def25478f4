"""A line to PostgreSQL that breaks: it delivers what is said, and hangs up before the answer comes back."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Breaking:
    """A proxy on a port of its own, in front of a server on this machine."""

    def __init__(self, target: int, chance: random.Random, share: float) -> None:
        """`share` of the answers are lost, together with their connection, while it `breaks`."""
        self._target, self._chance, self._share = target, chance, share
        self.breaks = False
        self.broken = 0
        self.port = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Breaking"]:
        """Take connections."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection("127.0.0.1", self._target)
        said = asyncio.create_task(self._pass_on(reader, to_there))
        with suppress(OSError):
            while data := await there.read(65536):
                if self.breaks and self._chance.random() < self._share:
                    self.broken += 1
                    break
                writer.write(data)
                await writer.drain()
        said.cancel()
        for end in (writer, to_there):
            end.close()

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()
