"""Paying over the API: a payment of an order begins, or is given up. Only the gateway's word completes it."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Annotated
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.visitor import NotAllowed
from plenary.graphql.context import Info
from plenary.graphql.reading import CommandId, OrderId
from plenary.graphql.words import refused
from plenary.payments.gateways.pages import NoGateway
from plenary.payments.payment import PAYMENT, CancelPayment, PaymentNotFound, PaymentOfAnotherOrder
from plenary.registration.answers import changed
from plenary.registration.order_commands import RequestPayment
from plenary.registration.types import OrderResult


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Begin to pay a held order; then send the browser to `order.payment.payAt`.")
    async def start_payment(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        payment_id: Annotated[UUID, strawberry.argument(description="Made by the client, version 4.")],
    ) -> OrderResult:
        engine, gateway = info.context.engine, info.context.settings.gateway
        if not await info.context.visitor.holds_order(order_id):
            return refused(NotAllowed())
        if gateway is None:
            return refused(NoGateway())
        payment, _ = await engine.state(PAYMENT, payment_id, fresh=True)
        if payment is not None and payment.bill.order_id != order_id:
            return refused(PaymentOfAnotherOrder())
        answer = await engine.send(
            RequestPayment(order_id, payment_id, gateway),
            id=command_id,
            sender=scopes.order(order_id),
            said=["startPayment", order_id, payment_id],
        )
        return await changed(
            info.context,
            order_id,
            answer,
            lambda row: row is not None and row.payment is not None and row.payment.payment_id == payment_id,
        )

    @strawberry.mutation(description="Give up a payment that was not made; the seats stay held until the deadline.")
    async def abandon_payment(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        payment_id: Annotated[UUID, strawberry.argument(description="The payment.")],
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
