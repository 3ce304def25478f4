"""What the API shows of orders, and what a registrant may say."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

import enum
from datetime import datetime
from typing import Annotated, Self, TypeAlias
from uuid import UUID

import strawberry

from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.types import Conference
from plenary.graphql.context import Info
from plenary.graphql.reading import see
from plenary.graphql.words import (
    Busy,
    Money,
    Position,
    Refused,
    TooManyTries,
)
from plenary.payments.types import Payment, PaymentMethod, Refund
from plenary.registration import orders_rows as rows
from plenary.registration.payments_types import methods_of, payment_of, refund_of
from plenary.registration.tickets_types import Person, Seat
from plenary.registration.waitlist import places


@strawberry.enum(description="How an order stands.")
class OrderState(enum.Enum):
    PLACED = strawberry.enum_value("placed", description="Its seats are being decided.")
    WAITLISTED = strawberry.enum_value("waitlisted", description="On the waitlist: nothing is held for it yet.")
    HELD = strawberry.enum_value(
        "held", description="All its seats are held until `payBy`. A completed payment confirms it a moment later."
    )
    PARTLY_HELD = strawberry.enum_value("partly_held", description="Some of its seats are held until `payBy`.")
    SOLD_OUT = strawberry.enum_value("sold_out", description="No seat was left. This is final.")
    CONFIRMED = strawberry.enum_value("confirmed", description="The seats are the registrant's.")
    EXPIRED = strawberry.enum_value("expired", description="It was not paid in time; its seats are free again.")
    RETAKING = strawberry.enum_value("retaking", description="Paid too late: the seats are being taken again.")
    CANCELLED = strawberry.enum_value("cancelled", description="It, or every seat of it, was given up. This is final.")
    REFUNDED = strawberry.enum_value("refunded", description="The money went back, and no seat is left. This is final.")


@strawberry.type(description="The seats of one type in an order, with name and price as sold.")
class OrderLine:
    seat_type_id: UUID = strawberry.field(description="The seat type.")
    name: str = strawberry.field(description="What it was called when it was first ordered.")
    unit_price: Money = strawberry.field(description="What one seat cost when it was first ordered.")
    wanted: int = strawberry.field(description="How many seats were asked for.")
    granted: int | None = strawberry.field(description="How many of them it has; null until that is decided.")
    total: Money = strawberry.field(description="What they cost: only granted seats count once that is decided.")


@strawberry.type(description="What a promo code takes off an order.")
class Discount:
    code_id: UUID = strawberry.field(description="The promo code.")
    code: str = strawberry.field(description="As it is typed.")
    amount: Money = strawberry.field(description="What it takes off.")


@strawberry.type(description="A place on the waitlist.")
class WaitlistPlace:
    place: int = strawberry.field(description="From 1: the next seats that become free are offered to 1.")
    waiting: int = strawberry.field(description="How many orders wait for seats of this type.")


@strawberry.type(description="An order of seats at one conference.")
class Order:
    id: UUID = strawberry.field(description="Made by the client that placed it.")
    code: str = strawberry.field(description="Finds it again, with the registrant's e-mail address: XXXX-XXXX.")
    conference_id: UUID = strawberry.field(description="The conference.")
    state: OrderState = strawberry.field(
        description="How it stands. A held order stays held while a change of its items is decided."
    )
    lines: list[OrderLine] = strawberry.field(description="What was asked for and granted, by seat type.")
    total: Money = strawberry.field(
        description="What it costs, codes taken off: only granted seats count once that is decided."
    )
    discounts: list[Discount] = strawberry.field(description="What its promo codes take off, in turn.")
    kept: Money = strawberry.field(description="What was kept of the price of seats that were given up.")
    given_up: list[int] = strawberry.field(description="The numbers of its seats that were given up.")
    offered: bool = strawberry.field(description="It came from the waitlist: its time cannot be extended.")
    extended: bool = strawberry.field(description="Its registrant has asked for more time, which can be done once.")
    placed_at: datetime = strawberry.field(description="When it was placed.")
    pay_by: datetime = strawberry.field(description="Until when its seats are held.")
    server_time: datetime = strawberry.field(description="The server's clock at this answer, to correct one's own.")
    registrant: Person | None = strawberry.field(description="Who ordered; null until details are entered.")
    payment: Payment | None = strawberry.field(description="The latest one; null before.")
    refunds: list[Refund] = strawberry.field(description="All that goes back of any of its payments, in turn.")
    seats: list[Seat] = strawberry.field(description="Its numbered seats; empty until it is confirmed.")
    position: Position = strawberry.field(description="The last change that this shows; a greater one is newer.")
    stale: bool = strawberry.field(description="True when `atLeast`, or what was just done, could not be met in time.")

    @strawberry.field(description="Its place on the waitlist; null unless it waits there.")
    async def waitlist(self, info: Info) -> WaitlistPlace | None:
        """Looked up only when it is asked for."""
        if self.state is not OrderState.WAITLISTED:
            return None
        found = await places(info.context.engine).of(self.conference_id, self.id)
        return WaitlistPlace(place=found[0], waiting=found[1]) if found else None

    @strawberry.field(description="The conference, from the catalogue.")
    async def conference(self, info: Info) -> Conference | None:
        """Looked up only when it is asked for."""
        seen = await see(info.context.engine, CATALOGUE, self.conference_id)
        return await Conference.of(seen.row, info.context) if seen.row else None

    @strawberry.field(description="How it can be paid here, the usual way first; empty where nothing can be.")
    async def payment_methods(self, info: Info) -> list[PaymentMethod]:
        """Looked up only when it is asked for."""
        return await methods_of(info.context, self.conference_id, self.pay_by if self.offered else None)

    @classmethod
    def of(cls, row: rows.OrderRow, now: datetime, stale: bool = False) -> Self:
        """From the view; `now` is the server's time."""
        return cls(
            id=row.order_id,
            code=row.code,
            conference_id=row.conference_id,
            state=OrderState(row.state),
            lines=[_line(line, row.currency) for line in row.lines],
            total=Money.of(row.total, row.currency),
            discounts=[
                Discount(code_id=off.code_id, code=off.code, amount=Money.of(off.amount, row.currency))
                for off in (row.price.discounts if row.promos else ())
            ],
            kept=Money.of(max(row.total - row.price.total, 0) if row.cancelled else 0, row.currency),
            given_up=sorted(row.cancelled),
            offered=row.offered,
            extended=row.extended,
            placed_at=row.placed_at,
            pay_by=row.pay_by,
            server_time=now,
            registrant=registrant_of(row),
            payment=payment_of(row),
            refunds=[refund_of(refund, row.currency) for refund in row.refunds],
            seats=[Seat.of(row, seat) for seat in row.seats],
            position=Position(row.position),
            stale=stale,
        )


def registrant_of(row: rows.OrderRow) -> Person | None:
    """Who ordered, once that is known."""
    if row.email is None:
        return None
    return Person(email=row.email, first_name=row.first_name or "", last_name=row.last_name or "")


def attendee_of(seat: rows.Seat) -> Person | None:
    """Who sits there."""
    who = seat.attendee
    return None if who is None else Person(email=who.email, first_name=who.first_name, last_name=who.last_name)


def _line(line: rows.OrderLine, currency: str) -> OrderLine:
    return OrderLine(
        seat_type_id=line.seat_type_id,
        name=line.name,
        unit_price=Money.of(line.unit_price, currency),
        wanted=line.wanted,
        granted=line.granted,
        total=Money.of(line.total, currency),
    )


# ---------------------------------------------------------------- what is said and answered


@strawberry.input(description="Seats of one type.")
class OrderItemInput:
    seat_type_id: UUID = strawberry.field(description="The seat type.")
    quantity: int = strawberry.field(description="How many seats; 0 is the same as leaving it out.")


@strawberry.input(description="Somebody who has an order or a seat.")
class PersonInput:
    email: str = strawberry.field(description="By which people are told apart, however it is capitalised.")
    first_name: str = strawberry.field(description="First name, up to 200 characters.")
    last_name: str = strawberry.field(description="Last name, up to 200 characters.")


@strawberry.type(description="The seats of an order are decided: see what was granted per line.")
class OrderDecided:
    order: Order = strawberry.field(description="The order: held, partly held or sold out.")
    secret: str = strawberry.field(description="Opens the order anywhere: the fragment of its link. Keep it.")
    position: Position = strawberry.field(description="What was done by it.")


@strawberry.type(description="Not decided within 5 seconds. Send the same command again, or watch the order.")
class Deciding:
    order: Order = strawberry.field(description="The order as it stands.")
    secret: str = strawberry.field(description="Opens the order anywhere: the fragment of its link. Keep it.")
    position: Position = strawberry.field(description="What was done by it.")


@strawberry.type(description="It was done, or nothing was left to do.")
class OrderChanged:
    order: Order = strawberry.field(description="The order after it.")
    position: Position = strawberry.field(description="What was done by it.")


PlaceOrderResult: TypeAlias = Annotated[
    OrderDecided | Deciding | Refused | Busy | TooManyTries,
    strawberry.union("PlaceOrderResult", description="What came of asking for seats."),
]
OrderResult: TypeAlias = Annotated[
    OrderChanged | Refused | Busy | TooManyTries,
    strawberry.union("OrderResult", description="What came of doing something with an order."),
]
