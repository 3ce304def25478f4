"""The database of the read models and the kept tables: SQLite or PostgreSQL, one way to read and one to write."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from plenary.engine.tables import UtcDateTime
from plenary.log.group_commit import OutcomeUnknown

Result = TypeVar("Result")
PASSING: Final = ("08", "25P03", "40", "53", "55", "57", "58")
"""How the SQLSTATEs begin that say nothing of the statement: the server was away, full, or somebody was in the way."""
MOST_IDLE: Final = "5s"
"""How long PostgreSQL waits in the middle of a transaction: a process that stands still must not keep its locks."""
PATIENCE: Final = 60.0
"""Seconds until a statement is given up: a network that swallows what is sent tells nobody."""
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
log = logging.getLogger(__name__)


class Database:
    """Transactions and reads. SQLite has one writer at a time, so its writers (the log, too) share `write_lock`."""

    def __init__(self, url: str, *, pgbouncer: bool = False, pool_size: int = 16) -> None:
        """`url`: "sqlite+aiosqlite:///path" or "postgresql+asyncpg://…". `pgbouncer`: prepare nothing."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.write_lock = asyncio.Lock()
        self._later: set[asyncio.Task[None]] = set()
        # What goes wrong is logged with its statement, and the values in it may be somebody's name.
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "hide_parameters": True}
        self._pgbouncer = pgbouncer
        if pgbouncer:
            options["connect_args"] = {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
        elif not self.is_sqlite:
            options["connect_args"] = {"server_settings": {"idle_in_transaction_session_timeout": MOST_IDLE}}
        if not self.is_sqlite:
            options["connect_args"]["command_timeout"] = PATIENCE
        if self.is_sqlite:
            options["isolation_level"] = "AUTOCOMMIT"  # said once a connection; a transaction begins itself here
        self.engine = create_async_engine(url, **options)
        self._autocommit = self.engine
        if not self.is_sqlite:
            self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        else:
            sa.event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine.sync_engine, "invalidate", _let_go)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; every statement sees the newest committed state."""
        async with self._autocommit.connect() as db:
            yield db

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction: committed when the block ends, rolled back when it raises."""
        if not self.is_sqlite:
            async with self.engine.begin() as db:
                if self._pgbouncer:  # where a connection belongs to many, and keeps no setting
                    await db.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{MOST_IDLE}'")
                yield db
            return
        async with self.write_lock, self._autocommit.connect() as db:
            await db.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if not db.invalidated:  # a connection on which a statement was cancelled is rolled back already
                    await db.exec_driver_sql("ROLLBACK")
                raise
            await db.exec_driver_sql("COMMIT")

    def upsert(self, table: sa.Table) -> Any:
        """A statement that stores whole rows of a table: new ones are inserted, known ones replaced."""
        insert = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
        keys = [column.name for column in table.primary_key]
        changed = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
        return insert.on_conflict_do_update(index_elements=keys, set_=changed)

    def insert_new(self, table: sa.Table) -> Any:
        """An insert that leaves a row that is there already as it is."""
        return (sqlite if self.is_sqlite else postgresql).insert(table).on_conflict_do_nothing()

    def now(self, seconds: float = 0.0) -> sa.ColumnElement[datetime]:
        """The database's own time, so many seconds later, to be used in a statement."""
        if self.is_sqlite:
            return sa.literal(datetime.now(UTC) + timedelta(seconds=seconds), UtcDateTime)
        return sa.func.clock_timestamp(type_=UtcDateTime) + sa.literal(timedelta(seconds=seconds))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done in the background that handles its own failures."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def tidy(self) -> None:
        """Leave nothing of what was deleted in SQLite's journal; PostgreSQL's vacuum does that by itself."""
        if self.is_sqlite:
            async with self.write_lock, self._autocommit.connect() as db:
                await db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close all connections, after what goes on in the background."""
        await asyncio.gather(*self._later)
        await self.engine.dispose()


def passes(problem: BaseException) -> bool:
    """Whether a failure says that the database was away or busy, and nothing against what was asked of it."""
    if isinstance(problem, OutcomeUnknown):
        return True
    cause = problem.orig if isinstance(problem, sa.exc.DBAPIError) else problem
    state = getattr(cause, "sqlstate", None)
    if isinstance(problem, sa.exc.DBAPIError) and problem.connection_invalidated:
        return True
    if state:
        return str(state).startswith(PASSING)
    if isinstance(cause, sqlite3.OperationalError):
        return any(word in str(cause) for word in ("locked", "busy", "disk"))
    return isinstance(cause, OSError | sa.exc.TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)


async def outlast(step: Callable[[], Awaitable[Result]]) -> Result:
    """Do a step that may be repeated as soon as the database is there for it, however long that takes."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await step()
        except Exception as problem:
            if not passes(problem):
                raise
            log.warning("the database is away (%s), trying again", type(problem).__name__)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _let_go(connection: Any, _record: object, _cause: object) -> None:
    """A connection that is thrown away while a statement is under way would keep its lock until it is garbage."""
    connection.rollback()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA secure_delete = ON")  # who is erased must not stay in pages that are free
    cursor.execute("PRAGMA synchronous = NORMAL")  # the log's own connection is FULL; what is lost here is folded again
    cursor.close()
