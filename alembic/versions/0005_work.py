"""Background work is divided by leases; an event that a follower cannot handle is put aside with its stream."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for leases, for workers to be counted, for what was put aside, and for tries of timers."""
    postgres = op.get_bind().dialect.name == "postgresql"
    name = postgresql.TEXT(collation="C") if postgres else sa.Text()
    moment = sa.DateTime(timezone=True)
    op.add_column("bookmarks", sa.Column("generation", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column("bookmarks", sa.Column("owner", sa.Uuid))
    op.add_column("bookmarks", sa.Column("lease_until", moment))
    op.add_column("timers", sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_table(
        "workers",
        sa.Column("worker", sa.Uuid, primary_key=True),
        sa.Column("seen_until", moment, nullable=False),
    )
    op.create_table(
        "parked",
        sa.Column("name", name, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("stream", name, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("again", sa.Boolean, nullable=False),
        sa.Column("parked_at", moment, nullable=False),
    )
    op.create_index("parked_stream", "parked", ["name", "stream", "position"])


def downgrade() -> None:
    """There is no way back: what was put aside would be forgotten."""
    raise NotImplementedError("Restore a backup instead.")
