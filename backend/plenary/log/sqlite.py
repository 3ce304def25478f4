"""The log in a SQLite file: one thread writes, another reads, and a commit is on the disk before it is acknowledged."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from plenary.log.contract import COLUMNS, Answered, Append, Recorded, Verdict
from plenary.log.lane import Unstorable, check, judge

Result = TypeVar("Result")

STREAM = f"SELECT {COLUMNS} FROM events WHERE stream = ? AND version > ? ORDER BY version"  # noqa: S608 - our columns
AFTER = f"SELECT {COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608 - our columns
HEAD = "SELECT coalesce(max(position), 0) FROM events"
VERSION = "SELECT coalesce(max(version), 0) FROM events WHERE stream = ?"
ANSWERED = "SELECT sender, digest, position FROM commands WHERE command_id = ?"
WRITE = f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our columns
REMEMBER = "INSERT INTO commands (command_id, sender, digest, position, recorded_at) VALUES (?, ?, ?, ?, ?)"
MOMENT = "%Y-%m-%d %H:%M:%S.%f"  # how SQLAlchemy writes times into SQLite, in UTC
BUSY_SECONDS = 10.0
# These say that the values are to blame; everything else may be over the next time.
TO_BLAME = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError, UnicodeError)


class SqliteLog:
    """An EventLog in a migrated SQLite file, for one process."""

    def __init__(self, database_url: str, write_lock: asyncio.Lock | None = None) -> None:
        """`database_url`: "sqlite+aiosqlite:///path". `write_lock` is shared with all who write the file."""
        file = Path(sa.make_url(database_url).database or "").absolute()
        self._lock = write_lock or asyncio.Lock()
        self._writing = _Thread(file, "PRAGMA synchronous = FULL")
        self._reading = _Thread(file, "PRAGMA query_only = ON")
        self._appends: set[asyncio.Task[list[Verdict]]] = set()

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        """See EventLog. Goes on when its caller is cancelled, so that the lock is held until the commit."""
        check(batch)
        task = asyncio.create_task(self._locked_append(batch))
        self._appends.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def stream(self, name: str, after: int = 0) -> list[Recorded]:
        """See EventLog."""
        return await self._reading.run(lambda db: [_recorded(row) for row in db.execute(STREAM, (name, after))])

    async def after(self, position: int, limit: int = 1000) -> list[Recorded]:
        """See EventLog."""
        return await self._reading.run(lambda db: [_recorded(row) for row in db.execute(AFTER, (position, limit))])

    async def head(self) -> int:
        """See EventLog."""
        return await self._reading.run(_head)

    async def answered(self, ids: Sequence[UUID]) -> dict[UUID, Answered]:
        """See EventLog."""
        found = await self._reading.run(lambda db: [_answered(db, id) for id in ids])
        return {answer.id: answer for answer in found if answer}

    def turn(self, stream: str) -> AbstractAsyncContextManager[None]:
        """See EventLog. There is no other process."""
        return nullcontext()

    async def close(self) -> None:
        """Let running appends end, close both connections and end both threads."""
        await asyncio.gather(*self._appends, return_exceptions=True)
        await self._writing.close()
        await self._reading.close()

    async def _locked_append(self, batch: Sequence[Append]) -> list[Verdict]:
        async with self._lock:
            try:
                return await self._writing.run(lambda db: _append(db, batch))
            except TO_BLAME as problem:
                raise Unstorable(str(problem)) from problem

    def _forget(self, task: asyncio.Task[list[Verdict]]) -> None:
        self._appends.discard(task)
        if not task.cancelled():
            task.exception()  # asked for here, because the caller may have gone


class _Thread:
    """A thread and the connection that only it uses: opened when needed, thrown away after every failure."""

    def __init__(self, file: Path, setting: str) -> None:
        self._file, self._setting = file, setting
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log")
        self._db: sqlite3.Connection | None = None

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)

    def _work(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        if self._db is None:
            # "rw": a missing file is an error here, not an empty database
            self._db = sqlite3.connect(f"{self._file.as_uri()}?mode=rw", BUSY_SECONDS, isolation_level=None, uri=True)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(self._setting)
        try:
            return work(self._db)
        except BaseException:
            self._disconnect()  # an open transaction is rolled back by this
            raise

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()


def _append(db: sqlite3.Connection, batch: Sequence[Append]) -> list[Verdict]:
    db.execute("BEGIN IMMEDIATE")
    judged = judge(batch, _head(db), lambda stream: _version(db, stream), lambda id: _answered(db, id))
    moment = datetime.now(UTC).strftime(MOMENT)
    db.executemany(
        WRITE,
        [
            (position, stream, version, new.type, new.schema_version, new.data, new.metadata, moment)
            for position, stream, version, new in judged.events
        ],
    )
    db.executemany(
        REMEMBER,
        [(answer.id.hex, answer.sender, answer.digest, answer.position, moment) for answer in judged.answers],
    )
    db.execute("COMMIT")
    return judged.verdicts


def _head(db: sqlite3.Connection) -> int:
    (head,) = db.execute(HEAD).fetchone()
    return int(head)


def _version(db: sqlite3.Connection, stream: str) -> int:
    (version,) = db.execute(VERSION, (stream,)).fetchone()
    return int(version)


def _answered(db: sqlite3.Connection, id: UUID) -> Answered | None:
    row = db.execute(ANSWERED, (id.hex,)).fetchone()
    return Answered(id, *row) if row else None


def _recorded(row: tuple[Any, ...]) -> Recorded:
    position, stream, version, kind, schema_version, data, metadata, recorded_at = row
    moment = datetime.fromisoformat(recorded_at).replace(tzinfo=UTC)
    return Recorded(position, stream, version, kind, schema_version, data, metadata, moment)
