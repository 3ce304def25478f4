"""Tries: after five failures in fifteen minutes, each further guess at a secret from one place has to wait longer."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from plenary.access import tables
from plenary.engine.database import Database
from plenary.engine.decider import Refusal

FREE_FAILURES = 5
WINDOW_MS = 15 * 60 * 1000
LONGEST_MS = 60 * 60 * 1000
"""Failures are forgotten when nobody has tried for a quarter of an hour, and an hour after the first of them."""
LONGEST_WAIT = 60
# Seconds to wait after that many failures: 1, 2, 4 … 60.
WAITS = {FREE_FAILURES + n: 2 ** max(n - 1, 0) for n in range(7)}


@dataclass(frozen=True, slots=True)
class TooManyTries(Refusal):
    """Too many failed or too frequent tries from one address; `retry_after` is in whole seconds."""

    retry_after: int
    text: ClassVar[str] = "Too many tries. Please wait {retry_after} s and try again."


@dataclass(frozen=True, slots=True)
class Tries:
    """Counts guesses per thing and client address, in the database. `key` keeps addresses unreadable there."""

    database: Database
    now: Callable[[], datetime]
    key: bytes

    async def begin(self, what: str, address: str) -> TooManyTries | None:
        """Count a try before looking at its secret; a refusal says that it must not be looked at, right or wrong.

        It is counted as a failure at once, so that many tries at the same instant cannot slip through together;
        `succeeded` takes that back. `what` is free text, "sign_in:<conference or e-mail>".
        """
        now = round(self.now().timestamp() * 1000)
        old = tables.tries.c
        wait_ms = sa.case(WAITS, value=old.failures, else_=LONGEST_WAIT) * 1000
        over = sa.or_(
            sa.and_(old.failures < FREE_FAILURES, old.since_ms <= now - WINDOW_MS),
            old.last_ms <= now - WINDOW_MS,
            old.since_ms <= now - LONGEST_MS,  # others at the same address may never be quiet for so long
        )
        too_soon = sa.and_(old.failures >= FREE_FAILURES, old.last_ms + wait_ms > now)
        first = {"key": self._key(what, address), "failures": 1, "unseen": 0, "since_ms": now, "last_ms": now}
        insert = (sqlite if self.database.is_sqlite else postgresql).insert(tables.tries).values(first)
        upsert = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failures": sa.case((over, 1), else_=old.failures + 1),
                "unseen": sa.case((over, 0), (too_soon, 1), else_=0),
                "since_ms": sa.case((over, now), else_=old.since_ms),
                "last_ms": now,
            },
        ).returning(tables.tries.c.failures, tables.tries.c.unseen)
        async with self.database.transaction() as db:
            failures, unseen = (await db.execute(upsert)).one()
            if failures == 1:  # somebody new: a good moment to forget those who left
                await db.execute(sa.delete(tables.tries).where(old.last_ms <= now - WINDOW_MS))
        return TooManyTries(WAITS.get(failures, LONGEST_WAIT)) if unseen else None

    async def refuses(self, what: str, address: str) -> TooManyTries | None:
        """Whether a right guess must be refused now, because of wrong ones before; it is not counted itself."""
        now, old = round(self.now().timestamp() * 1000), tables.tries.c
        query = sa.select(old.failures, old.last_ms, old.since_ms).where(old.key == self._key(what, address))
        async with self.database.reading() as db:
            found = (await db.execute(query)).one_or_none()
        if found is None or found.failures < FREE_FAILURES:
            return None
        if found.last_ms <= now - WINDOW_MS or found.since_ms <= now - LONGEST_MS:
            return None
        wait = WAITS.get(found.failures, LONGEST_WAIT)
        return TooManyTries(wait) if found.last_ms + wait * 1000 > now else None

    async def succeeded(self, what: str, address: str) -> None:
        """The secret was right: this try is no failure. Earlier ones stay: who knows one secret may guess at others."""
        ours = sa.update(tables.tries).where(tables.tries.c.key == self._key(what, address))
        async with self.database.transaction() as db:
            await db.execute(ours.values(failures=tables.tries.c.failures - 1))

    def _key(self, what: str, address: str) -> str:
        return hmac.new(self.key, f"tries\0{what}\0{network(address)}".encode(), hashlib.sha256).hexdigest()


def network(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one customer gets of IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(ip) if ip.version == 4 else str(ip_network((ip, 64), strict=False))
