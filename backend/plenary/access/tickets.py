"""Tickets: a seat's number and generation, signed, so that a door can check them without asking anybody.

A door needs the public key only, so nothing that is stolen from it makes tickets. It must also know the generations of
the seats that changed hands: an older ticket is as well signed as the one that counts.
"""

import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from plenary.access.secrets import Secrets
from plenary.words import CODE_ALPHABET

PREFIX: Final = "PT1"
"""Tells a ticket, and how it is written, from whatever else is in a QR code."""
SEAT: Final = struct.Struct(">16sHI")
SIGNATURE: Final = 64
LETTERS: Final = -(-8 * (SEAT.size + SIGNATURE) // 5)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket is for."""

    order_id: UUID
    position: int
    generation: int


class Tickets:
    """Makes the tickets of this installation."""

    def __init__(self, secrets: Secrets) -> None:
        """Its key is derived from the server's secret, so that a ticket is the same whenever it is made."""
        self._key = Ed25519PrivateKey.from_private_bytes(secrets.key("tickets"))

    @property
    def public_key(self) -> bytes:
        """What tickets are checked with: 32 bytes that are no secret."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def issue(self, conference_id: UUID, ticket: Ticket) -> str:
        """The ticket as it is written in a QR code: `PREFIX` and 138 letters of Crockford's base 32."""
        seat = SEAT.pack(ticket.order_id.bytes, ticket.position, ticket.generation)
        number = int.from_bytes(seat + self._key.sign(_signed(conference_id, seat)), "big")
        return PREFIX + "".join(CODE_ALPHABET[number >> 5 * n & 31] for n in reversed(range(LETTERS)))


def verify(public_key: bytes, conference_id: UUID, token: str) -> Ticket | None:
    """What a ticket is for, if this installation made it for this conference."""
    letters = token.strip().upper().removeprefix(PREFIX)
    if len(letters) != LETTERS or len(token.strip()) == LETTERS or set(letters) - set(CODE_ALPHABET):
        return None
    number = 0
    for letter in letters:
        number = number << 5 | CODE_ALPHABET.index(letter)
    if number >> 8 * (SEAT.size + SIGNATURE):
        return None
    whole = number.to_bytes(SEAT.size + SIGNATURE, "big")
    seat, signature = whole[: SEAT.size], whole[SEAT.size :]
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _signed(conference_id, seat))
    except InvalidSignature:
        return None
    order_id, position, generation = SEAT.unpack(seat)
    return Ticket(UUID(bytes=order_id), position, generation)


def _signed(conference_id: UUID, seat: bytes) -> bytes:
    return b"plenary ticket\0" + conference_id.bytes + seat


@lru_cache(maxsize=2_000)
def picture(token: str) -> str:
    """A ticket's QR code as an SVG picture in a `data:` address, black on white with its quiet zone."""
    return segno.make_qr(token, error="m").svg_data_uri(scale=4, border=4, light="#fff", xmldecl=False, svgns=True)


def picture_for_mail(token: str) -> bytes:
    """The same as PNG, which every mail program shows."""
    file = io.BytesIO()
    segno.make_qr(token, error="m").save(file, kind="png", scale=5, border=4)
    return file.getvalue()
