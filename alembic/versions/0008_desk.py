"""What an organizer's desk is read from: orders by their words and states, organizers' deeds, sales by the hour.

The orders are folded anew from the log.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty the orders, give them their new column and indexes, and let their follower begin again."""
    op.execute("DELETE FROM orders")
    op.execute("DELETE FROM bookmarks WHERE name = 'orders'")
    indexed = op.get_bind().dialect.name == "postgresql"
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("words", postgresql.TSVECTOR if indexed else sa.Text, nullable=False))
    op.create_index(
        "orders_conference_id_state_placed_at", "orders", ["conference_id", "state", "placed_at", "order_id"]
    )
    if indexed:
        op.create_index("orders_words", "orders", ["words"], postgresql_using="gin")
    else:
        op.create_index("orders_read_words", "orders", ["conference_id", "placed_at", "order_id", "state", "words"])
    name = postgresql.TEXT(collation="C") if indexed else sa.Text()
    op.create_table(
        "deeds",
        sa.Column("deed", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Uuid, nullable=False),
        sa.Column("stream", name, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_index("deeds_conference_id_position", "deeds", ["conference_id", "position"])
    op.create_table(
        "sales",
        sa.Column("hour_id", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Uuid, nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sums", sa.Text, nullable=False),
        sa.Column("levels", sa.Text, nullable=False),
        sa.Column("minutes", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_index("sales_conference_id_hour", "sales", ["conference_id", "hour"])


def downgrade() -> None:
    """Take the tables, the column and the indexes away."""
    op.drop_table("sales")
    op.drop_table("deeds")
    sqlite = op.get_bind().dialect.name != "postgresql"
    op.drop_index("orders_read_words" if sqlite else "orders_words", "orders")
    op.drop_index("orders_conference_id_state_placed_at", "orders")
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("words")
