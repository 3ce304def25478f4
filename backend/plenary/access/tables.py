"""The tables of access: browser sessions, what each may do, and how often somebody tried a secret. All are kept."""

import sqlalchemy as sa

from plenary.engine.tables import Name, UtcDateTime

kept_access = sa.MetaData()

sessions = sa.Table(
    "sessions",
    kept_access,
    sa.Column("session", Name, primary_key=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Index("sessions_expires_at", "expires_at"),
)

session_scopes = sa.Table(
    "session_scopes",
    kept_access,
    sa.Column("session", Name, primary_key=True),
    sa.Column("scope", Name, primary_key=True),
    sa.Column("granted_at", UtcDateTime, nullable=False),
)

tries = sa.Table(
    "tries",
    kept_access,
    sa.Column("key", Name, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("unseen", sa.Integer, nullable=False),
    sa.Column("since_ms", sa.BigInteger, nullable=False),
    sa.Column("last_ms", sa.BigInteger, nullable=False),
    sa.Index("tries_last_ms", "last_ms"),
)
