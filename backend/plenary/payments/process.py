"""The payments process: a refund that its gateway could not be asked for is asked for again, later and later."""

from datetime import datetime

from plenary.engine.process import Process, Send
from plenary.payments.payment_messages import RefundPutOff, RetryRefund


def react(event: object, now: datetime) -> list[Send]:
    """The commands that follow an event; none for most."""
    match event:
        case RefundPutOff(payment_id, _, number, tries, again_at):
            return [Send(RetryRefund(payment_id, number, tries), at=again_at)]
        case _:
            return []


PAYMENTS = Process("payments", react)
