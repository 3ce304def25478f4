"""Browser sessions: a random token in a cookie and the scopes it has earned; the database knows only the hash of it."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.access.tables import session_scopes, sessions
from plenary.engine.database import Database

LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of all browsers. `now` gives the present instant, aware, UTC."""

    database: Database
    now: Callable[[], datetime]
    _watchers: dict[str, tuple[Callable[[], Awaitable[None]], ...]] = field(default_factory=dict, repr=False)

    async def scopes(self, token: str) -> frozenset[str]:
        """What the session of this token may do; nothing if it is unknown, ended or 30 days without a new right."""
        query = (
            sa.select(session_scopes.c.scope)
            .join(sessions, sessions.c.session == session_scopes.c.session)
            .where(sessions.c.session == hashed(token), sessions.c.expires_at > self.now())
        )
        async with self.database.reading() as db:
            return frozenset((await db.execute(query)).scalars())

    async def grant(self, token: str | None, scopes: Iterable[str]) -> str:
        """Add scopes to a session, give it 30 more days and answer its token: a new one where no session was alive."""
        now = self.now()
        rows = [{"scope": scope, "granted_at": now} for scope in scopes]
        async with self.database.transaction() as db:
            prolonged = 0
            if token is not None:
                alive = sessions.c.session == hashed(token), sessions.c.expires_at > now
                prolonged = (
                    await db.execute(sa.update(sessions).where(*alive).values(expires_at=now + LIFETIME))
                ).rowcount
            if token is None or not prolonged:
                token = secrets.token_urlsafe(32)
                new = {"session": hashed(token), "created_at": now, "expires_at": now + LIFETIME}
                await self._forget_expired(db, now)
                await db.execute(sa.insert(sessions).values(new))
            if rows:
                session = hashed(token)
                await db.execute(self.database.upsert(session_scopes), [{"session": session, **row} for row in rows])
        return token

    async def end(self, token: str) -> None:
        """End a session for good: its token is worth nothing from now on."""
        async with self.database.transaction() as db:
            for table in (session_scopes, sessions):
                await db.execute(sa.delete(table).where(table.c.session == hashed(token)))

        for left in tuple(self._watchers.get(hashed(token), ())):
            await left()

    @contextmanager
    def watching(self, token: str | None, left: Callable[[], Awaitable[None]]) -> Iterator[None]:
        """While the block runs, `left` is called when this session is ended in this process."""
        if token is None:
            yield
            return
        session = hashed(token)
        self._watchers[session] = (*self._watchers.get(session, ()), left)
        try:
            yield
        finally:
            remaining = tuple(watcher for watcher in self._watchers.pop(session) if watcher is not left)
            if remaining:
                self._watchers[session] = remaining

    async def _forget_expired(self, db: AsyncConnection, now: datetime) -> None:
        over = sa.select(sessions.c.session).where(sessions.c.expires_at <= now)
        await db.execute(sa.delete(session_scopes).where(session_scopes.c.session.in_(over)))
        await db.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))


def hashed(token: str) -> str:
    """The hash that stands for a token in the database. The token is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
