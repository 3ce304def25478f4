"""What a view is: rows that screens read, each a pure fold of the events about one thing.

`project(row, event)` is to a row what `evolve` is to a state. The engine loads the rows of a batch, folds, and stores
them together with the bookmark. The same fold, kept in memory, is what a live screen is pushed.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
import sqlalchemy as sa
from msgspec.structs import force_setattr
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database
from plenary.engine.messages import Event
from plenary.engine.tables import bookmarks

Row = TypeVar("Row", bound=msgspec.Struct)
CACHED: Final = 10_000
KEYS_PER_QUERY: Final = 500


class Json(sa.types.TypeDecorator[Any]):
    """A column that holds a value of a given type as JSON text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, type_: Any) -> None:
        """`type_`: what the text decodes to, for example `tuple[Line, ...]`."""
        super().__init__()
        self.type_ = type_
        self._decoder = msgspec.json.Decoder(type_)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """To JSON."""
        return msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From JSON; None where a join found no row."""
        return None if value is None else self._decoder.decode(value)


@dataclass(frozen=True)
class View(Generic[Row]):
    """One table of rows for screens.

    `row` is a frozen msgspec.Struct, since a fold makes many and a dataclass takes five times as long; its fields are
    the table's columns, `position` among them: that of the last event that changed the row. `key(event)` says which row
    an event of one of the `events` types changes, None for none. `project` gives the row after an event, newly made;
    None deletes it, and the same row object means that nothing changed.
    """

    name: str
    table: sa.Table
    row: type[Row]
    events: tuple[type[Any], ...]
    key: Callable[[Any], UUID | None]
    project: Callable[[Row | None, Event], Row | None]

    @property
    def primary(self) -> sa.Column[UUID]:
        """The column that the rows are kept by."""
        column: sa.Column[UUID] = next(iter(self.table.primary_key))
        return column

    @cached_property
    def by_key(self) -> sa.Select[Any]:
        """The row whose key is the parameter `key`, if any, and `view_position`, up to which the view is true."""
        bookmark = sa.select(bookmarks.c.position).where(bookmarks.c.name == self.name).scalar_subquery()
        one = sa.select(sa.literal(1).label("one")).subquery()
        return sa.select(sa.func.coalesce(bookmark, 0).label("view_position"), *self.table.columns).select_from(
            one.outerjoin(self.table, self.primary == sa.bindparam("key"))
        )

    @cached_property
    def _handled(self) -> frozenset[type[Any]]:
        return frozenset(self.events)

    def key_of(self, event: Event) -> UUID | None:
        """Which row an event changes, None for none; any event may be asked about."""
        return self.key(event.data) if type(event.data) in self._handled else None

    def load(self, mapping: sa.RowMapping) -> Row:
        """A row as it was stored."""
        return self.row(**{name: mapping[name] for name in self.row.__struct_fields__})

    def fold(self, row: Row | None, event: Event) -> Row | None:
        """The row after an event that concerns it."""
        after = self.project(row, event)
        if after is not None and after is not row:
            force_setattr(after, "position", event.position)  # it was made a moment ago, and nobody has seen it yet
        return after


async def read_row(database: Database, view: View[Row], key: UUID) -> tuple[Row | None, int]:
    """One row and the position up to which its view is true, both of the same instant."""
    async with database.reading() as db:
        found = (await db.execute(view.by_key, {"key": key})).mappings().one()
    return (None if found[view.primary.name] is None else view.load(found)), int(found["view_position"])


async def find_rows(db: AsyncConnection, view: View[Row], *where: sa.ColumnElement[bool]) -> list[Row]:
    """All rows that meet the conditions, in no particular order."""
    return [view.load(found) for found in (await db.execute(sa.select(view.table).where(*where))).mappings()]


class Projector(Generic[Row]):
    """Keeps a view's table: the part of its follower that folds and stores."""

    def __init__(self, view: View[Row], database: Database) -> None:
        """One follower of each view at a time; its bookmark sees to that."""
        self._view, self._database = view, database
        self._cache: OrderedDict[UUID, Row | None] = OrderedDict()
        self._upsert = database.upsert(view.table)
        self._columns = [column.name for column in view.table.columns]

    async def act(self, events: Sequence[Event]) -> None:
        """A view does nothing to the world."""

    async def write(self, db: AsyncConnection, events: Sequence[Event]) -> Callable[[], None]:
        """Fold a batch and store the rows it changed. The answer is to be called once that is committed."""
        concerned = [(key, event) for event in events if (key := self._view.key_of(event))]
        before = await self._load(db, {key for key, _ in concerned})
        rows = dict(before)
        for key, event in concerned:
            rows[key] = self._view.fold(rows[key], event)
        changed = {key: row for key, row in rows.items() if row is not before[key]}
        stored = [{name: getattr(row, name) for name in self._columns} for row in changed.values() if row is not None]
        if stored:
            await db.execute(self._upsert, stored)
        if gone := [key for key, row in changed.items() if row is None]:
            await db.execute(sa.delete(self._view.table).where(self._view.primary.in_(gone)))
        return lambda: self._remember(rows)

    async def _load(self, db: AsyncConnection, keys: set[UUID]) -> dict[UUID, Row | None]:
        rows = {key: self._cache[key] for key in keys if key in self._cache}
        missing = list(keys - rows.keys())
        for start in range(0, len(missing), KEYS_PER_QUERY):
            some = missing[start : start + KEYS_PER_QUERY]
            query = sa.select(self._view.table).where(self._view.primary.in_(some))
            found = {m[self._view.primary.name]: self._view.load(m) for m in (await db.execute(query)).mappings()}
            rows |= {key: found.get(key) for key in some}
        return rows

    def _remember(self, rows: Mapping[UUID, Row | None]) -> None:
        for key, row in rows.items():
            self._cache[key] = row
            self._cache.move_to_end(key)
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
