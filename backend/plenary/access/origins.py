"""Origins: which web pages may make a visitor's browser act here. Browsers say where a page is from."""

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

PORTS: Final = {"http": 80, "https": 443}


def is_foreign(headers: Mapping[str, str], allowed: Collection[str] = ()) -> bool:
    """Whether a request was made by a page that is neither ours nor of an allowed origin ("https://host[:port]").

    The scheme is not compared with ours: a proxy in front of us may speak https where we hear http.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None:
        return site not in (None, "same-origin", "none")
    if origin.lower() in allowed:
        return False
    place = _place(origin)
    return place is None or place != _place(f"{origin.partition(':')[0]}://{headers.get('host')}")


def _place(origin: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(origin)
        return (parts.hostname, parts.port or PORTS[parts.scheme]) if parts.hostname else None
    except (ValueError, KeyError):
        return None
