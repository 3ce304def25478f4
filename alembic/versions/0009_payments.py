"""Gateways are asked for refunds: the cashier follows the log from here on, and orders show what went back.

Orders are folded anew from the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty the orders' read model and give it its new columns; begin the new followers where the log ends."""
    op.execute("DELETE FROM orders")
    op.execute("DELETE FROM bookmarks WHERE name = 'orders'")
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("refunds", sa.Text, nullable=False))
        orders.add_column(sa.Column("refund_due", sa.Boolean, nullable=False))
    begin = sa.text(
        "INSERT INTO bookmarks (name, position, updated_at) "
        "SELECT :name, max(position), CURRENT_TIMESTAMP FROM events HAVING max(position) IS NOT NULL"
    )
    for name in ("cashier", "payments"):
        op.execute(begin.bindparams(sa.bindparam("name", name, sa.Text)))


def downgrade() -> None:
    """Take the columns away; what was refunded stays in the log."""
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("refund_due")
        orders.drop_column("refunds")
