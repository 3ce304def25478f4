"""Seats and orders over the API: live availability, and everything a registrant does with an order."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.refusals import WrongOrderLink
from plenary.access.secrets import same
from plenary.access.visitor import NotAllowed
from plenary.conferences.catalogue import find_conference_by_slug
from plenary.engine.decider import FieldError, InvalidInput, Refusal
from plenary.engine.views import View
from plenary.graphql.context import Info
from plenary.graphql.reading import (
    AtLeast,
    CommandId,
    ConferenceId,
    OrderId,
    not_allowed,
    see,
)
from plenary.graphql.words import refused
from plenary.registration import orders_find
from plenary.registration.answers import (
    DECIDING,
    carry_out,
    decision,
    entry_of,
    is_decided,
    items_of,
    person_of,
    send_on_offer,
    shown,
)
from plenary.registration.assignments import AssignSeat, UnassignSeat
from plenary.registration.availability import AVAILABILITY, AvailabilityRow
from plenary.registration.availability_types import SeatAvailability
from plenary.registration.order import ORDER
from plenary.registration.order_commands import CancelOrder, ChangeItems, EnterDetails, PlaceOrder
from plenary.registration.order_refusals import OrderNotFound
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow
from plenary.registration.types import (
    Order,
    OrderItemInput,
    OrderResult,
    PersonInput,
    PlaceOrderResult,
)
from plenary.words import Offer, normalise_code, normalise_email

Items: TypeAlias = Annotated[
    list[OrderItemInput], strawberry.argument(description="All seats that are wanted; at most 50 entries.")
]
SeatNumber: TypeAlias = Annotated[int, strawberry.argument(description="The seat's number in the order, from 1.")]

PUBLIC: Final[Mapping[str, View[Any]]] = {"seatAvailability": AVAILABILITY}
"""What may be kept of what a stranger was answered, while the view that it is read from does not change."""


async def may_see_seats(info: Info, row: AvailabilityRow | None) -> bool:
    """Everybody may, once the conference was published; before that only its organizer."""
    return row is not None and (row.ever_published or await info.context.visitor.runs(row.conference_id))


@strawberry.type
class Query:
    @strawberry.field(description="The seats of a conference; null when there is none, or a draft of somebody else.")
    async def seat_availability(
        self, info: Info, conference: ConferenceId, at_least: AtLeast = None
    ) -> SeatAvailability | None:
        seen = await see(info.context.engine, AVAILABILITY, conference, at_least)
        if seen.row is None or not await may_see_seats(info, seen.row):
            return None
        return SeatAvailability.of(seen.row, seen.stale)

    @strawberry.field(description="An order, for its registrant and its conference's organizer; null for anybody else.")
    async def order(self, info: Info, id: OrderId, at_least: AtLeast = None) -> Order | None:
        engine, visitor = info.context.engine, info.context.visitor
        seen = await see(engine, ORDERS, id, at_least)
        if seen.row is None or not await visitor.sees_order(id, seen.row.conference_id):
            return None
        return Order.of(seen.row, engine.now(), seen.stale)


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Ask for seats, and wait until they are decided. This browser may see the order.")
    async def place_order(
        self,
        info: Info,
        command_id: CommandId,
        order_id: Annotated[UUID, strawberry.argument(description="Made by the client, version 4.")],
        conference_id: ConferenceId,
        items: Items,
    ) -> PlaceOrderResult:
        context, engine, wanted = info.context, info.context.engine, items_of(items)
        if too_many := context.visitor.hurry("place_order"):
            return refused(too_many)
        if isinstance(wanted, Refusal):
            return refused(wanted)

        def place(offer: Offer) -> PlaceOrder:
            code, grace = context.secrets.order_code(order_id), context.settings.grace_seconds
            return PlaceOrder(order_id, conference_id, code, offer, wanted, engine.now(), grace)

        said = ["placeOrder", order_id, conference_id, wanted]
        answer = await send_on_offer(engine, conference_id, place, id=command_id, sender="anyone", said=said)
        if isinstance(answer, Refusal):
            return refused(answer)
        decided = engine.until(ORDERS, order_id, is_decided, DECIDING, born=answer.position)
        row, _ = await asyncio.gather(decided, context.visitor.grant(scopes.order(order_id)))
        return decision(context, row, answer.position)

    @strawberry.mutation(description="Ask for other seats instead, under the same deadline, while the order is held.")
    async def change_order(
        self, info: Info, command_id: CommandId, order_id: OrderId, items: Items
    ) -> PlaceOrderResult:
        context, engine, wanted = info.context, info.context.engine, items_of(items)
        if isinstance(wanted, Refusal):
            return refused(wanted)
        if not await context.visitor.holds_order(order_id):
            return refused(NotAllowed())
        order, _ = await engine.state(ORDER, order_id)
        if order is None:
            return refused(OrderNotFound())
        answer = await send_on_offer(
            engine,
            order.terms.conference_id,
            lambda offer: ChangeItems(order_id, offer, wanted, engine.now()),
            id=command_id,
            sender=scopes.order(order_id),
            said=["changeOrder", order_id, wanted],
        )
        if isinstance(answer, Refusal):
            return refused(answer)
        stale = not await engine.heard(answer.position)
        row = await engine.until(ORDERS, order_id, is_decided, DECIDING)
        return decision(context, row, answer.position, stale)

    @strawberry.mutation(description="Say who the order is for, or correct it. A free order is confirmed by it.")
    async def enter_details(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        registrant: Annotated[PersonInput, strawberry.argument(description="Who orders.")],
    ) -> OrderResult:
        person = await person_of(info.context, order_id, registrant)
        if isinstance(person, Refusal):
            return refused(person)
        command = EnterDetails(order_id, person, registrant.email, registrant.first_name, registrant.last_name)
        return await carry_out(info.context, command, command_id)

    @strawberry.mutation(description="Give up an order that is not confirmed; its seats return at once.")
    async def cancel_order(self, info: Info, command_id: CommandId, order_id: OrderId) -> OrderResult:
        entry = await entry_of(info.context.engine, order_id)
        return await carry_out(info.context, CancelOrder(order_id), command_id, organizer_too=True, entry=entry)

    @strawberry.mutation(description="Give a seat of a confirmed order to somebody, or correct their name.")
    async def assign_seat(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        position: SeatNumber,
        attendee: Annotated[PersonInput, strawberry.argument(description="Who sits there from now on.")],
    ) -> OrderResult:
        person = await person_of(info.context, order_id, attendee)
        if isinstance(person, Refusal):
            return refused(person)
        command = AssignSeat(order_id, position, person, attendee.email, attendee.first_name, attendee.last_name)
        return await carry_out(info.context, command, command_id)

    @strawberry.mutation(description="Take a seat back from whom it was given to; it stays the order's.")
    async def unassign_seat(
        self, info: Info, command_id: CommandId, order_id: OrderId, position: SeatNumber
    ) -> OrderResult:
        return await carry_out(info.context, UnassignSeat(order_id, position), command_id)

    @strawberry.mutation(description="Let this browser see and change the order that this secret belongs to.")
    async def open_order(
        self,
        info: Info,
        order_id: OrderId,
        secret: Annotated[str, strawberry.argument(description="The fragment of the order's link.")],
    ) -> OrderResult:
        context, guess = info.context, f"open_order:{order_id}"
        if too_many := await context.visitor.begin_try(guess):
            return refused(too_many)
        seen = await see(context.engine, ORDERS, order_id)
        if not same(secret, context.secrets.order_secret(order_id)) or seen.row is None:
            return refused(WrongOrderLink())
        await context.visitor.right_try(guess)
        await context.visitor.grant(scopes.order(order_id))
        return shown(context, seen.row, seen.row.position)

    @strawberry.mutation(description="Find an order again, and let this browser see and change it.")
    async def find_order(
        self,
        info: Info,
        email: Annotated[str, strawberry.argument(description="The registrant's address, in any case.")],
        code: Annotated[str, strawberry.argument(description="The order code; case and blanks do not matter.")],
        conference_id: Annotated[
            UUID | None, strawberry.argument(description="Its conference; either this or `slug`.")
        ] = None,
        slug: Annotated[
            str | None, strawberry.argument(description="Its conference; either this or `conferenceId`.")
        ] = None,
    ) -> OrderResult:
        context = info.context
        if (conference_id is None) == (slug is None):
            one = FieldError("conference_id", "either_or", "Please give either the conference's id or its slug.")
            return refused(InvalidInput((one,)))
        if slug is not None:
            named = await find_conference_by_slug(context.engine.database, slug)
            conference_id = named.conference_id if named else None
        guess = f"find_order:{conference_id or slug}"
        if too_many := context.visitor.hurry("find_order") or await context.visitor.begin_try(guess):
            return refused(too_many)
        row = await found(info, conference_id, email, normalise_code(code))
        if row is None:
            return refused(OrderNotFound())
        await context.visitor.right_try(guess)
        await context.visitor.grant(scopes.order(row.order_id))
        return shown(context, (await see(context.engine, ORDERS, row.order_id)).row or row, row.position)


async def found(info: Info, conference_id: UUID | None, email: str, code: str | None) -> OrderRow | None:
    """The order of a conference with this code and this registrant."""
    if conference_id is None or code is None:
        return None
    rows = await orders_find.find_orders_with_code(info.context.engine.database, conference_id, code)
    return next((r for r in rows if r.email and same(normalise_email(r.email), normalise_email(email))), None)


@strawberry.type
class Subscription:
    @strawberry.subscription(description="The seats of a conference: all of it at once, and again after every change.")
    async def seat_availability(self, info: Info, conference: ConferenceId) -> AsyncGenerator[SeatAvailability, None]:
        rows = info.context.engine.watch(AVAILABILITY, conference)
        async with aclosing(rows):
            async for row in rows:
                if row is None or not await may_see_seats(info, row):
                    raise not_allowed()
                yield SeatAvailability.of(row)

    @strawberry.subscription(description="An order: all of it at once, and again after every change.")
    async def order(self, info: Info, id: OrderId) -> AsyncGenerator[Order, None]:
        engine, visitor = info.context.engine, info.context.visitor
        rows = engine.watch(ORDERS, id)
        async with aclosing(rows):
            async for row in rows:
                if row is None or not await visitor.sees_order(id, row.conference_id):
                    raise not_allowed()
                yield Order.of(row, engine.now())
