"""What the API shows of payments, and the ways there are to pay."""

import enum
from datetime import datetime
from typing import Final
from uuid import UUID

import strawberry

from plenary.graphql.words import Money


@strawberry.enum(description="How an order can be paid.")
class PaymentMethod(enum.Enum):
    STRIPE = strawberry.enum_value("stripe", description="At Stripe: cards, and what else our account there takes.")
    TRANSFER = strawberry.enum_value(
        "transfer",
        description="By bank transfer to the organizer, who marks it as paid; seats are held for days. Not for seats "
        "from the waitlist, unless they are held for so long.",
    )
    TEST = strawberry.enum_value("test", description="On a test page, where no money moves.")


METHODS: Final = {"stripe": PaymentMethod.STRIPE, "transfer": PaymentMethod.TRANSFER, "test": PaymentMethod.TEST}
"""The ways to pay by the name of their gateway."""
GATEWAYS: Final = {method: gateway for gateway, method in METHODS.items()}


@strawberry.enum(description="How a payment stands.")
class PaymentState(enum.Enum):
    INITIATED = strawberry.enum_value("initiated", description="It can be paid.")
    COMPLETED = strawberry.enum_value("completed", description="The money is here, or a part of it still is.")
    REJECTED = strawberry.enum_value("rejected", description="The gateway did not accept it; another may be started.")
    CANCELLED = strawberry.enum_value("cancelled", description="It was given up; another may be started.")
    REFUNDED = strawberry.enum_value("refunded", description="All the money went back.")


@strawberry.type(description="A payment of an order.")
class Payment:
    id: UUID = strawberry.field(description="Made by the client that started it.")
    state: PaymentState = strawberry.field(description="How it stands.")
    amount: Money = strawberry.field(description="What is to be paid, or was.")
    refunded: Money = strawberry.field(description="What went back of it.")
    method: PaymentMethod | None = strawberry.field(description="How it is paid; null for a way that is gone.")
    pay_at: str | None = strawberry.field(description="The path of the gateway's page, while it can be paid there.")


@strawberry.enum(description="How a refund stands.")
class RefundState(enum.Enum):
    REQUESTED = strawberry.enum_value("requested", description="It is on its way, or waits for the organizer.")
    COMPLETED = strawberry.enum_value("completed", description="The money went back.")
    FAILED = strawberry.enum_value("failed", description="The gateway did not do it; the organizer has to see to it.")


@strawberry.type(description="A part of a payment that goes back.")
class Refund:
    payment_id: UUID = strawberry.field(description="The payment.")
    number: int = strawberry.field(description="Tells the refunds of one payment apart.")
    amount: Money = strawberry.field(description="What goes back.")
    reason: str = strawberry.field(description="What for.")
    method: PaymentMethod | None = strawberry.field(description="How it was paid, and goes back.")
    state: RefundState = strawberry.field(description="How it stands.")
    since: datetime = strawberry.field(description="When it came to stand so.")
    why: str | None = strawberry.field(description="Why it failed, in the gateway's words.")
    due: bool = strawberry.field(description="Whether the organizer has to see to it.")
