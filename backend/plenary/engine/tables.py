"""The tables that the engine keeps and nothing can rebuild: the log, commands, bookmarks, timers, people's keys …"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A moment in time: aware in Python, always UTC; `timestamptz` in PostgreSQL, a sortable text in SQLite.

    Storing a naive datetime raises ValueError.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, on its way into the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, on its way out; SQLite does not remember the time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives a table the speed of its row id only if the key's type is spelled INTEGER.
Position = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Names are compared byte by byte: faster, and an operating system's new collation cannot break the index.
Name = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

kept = sa.MetaData()

events = sa.Table(
    "events",
    kept,
    sa.Column("position", Position, primary_key=True, autoincrement=False),
    sa.Column("stream", Name, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("metadata", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("stream", "version", name="events_stream_version"),
    sa.CheckConstraint("version > 0", name="events_version_counts_from_one"),
)

commands = sa.Table(
    "commands",
    kept,
    sa.Column("command_id", sa.Uuid, primary_key=True),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

bookmarks = sa.Table(
    "bookmarks",
    kept,
    sa.Column("name", Name, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("owner", sa.Uuid),
    sa.Column("lease_until", UtcDateTime),
)

workers = sa.Table(
    "workers",
    kept,
    sa.Column("worker", sa.Uuid, primary_key=True),
    sa.Column("seen_until", UtcDateTime, nullable=False),
)

parked = sa.Table(
    "parked",
    kept,
    sa.Column("name", Name, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("stream", Name, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("again", sa.Boolean, nullable=False),
    sa.Column("parked_at", UtcDateTime, nullable=False),
    sa.Index("parked_stream", "name", "stream", "position"),
)

timers = sa.Table(
    "timers",
    kept,
    sa.Column("timer_id", Name, primary_key=True),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("metadata", sa.Text, nullable=False),
    sa.Column("set_at", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Index("timers_due_at", "due_at"),
)

keys = sa.Table(
    "keys",
    kept,
    sa.Column("subject", sa.Uuid, primary_key=True),
    sa.Column("lookup", sa.Text, nullable=False),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("lookup", name="keys_lookup"),
)

snapshots = sa.Table(
    "snapshots",
    kept,
    sa.Column("stream", Name, primary_key=True),
    sa.Column("shape", Name, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
