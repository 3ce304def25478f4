"""Access: browser sessions, what each may do, and how often somebody tried a secret."""

import sqlalchemy as sa
from alembic import op

from plenary.engine.tables import Name, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("session", Name, primary_key=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
    )
    op.create_index("sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "session_scopes",
        sa.Column("session", Name, primary_key=True),
        sa.Column("scope", Name, primary_key=True),
        sa.Column("granted_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "tries",
        sa.Column("key", Name, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("unseen", sa.Integer, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("last_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("tries_last_ms", "tries", ["last_ms"])


def downgrade() -> None:
    for table in ("tries", "session_scopes", "sessions"):
        op.drop_table(table)
