"""A thousand cheap WebSocket clients: enough of RFC 6455 to subscribe and to count what arrives."""

import asyncio
import base64
import os

import orjson


class Watcher(asyncio.Protocol):
    """One connection; `seen` counts text frames, `last` is the newest one's payload."""

    def __init__(self, port: int, subscribe: bytes, greeted: bool = True) -> None:
        """`subscribe`: a client frame's JSON, sent after `connection_ack` ("" sends nothing at all).

        `greeted`: whether the server answers a subscription with the present state at once.
        """
        self._port, self._subscribe, self._greeted = port, subscribe, greeted
        self._buffer = bytearray()
        self._upgraded = False
        self.seen = 0
        self.last = b""
        self.ready = asyncio.get_running_loop().create_future()
        self.changed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take frames apart."""
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            assert b" 101 " in self._buffer[:end], bytes(self._buffer[:end])
            del self._buffer[: end + 4]
            self._upgraded = True
            if self._subscribe:
                self._send(b'{"type":"connection_init"}')
            else:
                self.ready.set_result(None)
        while (frame := self._next()) is not None:
            self._take(frame)

    def _next(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4], "big"), 4
        if len(buffer) < start + length:
            return None
        opcode, payload = buffer[0] & 15, bytes(buffer[start : start + length])
        del buffer[: start + length]
        return payload if opcode == 1 else b""

    def _take(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"connection_ack"'):
            self._send(self._subscribe)
            if not self._greeted:
                self.ready.set_result(None)
            return
        if not payload:
            return
        self.seen += 1
        self.last = payload
        if not self.ready.done():
            self.ready.set_result(None)
        self.changed.set()

    def _send(self, text: bytes) -> None:
        mask = os.urandom(4)
        length = bytes([128 | len(text)]) if len(text) < 126 else bytes([254]) + len(text).to_bytes(2, "big")
        self._transport.write(b"\x81" + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))

    def close(self) -> None:
        """Leave."""
        self._transport.close()


async def gather(port: int, count: int, subscribe: bytes, greeted: bool = True) -> list[Watcher]:
    """That many watchers, all subscribed and, where the server does so, answered once."""
    loop = asyncio.get_running_loop()
    watchers: list[Watcher] = []
    for start in range(0, count, 50):
        some = [Watcher(port, subscribe, greeted) for _ in range(min(50, count - start))]
        for watcher in some:
            await loop.create_connection(lambda watcher=watcher: watcher, "127.0.0.1", port)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        await asyncio.gather(*(watcher.ready for watcher in some))
        watchers += some
    return watchers


def subscription(query: str, variables: dict[str, str]) -> bytes:
    """The client's frame that subscribes."""
    return orjson.dumps({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})
