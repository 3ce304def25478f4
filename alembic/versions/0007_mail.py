"""Mails are handed to an SMTP server, and seats have generations.

Mails that are there already count as delivered; orders, which show the generations, are folded anew from the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give mails a state and what is sent with them, and let the orders' follower begin again."""
    op.add_column("mailbox", sa.Column("attachments", sa.Text, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("mailbox", sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'delivered'")))
    op.add_column("mailbox", sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column("mailbox", sa.Column("next_try_at", sa.DateTime(timezone=True)))
    op.add_column("mailbox", sa.Column("error", sa.Text))
    op.create_index("mailbox_state", "mailbox", ["state", "next_try_at"])
    op.execute("DELETE FROM orders")
    op.execute("DELETE FROM bookmarks WHERE name = 'orders'")


def downgrade() -> None:
    """Take the columns away."""
    op.drop_index("mailbox_state", "mailbox")
    with op.batch_alter_table("mailbox") as mailbox:
        for column in ("error", "next_try_at", "tries", "state", "attachments"):
            mailbox.drop_column(column)
