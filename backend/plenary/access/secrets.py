"""Secrets that are derived, not stored: links to orders and seats, access codes, order codes, the same for ever.

Each is an HMAC of what it opens with the server's secret and a rotation number; raising the number makes a new secret.
"""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from plenary import words


@dataclass(frozen=True, slots=True)
class Secrets:
    """Everything derived from the server's secret, at least 32 bytes long."""

    secret: bytes

    def order_secret(self, order_id: UUID, rotation: int = 0) -> str:
        """The secret of an order's link: "ord_" and 26 letters, 130 bits."""
        return "ord_" + self._letters("order secret", order_id, rotation, 26).lower()

    def seat_secret(self, order_id: UUID, position: int, generation: int) -> str:
        """The secret of the link to a seat, for whoever sits there: "seat_" and 26 letters, until it changes hands."""
        return "seat_" + self._letters("seat secret", f"{order_id}/{position}", generation, 26).lower()

    def transfer_secret(self, order_id: UUID, position: int, generation: int) -> str:
        """The secret of the link by which somebody takes a seat over: "pass_" and 26 letters, good for once."""
        return "pass_" + self._letters("transfer secret", f"{order_id}/{position}", generation, 26).lower()

    def access_code(self, conference_id: UUID, rotation: int = 0) -> str:
        """An organizer's access code for one conference: XXXX-XXXX-XXXX, 60 bits."""
        return words.grouped(self._letters("access code", conference_id, rotation, 12))

    def order_code(self, order_id: UUID, rotation: int = 0) -> str:
        """An order's code for people: XXXX-XXXX. Finds the order again together with the registrant's e-mail."""
        return words.order_code(self._number("order code", order_id, rotation))

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose."""
        return hmac.new(self.secret, f"key\0{purpose}".encode(), hashlib.sha256).digest()

    def _letters(self, kind: str, id: UUID | str, rotation: int, count: int) -> str:
        number = self._number(kind, id, rotation)
        return "".join(words.CODE_ALPHABET[(number >> 5 * n) & 31] for n in range(count))

    def _number(self, kind: str, id: UUID | str, rotation: int) -> int:
        digest = hmac.new(self.secret, f"{kind}\0{id}\0{rotation}".encode(), hashlib.sha256).digest()
        return int.from_bytes(digest, "big")


def normalise_access_code(code: str) -> str:
    """An access code as somebody typed it, written the way we show it."""
    return words.grouped(words.letters_of(code))


def same(given: str, right: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), right.encode())
