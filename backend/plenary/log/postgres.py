"""The log in PostgreSQL: one call of one database function an append, on a connection of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from plenary.log.contract import COLUMNS, Answered, Append, Recorded, Verdict
from plenary.log.lane import Neighbours, Unstorable, check, streams

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
STREAM = f"SELECT {COLUMNS} FROM events WHERE stream = $1 AND version > $2 ORDER BY version"  # noqa: S608 - our columns
AFTER = f"SELECT {COLUMNS} FROM events WHERE position > $1 ORDER BY position LIMIT $2"  # noqa: S608 - our columns
HEAD = "SELECT coalesce(max(position), 0) FROM events"
ANSWERED = "SELECT command_id, sender, digest, position FROM commands WHERE command_id = ANY($1::uuid[])"
# asyncpg is slow at arrays of anything but texts, so the others travel as PostgreSQL's array literals.
APPEND = """
SELECT * FROM append_to_log(
  $1::text::boolean[],
  $2::text::int[], $3, $4::text::bigint[], $5::text::int[],
  $6::text::int[], $7, $8::text::int[], $9, $10,
  $11::text::int[], $12::text::uuid[], $13, $14
)
"""
# A turn lasts until its transaction ends. Who holds one and stands still loses it before the others stop waiting.
TURN = """
SELECT set_config('idle_in_transaction_session_timeout', '1s', true), set_config('lock_timeout', '1500ms', true),
       pg_advisory_xact_lock(7537, hashtext($1))
"""
TURNS = 4  # connections for them
TIMEOUT = 20.0  # seconds; a call that takes longer has probably lost its server
# SQLSTATE classes that say the values (or the schema) are to blame: nothing is stored, and repeating it is useless.
TO_BLAME = ("22", "23", "42", "54", "P0")
# How a read fails that found its connection dead.
DISCONNECTED = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)


class PostgresLog:
    """An EventLog in a migrated PostgreSQL database, for any number of processes."""

    def __init__(self, database_url: str, *, pgbouncer: bool = False, readers: int = 4) -> None:
        """`database_url` as SQLAlchemy reads it. `pgbouncer`: keep no prepared statements. `readers`: connections."""
        self._connect_arguments = _connect_arguments(database_url, pgbouncer)
        self._readers = readers
        self._pools: tuple[Pool, Pool] | None = None
        self._opening = asyncio.Lock()
        self._writer: asyncpg.Connection[asyncpg.Record] | None = None
        self._writing = asyncio.Lock()

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        """See EventLog. Any exception but Unstorable means that the outcome is unknown."""
        check(batch)
        arguments = _arguments(batch)
        async with self._writing:
            if self._writer is None:
                self._writer = await asyncpg.connect(**self._connect_arguments)
            try:
                row = await self._writer.fetchrow(APPEND, *arguments)
            except BaseException as problem:
                self._writer.terminate()  # nobody knows what it still has in its pipes
                self._writer = None
                if _to_blame(problem):
                    raise Unstorable(str(problem)) from problem
                raise
        accepted, positions, versions, known = row or ((), (), (), ())
        answered = await self.answered(known) if known else {}
        return _verdicts(batch, accepted or (), positions or (), versions or (), answered)

    async def stream(self, name: str, after: int = 0) -> list[Recorded]:
        """See EventLog."""
        return [*map(Recorded._make, await self._fetch(STREAM, name, after))]

    async def after(self, position: int, limit: int = 1000) -> list[Recorded]:
        """See EventLog."""
        return [*map(Recorded._make, await self._fetch(AFTER, position, limit))]

    async def head(self) -> int:
        """See EventLog."""
        ((head,),) = await self._fetch(HEAD)
        return int(head)

    async def answered(self, ids: Sequence[UUID]) -> dict[UUID, Answered]:
        """See EventLog."""
        return {row["command_id"]: Answered(*row) for row in await self._fetch(ANSWERED, list(ids))}

    @asynccontextmanager
    async def turn(self, stream: str) -> AsyncIterator[None]:
        """See EventLog. Turns come in the order of asking."""
        turn = AsyncExitStack()
        try:
            with suppress(*DISCONNECTED, asyncpg.PostgresError):
                _, pool = await self._open()
                connection = await turn.enter_async_context(pool.acquire(timeout=1.5))
                await turn.enter_async_context(connection.transaction())
                await connection.fetchrow(TURN, stream)
            yield
        finally:
            with suppress(*DISCONNECTED, asyncpg.PostgresError):  # then it was lost before
                await turn.aclose()

    async def close(self) -> None:
        """Close all connections, after the append that is running."""
        async with self._writing:
            if self._writer is not None:
                await self._writer.close()
                self._writer = None
        for pool in self._pools or ():
            await pool.close()
        self._pools = None

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Read; on another connection if one turns out to be dead, until all that were open have been tried."""
        pool, _ = await self._open()
        for _ in range(self._readers):
            try:
                return await pool.fetch(query, *arguments)
            except TimeoutError:
                raise
            except DISCONNECTED:
                continue
        return await pool.fetch(query, *arguments)

    async def _open(self) -> tuple[Pool, Pool]:
        """The connections for reading and those for turns; each is opened when it is needed."""
        async with self._opening:
            if self._pools is None:
                wanted: dict[str, Any] = {**self._connect_arguments, "min_size": 0, "reset": _nothing_to_reset}
                reading = await asyncpg.create_pool(**wanted, max_size=self._readers)
                self._pools = reading, await asyncpg.create_pool(**wanted, max_size=TURNS)
            return self._pools


async def _nothing_to_reset(_connection: object) -> None:
    """Reads leave nothing behind on a connection; asyncpg's own way would cost a round trip after each."""


def _connect_arguments(database_url: str, pgbouncer: bool) -> dict[str, Any]:
    """The address in asyncpg's words, as SQLAlchemy would give it."""
    url = sa.make_url(database_url)
    arguments = dict(url.get_dialect()().create_connect_args(url)[1])
    for meant_for_sqlalchemy in ("prepared_statement_cache_size", "prepared_statement_name_func", "async_fallback"):
        arguments.pop(meant_for_sqlalchemy, None)
    arguments["command_timeout"] = TIMEOUT
    if pgbouncer:
        arguments["statement_cache_size"] = 0
    return arguments


def _arguments(batch: Sequence[Append]) -> list[list[str] | str]:
    """A batch as the columns that `append_to_log` takes; the migration that made it explains them."""
    neighbours = Neighbours()
    a_free = [neighbours.admit(append) for append in batch]
    s_append, s_stream, s_expected, s_events = [], [], [], []
    e_named, e_type, e_schema_version, e_data, e_metadata = [], [], [], [], []
    c_append, c_id, c_sender, c_digest = [], [], [], []
    for number, append in enumerate(batch, start=1):
        for write in append.writes:
            s_append.append(number)
            s_stream.append(write.stream)
            s_expected.append(write.expected)
            s_events.append(len(write.events))
            for event in write.events:
                e_named.append(len(s_append))
                e_type.append(event.type)
                e_schema_version.append(event.schema_version)
                e_data.append(event.data)
                e_metadata.append(event.metadata)
        for guard in append.guards:
            s_append.append(number)
            s_stream.append(guard.stream)
            s_expected.append(guard.version)
            s_events.append(0)
        for command in append.commands:
            c_append.append(number)
            c_id.append(command.id.hex)
            c_sender.append(command.sender)
            c_digest.append(command.digest)
    return [
        _literal(a_free),
        _literal(s_append), s_stream, _literal(s_expected), _literal(s_events),
        _literal(e_named), e_type, _literal(e_schema_version), e_data, e_metadata,
        _literal(c_append), _literal(c_id), c_sender, c_digest,
    ]  # fmt: skip


def _literal(values: Iterable[object]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def _verdicts(
    batch: Sequence[Append],
    accepted: Sequence[bool],
    positions: Sequence[int],
    versions: Sequence[int],
    answered: dict[UUID, Answered],
) -> list[Verdict]:
    """What `append_to_log` said, for each append; `versions` are those before it."""
    now = dict(zip((stream for append in batch for stream in streams(append)), versions, strict=True))
    for append, ok in zip(batch, accepted, strict=True):
        if ok:
            now.update((write.stream, write.expected + len(write.events)) for write in append.writes)
    return [
        Verdict(
            ok,
            {stream: now[stream] for stream in streams(append)},
            position if ok else None,
            tuple(answered[command.id] for command in append.commands if command.id in answered) if answered else (),
        )
        for append, ok, position in zip(batch, accepted, positions, strict=True)
    ]


def _to_blame(problem: BaseException) -> bool:
    """Whether this says for certain that nothing was stored and that repeating it is useless."""
    if isinstance(problem, asyncpg.PostgresError):
        return bool(problem.sqlstate and problem.sqlstate.startswith(TO_BLAME))
    return isinstance(problem, ValueError | OverflowError)  # a value that could not even be sent
