"""What came with the whole of the domain: terms of conferences, promo codes, the waitlist, cancelled seats.

The read models that show it are folded anew from the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CONCERNED = ("catalogue", "availability", "orders")


def _begin_again(*views: str) -> None:
    bookmarks = sa.table("bookmarks", sa.column("name"))
    for view in views:
        op.execute(sa.delete(sa.table(view)))
        op.execute(sa.delete(bookmarks).where(bookmarks.c.name == view))


def upgrade() -> None:
    """Empty the read models concerned, give them their new columns, and let their followers begin again."""
    _begin_again(*CONCERNED)
    with op.batch_alter_table("catalogue") as catalogue:
        catalogue.add_column(sa.Column("cancel_days", sa.Integer))
        catalogue.add_column(sa.Column("cancel_fee_percent", sa.Integer, nullable=False))
        catalogue.add_column(sa.Column("transfer_days", sa.Integer))
        catalogue.add_column(sa.Column("transfer_details", sa.Text, nullable=False))
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("promos", sa.Text, nullable=False))
        orders.add_column(sa.Column("offered", sa.Boolean, nullable=False))
        orders.add_column(sa.Column("extended", sa.Boolean, nullable=False))
        orders.add_column(sa.Column("cancelled", sa.Text, nullable=False))
        orders.add_column(sa.Column("waiting_for", sa.Uuid))
        orders.add_column(sa.Column("waiting_since", sa.BigInteger))
    op.create_index("orders_waiting", "orders", ["conference_id", "waiting_since"])
    op.create_table(
        "promo_codes",
        sa.Column("code_id", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Uuid, nullable=False),
        sa.Column("promo", sa.Text, nullable=False),
        sa.Column("limit", sa.Integer),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_index("promo_codes_conference_id", "promo_codes", ["conference_id"])


def downgrade() -> None:
    """Take it all away, and let the read models begin again; what happened stays in the log."""
    _begin_again(*CONCERNED, "promo_codes")
    op.drop_table("promo_codes")
    op.drop_index("orders_waiting", "orders")
    with op.batch_alter_table("orders") as orders:
        for column in ("waiting_since", "waiting_for", "cancelled", "extended", "offered", "promos"):
            orders.drop_column(column)
    with op.batch_alter_table("catalogue") as catalogue:
        for column in ("transfer_details", "transfer_days", "cancel_fee_percent", "cancel_days"):
            catalogue.drop_column(column)
