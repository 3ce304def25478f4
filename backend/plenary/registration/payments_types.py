"""What the API shows of an order's payments, and how it can be paid."""

from datetime import datetime, timedelta
from uuid import UUID

from plenary.conferences.catalogue import CATALOGUE
from plenary.graphql.context import Context
from plenary.graphql.reading import see
from plenary.graphql.words import Money
from plenary.payments import types
from plenary.payments.gateways.pages import page_of
from plenary.registration.orders_rows import OrderRow
from plenary.registration.payments_shown import Refund


def payment_of(row: OrderRow) -> types.Payment | None:
    """The payment that an order shows."""
    paid = row.payment
    if paid is None:
        return None
    return types.Payment(
        id=paid.payment_id,
        state=types.PaymentState(paid.state),
        amount=Money.of(paid.amount, row.currency),
        refunded=Money.of(paid.refunded, row.currency),
        method=types.METHODS.get(paid.gateway),
        pay_at=page_of(paid.gateway, paid.payment_id) if row.payable else None,
    )


def refund_of(refund: Refund, currency: str) -> types.Refund:
    """A refund of one of its payments."""
    return types.Refund(
        payment_id=refund.payment_id,
        number=refund.number,
        amount=Money.of(refund.amount, currency),
        reason=refund.reason,
        method=types.METHODS.get(refund.gateway),
        state=types.RefundState(refund.state),
        since=refund.since,
        why=refund.why,
        due=refund.due,
    )


async def methods_of(context: Context, conference_id: UUID, ends_at: datetime | None) -> list[types.PaymentMethod]:
    """How an order of a conference can be paid: at this server's gateways, and by transfer where it takes those.

    `ends_at`: when its hold ends, if that is never made longer; only transfers that are expected before are taken.
    """
    found = [types.METHODS[gateway] for gateway in context.settings.gateway]
    conference = (await see(context.engine, CATALOGUE, conference_id)).row
    days = None if conference is None else conference.transfer_days
    if days is not None and (ends_at is None or context.engine.now() + timedelta(days=days) <= ends_at):
        found.append(types.PaymentMethod.TRANSFER)
    return found
