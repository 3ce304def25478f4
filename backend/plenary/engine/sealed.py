"""Keys of people: each person's fields are sealed with a key of their own, so that one person can be forgotten.

A person is a random id. It is found through a keyed hash of the e-mail address, so the address itself stands nowhere
in the clear. Sealing is AES-256-GCM; the person's key is wrapped with the key of the installation.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.exc import IntegrityError

from plenary.engine.database import Database
from plenary.engine.tables import keys

ERASED: Final = "[erased]"
PREFIX: Final = "sealed:"
ERASING: Final = "~"
"""Stands before the look-up of a person whose key is destroyed."""
NONCE: Final = 12
CACHED: Final = 50_000


class Keys:
    """The keys of people, kept in the database and cached in memory."""

    def __init__(self, database: Database, master: bytes) -> None:
        """`master`: the 32 bytes of the installation, from which wrapping and look-up keys are derived."""
        self._database = database
        self._wrap = AESGCM(hmac.digest(master, b"wrap", hashlib.sha256))
        self._lookup = hmac.digest(master, b"look-up", hashlib.sha256)
        self._opened: dict[UUID, AESGCM | None] = {}

    def lookup(self, email: str) -> str:
        """The keyed hash under which a person is found again; upper and lower case are the same address."""
        return hmac.new(self._lookup, email.strip().lower().encode(), hashlib.sha256).hexdigest()

    async def find(self, email: str) -> UUID | None:
        """The person with this address, or None when nobody has used it."""
        async with self._database.reading() as db:
            return await db.scalar(sa.select(keys.c.subject).where(keys.c.lookup == self.lookup(email)))

    async def subject(self, email: str) -> UUID:
        """The person with this address; begins one on first use."""
        known = await self.find(email)
        if known is None:
            try:
                known = await self._begin(email)
            except IntegrityError:  # the same address at the same moment: the other one was first
                known = await self.find(email)
                if known is None:
                    raise
        await self.load([known])
        return known

    async def _begin(self, email: str) -> UUID:
        subject, nonce = uuid4(), os.urandom(NONCE)
        wrapped = nonce + self._wrap.encrypt(nonce, AESGCM.generate_key(256), subject.bytes)
        row = {
            "subject": subject,
            "lookup": self.lookup(email),
            "wrapped_key": wrapped,
            "created_at": datetime.now(UTC),
        }
        async with self._database.transaction() as db:
            await db.execute(sa.insert(keys).values(row))
        return subject

    async def load(self, subjects: Iterable[UUID]) -> None:
        """Bring the keys of these people into memory; a person without a key is remembered as erased."""
        asked = set(subjects)
        while missing := [one for one in asked if one not in self._opened]:  # again, if others made room meanwhile
            async with self._database.reading() as db:
                query = sa.select(keys.c.subject, keys.c.wrapped_key).where(keys.c.subject.in_(missing))
                found = {row.subject: row.wrapped_key for row in await db.execute(query)}
            if len(self._opened) > CACHED:
                self._opened = {subject: key for subject, key in self._opened.items() if subject in asked}
            for subject in missing:
                opened = self._unwrap(subject, found[subject]) if subject in found else None
                self._opened.setdefault(subject, opened)  # or it was forgotten while we looked

    async def of_one_to_erase(self, email: str) -> list[UUID]:
        """Everybody to be forgotten under an address: those whose erasing was begun and not finished come first."""
        known = self.lookup(email)
        query = (
            sa.select(keys.c.subject)
            .where(keys.c.lookup.in_((ERASING + known, known)))
            .order_by(sa.func.length(keys.c.lookup).desc())
        )
        async with self._database.reading() as db:
            return list((await db.execute(query)).scalars())

    async def destroy(self, subject: UUID, email: str) -> None:
        """Destroy a person's key for good. Until `remove` the address still leads here, to finish what was begun."""
        gone = {"wrapped_key": b"", "lookup": ERASING + self.lookup(email)}
        async with self._database.transaction() as db:
            await db.execute(sa.update(keys).where(keys.c.subject == subject).values(gone))
        self.forget(subject)

    def forget(self, subject: UUID) -> None:
        """Open nothing of this person any more."""
        self._opened[subject] = None

    async def remove(self, subject: UUID) -> None:
        """Remove the last trace of a person whose key was destroyed."""
        async with self._database.transaction() as db:
            await db.execute(sa.delete(keys).where(keys.c.subject == subject))

    def _unwrap(self, subject: UUID, wrapped: bytes) -> AESGCM | None:
        """The person's key; it was wrapped together with the person's id, so that rows cannot be swapped."""
        if not wrapped:
            return None
        return AESGCM(self._wrap.decrypt(wrapped[:NONCE], wrapped[NONCE:], subject.bytes))

    def seal(self, subject: UUID, text: str, place: str) -> str:
        """Seal a text for a person whose key is loaded. `place` names the only field where it can be opened again."""
        key = self._opened[subject]
        if key is None:
            return ERASED
        nonce = os.urandom(NONCE)
        return PREFIX + base64.b64encode(nonce + key.encrypt(nonce, text.encode(), place.encode())).decode()

    def open(self, subject: UUID, text: str, place: str) -> str:
        """The text again, or `ERASED` when the person's key is gone. Raises ValueError if it does not belong there."""
        key = self._opened[subject]
        if key is None or not text.startswith(PREFIX):
            return ERASED
        sealed = base64.b64decode(text[len(PREFIX) :])
        try:
            return key.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode()).decode()
        except InvalidTag:
            raise ValueError(f"the sealed text at {place} does not belong there") from None
