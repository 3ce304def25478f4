"""An organizer reads which refunds wait for them, and since when: from an index of the few orders that have one.

Orders are folded anew from the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITING = sa.text("refund_due_since IS NOT NULL")


def fold_anew() -> None:
    """Empty the orders and forget how far they were; what was put aside will be met again."""
    op.execute("DELETE FROM orders")
    op.execute("DELETE FROM bookmarks WHERE name = 'orders'")
    op.execute("DELETE FROM parked WHERE name NOT IN (SELECT name FROM bookmarks)")


def upgrade() -> None:
    """Empty the orders, give them an instant instead of a yes or no, and let their follower begin again.

    The registration process does what the payments process did, whose bookmark would seem to lag behind for ever.
    """
    op.execute("DELETE FROM bookmarks WHERE name = 'payments'")
    fold_anew()
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("refund_due")
        orders.add_column(sa.Column("refund_due_since", sa.DateTime(timezone=True)))
    op.create_index(
        "orders_refunds_due",
        "orders",
        ["conference_id", "refund_due_since", "order_id"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )


def downgrade() -> None:
    """Go back to the yes or no; the orders are folded anew once more."""
    fold_anew()
    op.drop_index("orders_refunds_due", "orders")
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("refund_due_since")
        orders.add_column(sa.Column("refund_due", sa.Boolean, nullable=False))
