"""A client that costs little: keep-alive HTTP/1.1 over asyncio streams, so that the server is what is measured."""

import asyncio
from types import TracebackType
from typing import Any, Self

import orjson


class Client:
    """One connection; posts JSON and reads the JSON answer."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        """`port` on this machine; `address` is where the client comes from, any of 127.0.0.0/8."""
        self._port, self._address = port, address
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(self._address, 0)
        )
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._writer.close()

    async def post(self, path: str, body: bytes, cookie: str = "") -> tuple[Any, str]:
        """The answer to a request, and the cookie it set ("" for none). Raises RuntimeError unless it is a 200."""
        extra = f"cookie: {cookie}\r\n" if cookie else ""
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n{extra}\r\n"
        )
        self._writer.write(head.encode() + body)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = [line.partition(":")[::2] for line in lines[1:]]
        named = {name.lower(): value.strip() for name, value in headers}
        answer = await self._reader.readexactly(int(named["content-length"]))
        if " 200 " not in lines[0]:
            raise RuntimeError(f"{path}: {lines[0]} {answer[:500]!r}")
        return orjson.loads(answer), named.get("set-cookie", "").partition(";")[0]
