"""What screens read, folded from the log: the catalogue, availability and orders; and the mails that were sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the read models, and the mailbox."""
    name = postgresql.TEXT(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.Text()
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "catalogue",
        sa.Column("conference_id", sa.Uuid, primary_key=True),
        sa.Column("slug", name, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("tagline", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("hold_seconds", sa.Integer, nullable=False),
        sa.Column("seats_per_order", sa.Integer, nullable=False),
        sa.Column("state", name, nullable=False),
        sa.Column("ever_published", sa.Boolean, nullable=False),
        sa.Column("published_position", sa.BigInteger),
        sa.Column("seat_types", sa.Text, nullable=False),
        sa.Column("owner", sa.Uuid, nullable=False),
        sa.Column("owner_name", sa.Text, nullable=False),
        sa.Column("owner_email", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_index("catalogue_slug", "catalogue", ["slug"])
    op.create_index("catalogue_owner", "catalogue", ["owner"])
    op.create_index("catalogue_state_published_position", "catalogue", ["state", "published_position"])
    op.create_table(
        "availability",
        sa.Column("conference_id", sa.Uuid, primary_key=True),
        sa.Column("slug", name, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("ever_published", sa.Boolean, nullable=False),
        sa.Column("seats", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Uuid, nullable=False),
        sa.Column("code", name, nullable=False),
        sa.Column("state", name, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("placed_at", moment, nullable=False),
        sa.Column("pay_by", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.Column("registrant", sa.Uuid),
        sa.Column("email", sa.Text),
        sa.Column("first_name", sa.Text),
        sa.Column("last_name", sa.Text),
        sa.Column("payment", sa.Text, nullable=False),
        sa.Column("seats", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_index("orders_code", "orders", ["code"])
    op.create_index("orders_conference_id_placed_at", "orders", ["conference_id", "placed_at", "order_id"])
    op.create_table(
        "mailbox",
        sa.Column("mail_id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("sent_at", moment, nullable=False),
    )
    op.create_index("mailbox_person", "mailbox", ["person"])
    op.create_index("mailbox_sent_at", "mailbox", ["sent_at", "mail_id"])


def downgrade() -> None:
    """Read models are folded anew from the log, but mails that were sent cannot be."""
    raise NotImplementedError("The mailbox is never taken away; restore a backup instead.")
