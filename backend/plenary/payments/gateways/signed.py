"""Signed messages as gateways send them: `Plenary-Signature: t=<unix seconds>,v1=<HMAC-SHA256 of "t.body", hex>`."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from plenary.payments.gateways.protocol import Disbelieved

HEADER: Final = "plenary-signature"
OLDEST: Final = 300
"""How many seconds old, or ahead of our clock, a message may be."""


def sign(key: bytes, body: bytes, now: datetime) -> dict[str, str]:
    """The header that makes a body the word of whoever has the key."""
    t = int(now.timestamp())
    return {HEADER: f"t={t},v1={_digest(key, t, body)}"}


def check(key: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises `Disbelieved` unless the body was signed with the key, in the last five minutes."""
    found = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", headers.get(HEADER, ""), re.ASCII)
    if found is None:
        raise Disbelieved("The message is not signed.")
    t = int(found[1])
    if not hmac.compare_digest(found[2], _digest(key, t, body)):
        raise Disbelieved("The message was not signed by the gateway.")
    if abs(now.timestamp() - t) > OLDEST:
        raise Disbelieved("The message is too old.")


def _digest(key: bytes, t: int, body: bytes) -> str:
    return hmac.new(key, f"{t}.".encode() + body, hashlib.sha256).hexdigest()
