"""Paying over the API: a payment begins or is given up, and organizers say what came, or went back, by transfer.

Of all others only the gateway's word completes a payment.
"""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from datetime import timedelta
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.visitor import NotAllowed
from plenary.conferences.conference import CONFERENCE
from plenary.engine.decider import Refusal
from plenary.graphql.context import Context, Info
from plenary.graphql.reading import CommandId, OrderId
from plenary.graphql.words import refused
from plenary.payments.gateways.pages import NoGateway, NotByTransfer, NotOffered, RefundUnderWay
from plenary.payments.payment import PAYMENT, Cancelled, Completed, Initiated, Rejected
from plenary.payments.payment_messages import (
    CancelPayment,
    Command,
    CompletePayment,
    CompleteRefund,
    PaymentNotFound,
    PaymentOfAnotherOrder,
    RefundNotFound,
    RetryRefund,
)
from plenary.payments.types import GATEWAYS, PaymentMethod
from plenary.registration.answers import changed
from plenary.registration.order_commands import RequestPayment
from plenary.registration.order_refusals import OrderNotFound
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow
from plenary.registration.types import OrderResult

PaymentId: TypeAlias = Annotated[UUID, strawberry.argument(description="The payment.")]
RefundNumber: TypeAlias = Annotated[int, strawberry.argument(description="Which refund of the payment.")]
Paid: TypeAlias = Initiated | Rejected | Cancelled | Completed
TRANSFER = "transfer"
BY_HAND = "by hand"


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Begin to pay a held order; then send the browser to `order.payment.payAt`.")
    async def start_payment(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        payment_id: Annotated[UUID, strawberry.argument(description="Made by the client, version 4.")],
        gateway: Annotated[
            PaymentMethod | None, strawberry.argument(description="One of its `paymentMethods`; the first by default.")
        ] = None,
    ) -> OrderResult:
        context = info.context
        if not await context.visitor.holds_order(order_id):
            return refused(NotAllowed())
        payment, _ = await context.engine.state(PAYMENT, payment_id, fresh=True)
        if payment is not None and payment.bill.order_id != order_id:
            return refused(PaymentOfAnotherOrder())
        command = await _request(context, order_id, payment_id, gateway)
        if isinstance(command, Refusal):
            return refused(command)
        said = ["startPayment", order_id, payment_id, *([] if gateway is None else [GATEWAYS[gateway]])]
        answer = await context.engine.send(command, id=command_id, sender=scopes.order(order_id), said=said)
        return await changed(
            context,
            order_id,
            answer,
            lambda row: row is not None and row.payment is not None and row.payment.payment_id == payment_id,
        )

    @strawberry.mutation(description="Give up a payment that was not made; the seats stay held until the deadline.")
    async def abandon_payment(
        self, info: Info, command_id: CommandId, order_id: OrderId, payment_id: PaymentId
    ) -> OrderResult:
        engine = info.context.engine
        if not await info.context.visitor.holds_order(order_id):
            return refused(NotAllowed())
        payment, _ = await engine.state(PAYMENT, payment_id, fresh=True)
        if payment is None:
            return refused(PaymentNotFound())
        if payment.bill.order_id != order_id:
            return refused(PaymentOfAnotherOrder())
        answer = await engine.send(CancelPayment(payment_id), id=command_id, sender=scopes.order(order_id))
        return await changed(info.context, order_id, answer)

    @strawberry.mutation(description="Say that the money of a bank transfer has arrived. For the organizer.")
    async def record_transfer(self, info: Info, command_id: CommandId, payment_id: PaymentId) -> OrderResult:
        payment = await _of_ours(info.context, payment_id)
        if isinstance(payment, Refusal):
            return refused(payment)
        if payment.bill.gateway != TRANSFER:
            return refused(NotByTransfer())
        command = CompletePayment(payment_id, info.context.engine.now(), BY_HAND)
        return await _as_organizer(info.context, payment, command, command_id, ["recordTransfer", payment_id])

    @strawberry.mutation(
        description="Say that a refund was paid back by hand: of a transfer, or one that failed. For the organizer."
    )
    async def record_refund(
        self, info: Info, command_id: CommandId, payment_id: PaymentId, number: RefundNumber = 0
    ) -> OrderResult:
        payment = await _of_ours(info.context, payment_id)
        if isinstance(payment, Refusal):
            return refused(payment)
        refund = payment.refund(number) if isinstance(payment, Completed) else None
        if refund is None:
            return refused(RefundNotFound())
        if refund.state in ("requested", "put_off") and payment.bill.gateway != TRANSFER:
            return refused(RefundUnderWay())
        command = CompleteRefund(payment_id, number, BY_HAND)
        return await _as_organizer(info.context, payment, command, command_id, ["recordRefund", payment_id, number])

    @strawberry.mutation(description="Have the gateway asked again for a refund that failed. For the organizer.")
    async def retry_refund(
        self, info: Info, command_id: CommandId, payment_id: PaymentId, number: RefundNumber = 0
    ) -> OrderResult:
        payment = await _of_ours(info.context, payment_id)
        if isinstance(payment, Refusal):
            return refused(payment)
        refund = payment.refund(number) if isinstance(payment, Completed) else None
        if refund is None:
            return refused(RefundNotFound())
        command = RetryRefund(payment_id, number, refund.tries + 1)
        return await _as_organizer(info.context, payment, command, command_id, ["retryRefund", payment_id, number])


async def _request(
    context: Context, order_id: UUID, payment_id: UUID, method: PaymentMethod | None
) -> RequestPayment | Refusal:
    """What is asked of the order; one paid by transfer is held for as long as its conference waits for transfers."""
    row = await context.engine.until(ORDERS, order_id, lambda row: row is not None, 2.0)
    if row is None:
        return OrderNotFound()
    conference, _ = await context.engine.state(CONFERENCE, row.conference_id)
    days = None if conference is None else conference.details.transfer_days
    gateway = GATEWAYS[method] if method else next(iter(context.settings.gateway), None if days is None else TRANSFER)
    if gateway is None:
        return NoGateway()
    if gateway != TRANSFER:
        return RequestPayment(order_id, payment_id, gateway) if gateway in context.settings.gateway else NotOffered()
    if days is None:
        return NotOffered()
    return RequestPayment(order_id, payment_id, gateway, hold_until=context.engine.now() + timedelta(days=days))


async def _of_ours(context: Context, payment_id: UUID) -> Refusal | Paid:
    """A payment at a conference that this browser runs."""
    payment, _ = await context.engine.state(PAYMENT, payment_id, fresh=True)
    if payment is None or not await context.visitor.runs(payment.bill.conference_id):
        return NotAllowed()
    return payment


async def _as_organizer(
    context: Context, payment: Paid, command: Command, command_id: UUID, said: object
) -> OrderResult:
    bill = payment.bill
    sender = scopes.conference(bill.conference_id)
    answer = await context.engine.send(command, id=command_id, sender=sender, said=said)

    def is_told(row: OrderRow | None) -> bool:
        """Whether what follows can be seen, too: an order that is booked by the money, or the money going back."""
        if row is None or not row.settled or not isinstance(command, CompletePayment):
            return row is not None and row.settled
        booked = row.state == "confirmed" and row.payment is not None and row.payment.payment_id == bill.payment_id
        return booked or any(refund.payment_id == bill.payment_id for refund in row.refunds)

    return await changed(context, bill.order_id, answer, is_told)
