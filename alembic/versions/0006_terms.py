"""What a conference's organizer may settle beyond prices: cancelling, bank transfers, sale windows.

The read models that show it are folded anew from the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty the read models concerned, give them their new columns, and let their followers begin again."""
    op.execute("DELETE FROM catalogue")
    op.execute("DELETE FROM availability")
    op.execute("DELETE FROM bookmarks WHERE name IN ('catalogue', 'availability')")
    with op.batch_alter_table("catalogue") as catalogue:
        catalogue.add_column(sa.Column("cancel_days", sa.Integer))
        catalogue.add_column(sa.Column("cancel_fee_percent", sa.Integer, nullable=False))
        catalogue.add_column(sa.Column("transfer_days", sa.Integer))
        catalogue.add_column(sa.Column("transfer_details", sa.Text, nullable=False))


def downgrade() -> None:
    """Take the columns away; what was settled stays in the log."""
    with op.batch_alter_table("catalogue") as catalogue:
        for column in ("transfer_details", "transfer_days", "cancel_fee_percent", "cancel_days"):
            catalogue.drop_column(column)
