"""Snapshots of long streams, so that loading one reads only its end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of snapshots; `recorded_at` is when the event of its version was recorded."""
    name = postgresql.TEXT(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    op.create_table(
        "snapshots",
        sa.Column("stream", name, primary_key=True),
        sa.Column("shape", name, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Take the table away; nothing is lost but time."""
    op.drop_table("snapshots")
