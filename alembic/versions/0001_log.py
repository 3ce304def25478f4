"""The log: events that never change, the commands they answer, bookmarks, timers and people's keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The lane: appends take turns on an advisory lock that lasts until their commit, so that positions are gapless and in
# commit order. It is a function because each statement inside takes its snapshot after the lock was granted; a plain
# statement would take it before, and number events from an outdated head. The settings keep it to index probes,
# whatever the sizes of the tables were when the plan was made, and let nobody wait for ever. The look-ups are scalar
# sub-selects for the same reason: an EXISTS may be answered by reading the whole table.
#
#   a_free      one for each append of the batch: whether no earlier one of the batch stands in its way
#   s_…         the streams that the appends name, in the order of the appends; `s_append` is the append, from 1, and
#               `s_events` the number of its events for the stream, 0 where it only guards it
#   e_…         the events, in the order of their streams; `e_named` is the stream's place in `s_…`, from 1
#   c_…         the commands that the appends answer
#
# An append is refused if a stream is not at its expected version, if one of its commands was answered before, or if it
# is not free. `accepted` and `positions` (of the log right after each append) answer in the order of the appends,
# `versions` (before the call) in that of `s_…`; `known` are the commands that were answered before.
APPEND = """
CREATE FUNCTION append_to_log(
  a_free boolean[],
  s_append int[], s_stream text[], s_expected bigint[], s_events int[],
  e_named int[], e_type text[], e_schema_version int[], e_data text[], e_metadata text[],
  c_append int[], c_id uuid[], c_sender text[], c_digest text[],
  OUT accepted boolean[], OUT positions bigint[], OUT versions bigint[], OUT known uuid[]
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off SET lock_timeout = '5s'
AS $$
#variable_conflict use_column
DECLARE
  head bigint;
  moment timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(7536, 1);
  SELECT coalesce(max(position), 0) INTO head FROM events;
  moment := clock_timestamp();
  WITH named AS MATERIALIZED (
    SELECT s.*,
           (sum(s.events) OVER (ROWS UNBOUNDED PRECEDING))::int - s.events AS events_before,
           coalesce(
             (SELECT e.version FROM events e WHERE e.stream = s.stream ORDER BY e.version DESC LIMIT 1), 0
           ) AS version
    FROM unnest(s_append, s_stream, s_expected, s_events) WITH ORDINALITY AS s(append, stream, expected, events, n)
  ), answering AS MATERIALIZED (
    SELECT c.*, (SELECT k.command_id FROM commands k WHERE k.command_id = c.id) IS NOT NULL AS answered
    FROM unnest(c_append, c_id, c_sender, c_digest) AS c(append, id, sender, digest)
  ), reasons AS (
    SELECT append, free AS ok, 0 AS events, NULL::int AS events_before
    FROM unnest(a_free) WITH ORDINALITY AS a(free, append)
    UNION ALL
    SELECT append, version = expected, events, events_before FROM named
    UNION ALL
    SELECT append, NOT answered, 0, NULL FROM answering
  ), judged AS (
    SELECT append, bool_and(ok) AS ok, sum(events) AS events, min(events_before) AS events_before
    FROM reasons GROUP BY append
  ), verdict AS MATERIALIZED (
    SELECT append, ok, events_before,
           (head + sum(CASE WHEN ok THEN events ELSE 0 END) OVER (ORDER BY append))::bigint AS position,
           (head + sum(CASE WHEN ok THEN events ELSE 0 END) OVER (ORDER BY append) - events)::bigint AS position_before
    FROM judged
  ), stored_events AS (
    INSERT INTO events (position, stream, version, type, schema_version, data, metadata, recorded_at)
    SELECT v.position_before + e.n - v.events_before, s.stream, s.expected + e.n - s.events_before,
           e.type, e.schema_version, e.data, e.metadata, moment
    FROM unnest(e_named, e_type, e_schema_version, e_data, e_metadata)
         WITH ORDINALITY AS e(named, type, schema_version, data, metadata, n)
    JOIN named s ON s.n = e.named JOIN verdict v ON v.append = s.append AND v.ok
  ), stored_commands AS (
    INSERT INTO commands (command_id, sender, digest, position, recorded_at)
    SELECT c.id, c.sender, c.digest, v.position, moment FROM answering c JOIN verdict v ON v.append = c.append AND v.ok
  )
  SELECT (SELECT array_agg(ok ORDER BY append) FROM verdict),
         (SELECT array_agg(position ORDER BY append) FROM verdict),
         (SELECT array_agg(version ORDER BY n) FROM named),
         (SELECT array_agg(id) FROM answering WHERE answered)
  INTO accepted, positions, versions, known;
END $$
"""

UNCHANGEABLE = """
CREATE FUNCTION events_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Events never change: % is not allowed.', TG_OP;
END $$
"""

UNCHANGEABLE_TRIGGER = """
CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_never_change()
"""


def upgrade() -> None:
    """Make the engine's kept tables, the append and the guards of what was written."""
    postgres = op.get_bind().dialect.name == "postgresql"
    name = postgresql.TEXT(collation="C") if postgres else sa.Text()
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger() if postgres else sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("stream", name, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
        sa.CheckConstraint("version > 0", name="events_version_counts_from_one"),
    )
    op.create_table(
        "commands",
        sa.Column("command_id", sa.Uuid, primary_key=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
    )
    op.create_table(
        "bookmarks",
        sa.Column("name", name, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("updated_at", moment, nullable=False),
    )
    op.create_table(
        "timers",
        sa.Column("timer_id", name, primary_key=True),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
    )
    op.create_index("timers_due_at", "timers", ["due_at"])
    op.create_table(
        "keys",
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("lookup", sa.Text, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.UniqueConstraint("lookup", name="keys_lookup"),
    )
    if postgres:
        op.execute(APPEND)
        op.execute(UNCHANGEABLE)
        op.execute(UNCHANGEABLE_TRIGGER)
        # A table that only grows is vacuumed for its visibility map and to freeze its rows: often, in small bites.
        op.execute("ALTER TABLE events SET (autovacuum_vacuum_insert_scale_factor = 0.02)")
    else:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER events_never_{change.lower()} BEFORE {change} ON events "
                f"BEGIN SELECT raise(ABORT, 'Events never change: {change} is not allowed.'); END"
            )


def downgrade() -> None:
    """There is no way back: it would destroy the only record of what happened."""
    raise NotImplementedError("The log is never taken away; restore a backup instead.")
