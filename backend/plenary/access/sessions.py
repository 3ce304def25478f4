"""Browser sessions: a random token in a cookie and the scopes it has earned; the database knows only the hash of it."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.access.tables import session_scopes, sessions
from plenary.engine.database import Database

LIFETIME = timedelta(days=30)
FORGET_EVERY = timedelta(hours=1)
LOOK_EVERY = 3.0
"""Seconds between two looks for sessions that other processes ended."""
PATIENCE = 5.0
"""Seconds until a socket that does not let itself be closed is left alone."""
MOST_OVER = 10_000
"""Sessions that are remembered to be over: their tokens never come to life again."""
TOGETHER = 500
"""Sessions looked up by one query."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    token: str | None
    scopes: tuple[str, ...]
    answer: asyncio.Future[str]


class Sessions:
    """The sessions of all browsers. Rights that are granted at the same moment share a transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        """`now` gives the present instant, aware, UTC."""
        self.database, self.now = database, now
        self._upsert = database.upsert(session_scopes)
        self._forget_at = now()
        self._watchers: dict[str, tuple[Callable[[], Awaitable[None]], ...]] = {}
        self._over: set[str] = set()
        self._asked: list[_Asked] = []
        self._granting: asyncio.Task[None] | None = None

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
        asked = _Asked(token, tuple(scopes), asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if self._granting is None:
            self._granting = asyncio.create_task(self._grant_all())
        return await asyncio.shield(asked.answer)

    async def _grant_all(self) -> None:
        try:
            while self._asked:
                batch, self._asked = self._asked, []
                try:
                    tokens = await self._store(batch)
                except Exception as broken:
                    for asked in batch:
                        asked.answer.set_exception(broken)
                    continue
                for asked, token in zip(batch, tokens, strict=True):
                    asked.answer.set_result(token)
        finally:
            self._granting = None

    async def _store(self, batch: Sequence[_Asked]) -> list[str]:
        now = self.now()
        claimed = {hashed(asked.token) for asked in batch if asked.token is not None}
        prolong = sa.update(sessions).where(sessions.c.session.in_(claimed), sessions.c.expires_at > now)
        async with self.database.transaction() as db:
            alive: set[str] = set()
            if claimed:
                prolonged = prolong.values(expires_at=now + LIFETIME).returning(sessions.c.session)
                alive = set((await db.execute(prolonged)).scalars())
            tokens = [
                asked.token if asked.token and hashed(asked.token) in alive else secrets.token_urlsafe(32)
                for asked in batch
            ]
            begun = {hashed(token) for token in tokens} - alive
            if begun:
                if now >= self._forget_at:  # not for each of a thousand buyers
                    await self._forget_expired(db, now)
                    self._forget_at = now + FORGET_EVERY
                rows = [{"session": one, "created_at": now, "expires_at": now + LIFETIME} for one in sorted(begun)]
                await db.execute(sa.insert(sessions), rows)
            granted = sorted(
                {(hashed(t), scope) for t, asked in zip(tokens, batch, strict=True) for scope in asked.scopes}
            )
            if granted:
                rows = [{"session": session, "scope": scope, "granted_at": now} for session, scope in granted]
                await db.execute(self._upsert, rows)
        return tokens

    async def end(self, token: str) -> None:
        """End a session for good: its token is worth nothing from now on."""
        async with self.database.transaction() as db:
            for table in (session_scopes, sessions):
                await db.execute(sa.delete(table).where(table.c.session == hashed(token)))
        await self._tell(hashed(token))

    @contextmanager
    def watching(self, token: str | None, left: Callable[[], Awaitable[None]]) -> Iterator[None]:
        """While the block runs, `left` is called when this session is ended: here at once, elsewhere a little later."""
        session = None if token is None else hashed(token)
        if session is None or session in self._over:  # nobody's rights depend on it any more
            yield
            return
        self._watchers[session] = (*self._watchers.get(session, ()), left)
        try:
            yield
        finally:
            remaining = tuple(watcher for watcher in self._watchers.pop(session, ()) if watcher is not left)
            if remaining:
                self._watchers[session] = remaining

    async def look_for_ended(self) -> None:
        """Tell those who watch sessions that were ended elsewhere, or that are over; for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.tell_ended()
            except Exception as broken:  # whatever a driver raises; the next look is near
                log.warning("it could not be seen which sessions have ended", exc_info=broken)

    async def tell_ended(self) -> None:
        """Tell those who watch a session that is no longer there."""
        watched = list(self._watchers)
        for start in range(0, len(watched), TOGETHER):
            some = watched[start : start + TOGETHER]
            alive = sa.select(sessions.c.session).where(
                sessions.c.session.in_(some), sessions.c.expires_at > self.now()
            )
            async with self.database.reading() as db:
                ended = set(some) - set((await db.execute(alive)).scalars())
            for session in ended:
                await self._tell(session)

    async def _tell(self, session: str) -> None:
        """Tell everybody who watches a session, once; nobody is waited for longer than `PATIENCE`."""
        if len(self._over) >= MOST_OVER:
            self._over.clear()
        self._over.add(session)
        told = (asyncio.wait_for(left(), PATIENCE) for left in self._watchers.pop(session, ()))
        await asyncio.gather(*told, return_exceptions=True)

    async def _forget_expired(self, db: AsyncConnection, now: datetime) -> None:
        over = sa.select(sessions.c.session).where(sessions.c.expires_at <= now)
        await db.execute(sa.delete(session_scopes).where(session_scopes.c.session.in_(over)))
        await db.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))


def hashed(token: str) -> str:
    """The hash that stands for a token in the database. The token is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
