"""Whether a request was made on this very machine, and by nobody in front of us for somebody else."""

from ipaddress import ip_address
from typing import Final

from starlette.requests import HTTPConnection

FORWARDED: Final = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


def is_from_here(connection: HTTPConnection) -> bool:
    """Whether the peer is this machine and no header says that it asks for somebody else."""
    if any(name in FORWARDED or name.startswith("x-forwarded") for name in connection.headers):
        return False
    return connection.client is not None and _is_loopback(connection.client.host)


def is_asked_as_here(connection: HTTPConnection) -> bool:
    """Whether it also calls us by a name of this machine: a page whose name was made to lead here does not."""
    name = connection.url.hostname or ""
    return is_from_here(connection) and (name == "localhost" or _is_loopback(name))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
