"""Orders over the API, beyond choosing and paying: the waitlist, codes, more time, and giving seats up again."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.visitor import NotAllowed
from plenary.conferences.conference import CONFERENCE, cancel_rules
from plenary.engine.decider import Refusal
from plenary.engine.engine import Engine
from plenary.graphql.context import Context, Info
from plenary.graphql.reading import CommandId, ConferenceId, OrderId, not_allowed
from plenary.graphql.words import MinorUnits, Money, refused
from plenary.registration.answers import (
    DECIDING,
    carry_out,
    changed,
    decision,
    is_decided,
    known_person,
    outlived,
    send_on_offer,
)
from plenary.registration.availability import AVAILABILITY
from plenary.registration.entries import AddEntry, AlreadyWaiting
from plenary.registration.order import ORDER
from plenary.registration.order_cancelling import Settlement, settle
from plenary.registration.order_commands import (
    CancelSeats,
    ExtendHold,
    RemoveCode,
    ResendConfirmation,
    WaitForSeats,
)
from plenary.registration.order_state import Confirmed, Order
from plenary.registration.orders import ORDERS
from plenary.registration.promo_applying import apply_code, remove_code
from plenary.registration.seats import SEATS
from plenary.registration.seats_state import Waiting
from plenary.registration.types import OrderItemInput, OrderResult, PersonInput, PlaceOrderResult, WaitlistPlace
from plenary.registration.waitlist import places
from plenary.words import Item, Offer

Positions: TypeAlias = Annotated[
    list[int], strawberry.argument(description="The numbers of the seats; all that are left when it is empty.")
]


@strawberry.type(description="What giving up seats would mean.")
class Cancellation:
    possible: bool = strawberry.field(description="Whether it can be done.")
    why_not: str | None = strawberry.field(description="Why it cannot be done, in one sentence.")
    until: datetime | None = strawberry.field(description="Until when registrants may; null: they may not.")
    fee_percent: int = strawberry.field(description="What is kept of the price when a registrant cancels.")
    refund: Money = strawberry.field(description="What goes back.")
    fee: Money = strawberry.field(description="What is kept.")


@strawberry.type
class Query:
    @strawberry.field(
        description="What giving up seats of an order would mean, before it is done; null for others than its "
        "registrant and, with `asOrganizer`, the conference's organizer."
    )
    async def cancellation(
        self,
        info: Info,
        order: OrderId,
        positions: Positions,
        as_organizer: Annotated[bool, strawberry.argument(description="By the organizer's right.")] = False,
    ) -> Cancellation | None:
        context = info.context
        state, _ = await context.engine.state(ORDER, order, fresh=True)
        if state is None or not await _may(context, state, as_organizer):
            return None
        command = await _cancelling(context, state, positions, as_organizer)
        rules, currency = command.rules, state.terms.currency
        settled = settle(command, state) if isinstance(state, Confirmed) else ORDER.decide(command, state)
        possible = isinstance(settled, Settlement)
        return Cancellation(
            possible=possible,
            why_not=settled.message if isinstance(settled, Refusal) else None,
            until=rules.until,
            fee_percent=rules.fee_percent,
            refund=Money.of(settled.refund if isinstance(settled, Settlement) else 0, currency),
            fee=Money.of(settled.fee if isinstance(settled, Settlement) else 0, currency),
        )


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Join the waitlist of one seat type, in one's turn: the answer is an order that waits. Seats that "
        "become free are held for it, and its registrant gets a mail. Where seats are free, it has them at once. "
        "Nobody stands in one line twice."
    )
    async def join_waitlist(
        self,
        info: Info,
        command_id: CommandId,
        order_id: Annotated[UUID, strawberry.argument(description="Made by the client, version 4.")],
        conference_id: ConferenceId,
        item: Annotated[OrderItemInput, strawberry.argument(description="The seats that are waited for.")],
        registrant: Annotated[PersonInput, strawberry.argument(description="Who waits.")],
    ) -> PlaceOrderResult:
        context, engine, wanted = info.context, info.context.engine, Item(item.seat_type_id, item.quantity)
        if too_many := context.visitor.hurry("join_waitlist"):
            return refused(too_many)
        person = await known_person(context, registrant)
        if isinstance(person, Refusal):
            return refused(person)
        names = (registrant.email, registrant.first_name, registrant.last_name)

        def wait(offer: Offer) -> WaitForSeats:
            code, grace = context.secrets.order_code(order_id), context.settings.grace_seconds
            return WaitForSeats(order_id, conference_id, code, offer, wanted, person, *names, engine.now(), grace)

        said = ["joinWaitlist", order_id, conference_id, wanted, names]
        about: dict[str, Any] = {"id": command_id, "sender": "anyone", "said": said}
        entry = AddEntry(person, wanted.seat_type_id, order_id)
        answer = await send_on_offer(engine, conference_id, wait, **about, entry=entry)
        if isinstance(answer, AlreadyWaiting) and (over := await outlived(engine, person, wanted.seat_type_id)):
            answer = await send_on_offer(engine, conference_id, wait, **about, entry=replace(entry, instead_of=over))
        if isinstance(answer, Refusal):
            return refused(answer)
        row = await engine.until(ORDERS, order_id, is_decided, DECIDING, born=answer.position)
        await context.visitor.grant(scopes.order(order_id))
        return decision(context, row, answer.position)

    @strawberry.mutation(description="Take a promo code off a held order. Wrong guesses are counted.")
    async def apply_code(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        code: Annotated[str, strawberry.argument(description="In any case.")],
    ) -> OrderResult:
        if not await info.context.visitor.holds_order(order_id):
            return refused(NotAllowed())
        answer = await apply_code(info.context, command_id, order_id, code)
        return await changed(info.context, order_id, answer)

    @strawberry.mutation(description="Use a promo code not for this order after all.")
    async def remove_code(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        code_id: Annotated[UUID, strawberry.argument(description="The promo code, as `order.discounts` names it.")],
    ) -> OrderResult:
        if not await info.context.visitor.holds_order(order_id):
            return refused(NotAllowed())
        answer = await remove_code(info.context, command_id, RemoveCode(order_id, code_id))
        return await changed(info.context, order_id, answer)

    @strawberry.mutation(description="Hold the seats once more for as long as at first; once an order.")
    async def extend_hold(self, info: Info, command_id: CommandId, order_id: OrderId) -> OrderResult:
        command = ExtendHold(order_id, info.context.engine.now())
        return await carry_out(info.context, command, command_id, said=["extendHold", order_id])

    @strawberry.mutation(
        description="Give up seats of a confirmed order by the organizer's rules; see the query `cancellation` first."
    )
    async def cancel_seats(
        self, info: Info, command_id: CommandId, order_id: OrderId, positions: Positions
    ) -> OrderResult:
        return await _cancel(info.context, command_id, order_id, positions, as_organizer=False)

    @strawberry.mutation(
        description="Take back seats of a confirmed order, as its organizer, and give money back for them."
    )
    async def refund_seats(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        positions: Positions,
        amount: Annotated[
            MinorUnits | None, strawberry.argument(description="What goes back; all that they cost without it.")
        ] = None,
    ) -> OrderResult:
        return await _cancel(info.context, command_id, order_id, positions, as_organizer=True, amount=amount)

    @strawberry.mutation(description="Send the mail of a confirmed order once more, to its registrant.")
    async def resend_confirmation(self, info: Info, command_id: CommandId, order_id: OrderId) -> OrderResult:
        command = ResendConfirmation(order_id, info.context.engine.now())
        said = ["resendConfirmation", order_id]
        return await carry_out(info.context, command, command_id, said=said, organizer_too=True)


@strawberry.type
class Subscription:
    @strawberry.subscription(description="An order's place on the waitlist, and whenever it moves; null at its end.")
    async def waitlist_place(self, info: Info, order: OrderId) -> AsyncGenerator[WaitlistPlace | None, None]:
        engine, before = info.context.engine, None
        state, _ = await engine.state(ORDER, order)
        if state is None or not await info.context.visitor.sees_order(order, state.terms.conference_id):
            raise not_allowed()
        home = state.terms.conference_id
        rows = engine.watch(AVAILABILITY, home)
        async with aclosing(rows):
            async for row in rows:
                found = await places(engine).of(home, order, row.position if row else 0)
                if found is not None and found != before:
                    yield WaitlistPlace(place=found[0], waiting=found[1])
                elif found is None and not await _may_still_wait(engine, home, order):
                    yield None
                    return
                before = found


async def _may_still_wait(engine: Engine, conference_id: UUID, order_id: UUID) -> bool:
    """Whether an order that is in no line here yet waits all the same: what this process has read may be older."""
    seats, _ = await engine.state(SEATS, conference_id, fresh=True)
    return isinstance(seats.orders.get(order_id), Waiting | None)


async def _may(context: Context, order: Order, as_organizer: bool) -> bool:
    if as_organizer:
        return await context.visitor.runs(order.terms.conference_id)
    return await context.visitor.holds_order(order.terms.order_id)


async def _cancelling(
    context: Context, order: Order, positions: list[int], as_organizer: bool, amount: int | None = None
) -> CancelSeats:
    terms = order.terms
    conference, _ = await context.engine.state(CONFERENCE, terms.conference_id, fresh=True)
    assert conference is not None  # it has this order
    return CancelSeats(
        terms.order_id,
        tuple(positions),
        "organizer" if as_organizer else "registrant",
        context.engine.now(),
        cancel_rules(conference),
        amount,
    )


async def _cancel(
    context: Context,
    command_id: UUID,
    order_id: UUID,
    positions: list[int],
    *,
    as_organizer: bool,
    amount: int | None = None,
) -> OrderResult:
    order, _ = await context.engine.state(ORDER, order_id)
    if order is None or not await _may(context, order, as_organizer):
        return refused(NotAllowed())
    home = order.terms.conference_id
    answer = await context.engine.send(
        await _cancelling(context, order, positions, as_organizer, amount),
        id=command_id,
        sender=scopes.conference(home) if as_organizer else scopes.order(order_id),
        said=["refundSeats" if as_organizer else "cancelSeats", order_id, positions, amount],
    )
    return await changed(context, order_id, answer)
