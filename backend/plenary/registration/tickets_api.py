"""One's own seat over the API: opening it by its link, taking one over, correcting a name, sending a ticket again."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.refusals import WrongSeatLink
from plenary.access.secrets import same
from plenary.access.tries import TooManyTries
from plenary.access.visitor import NotAllowed
from plenary.engine.answers import Answer
from plenary.engine.decider import Refusal
from plenary.graphql.context import Context, Info
from plenary.graphql.reading import AtLeast, CommandId, OrderId, not_allowed, see
from plenary.graphql.words import Position, refused
from plenary.registration.answers import SHOWING, changed
from plenary.registration.assignments import CorrectAttendee, ResendTicket, SeatHasChangedHands, TakeSeat
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow
from plenary.registration.orders_rows import Seat as SeatRow
from plenary.registration.tickets_types import MySeat, Seat, SeatResult, SeatShown, SeatToTake, TransferResult
from plenary.registration.types import OrderResult, PersonInput
from plenary.words import check_email, check_line, invalid

SeatNumber: TypeAlias = Annotated[int, strawberry.argument(description="The seat's number in the order, from 1.")]
Secret: TypeAlias = Annotated[str, strawberry.argument(description="The fragment of the link.")]
EARLIER: Final = 5
"""Generations of a seat for which a repeated taking of it is recognised."""


def seat_of(row: OrderRow | None, position: int) -> SeatRow | None:
    """A seat of an order, if there is one."""
    return next((seat for seat in row.seats if seat.position == position), None) if row else None


async def mine(context: Context, row: OrderRow | None, position: int, stale: bool = False) -> MySeat | None:
    """A seat for who sits there; None for anybody else, and for whoever sat there before."""
    seat = seat_of(row, position)
    if row is None or seat is None or not await context.visitor.has_seat(row.order_id, position, seat.generation):
        return None
    return MySeat(seat=Seat.of(row, seat), position=Position(row.position), stale=stale)


@strawberry.type
class Query:
    @strawberry.field(description="A seat, for who sits there; null for others and once it has changed hands.")
    async def my_seat(
        self, info: Info, order: OrderId, position: SeatNumber, at_least: AtLeast = None
    ) -> MySeat | None:
        seen = await see(info.context.engine, ORDERS, order, at_least)
        return await mine(info.context, seen.row, position, seen.stale)


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="A seat: all of it at once, and again after every change. Null, and the end, when it changes hands."
    )
    async def my_seat(self, info: Info, order: OrderId, position: SeatNumber) -> AsyncGenerator[MySeat | None, None]:
        rows, begun = info.context.engine.watch(ORDERS, order), False
        async with aclosing(rows):
            async for row in rows:
                seen = await mine(info.context, row, position)
                if seen is None and not begun:
                    raise not_allowed()
                yield seen
                if seen is None:
                    return
                begun = True


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Let this browser see the seat that this secret belongs to, and nothing else.")
    async def open_seat(self, info: Info, order_id: OrderId, position: SeatNumber, secret: Secret) -> SeatResult:
        context = info.context
        found = await guess(context, "open_seat", order_id, position, secret)
        if isinstance(found, Refusal):
            return refused(found)
        row, generation = found
        await context.visitor.grant(scopes.seat(order_id, position, generation))
        return await shown(context, row, position, row.position)

    @strawberry.mutation(description="See which seat a link passes on, before taking it.")
    async def open_transfer(
        self, info: Info, order_id: OrderId, position: SeatNumber, secret: Secret
    ) -> TransferResult:
        found = await guess(info.context, "open_transfer", order_id, position, secret)
        if isinstance(found, Refusal):
            return refused(found)  # type: ignore[return-value]  # a guess is never Busy
        row, generation = found
        seat = seat_of(row, position)
        if seat is None or seat.generation != generation:
            return refused(SeatHasChangedHands())  # type: ignore[return-value]  # as above
        return SeatToTake(seat_type=seat.seat_type, seat=Seat.of(row, seat))

    @strawberry.mutation(
        description="Take a seat over by a link that passes it on. Whoever had it, and all earlier links and tickets, "
        "are out; this browser may see the seat."
    )
    async def take_seat(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        position: SeatNumber,
        secret: Secret,
        attendee: Annotated[PersonInput, strawberry.argument(description="Who sits there from now on.")],
    ) -> SeatResult:
        context, names = info.context, (attendee.email, attendee.first_name, attendee.last_name)
        found = await guess(context, "take_seat", order_id, position, secret)
        if isinstance(found, Refusal):
            return refused(found)
        if wrong := invalid(
            check_email("email", attendee.email),
            check_line("first_name", attendee.first_name),
            check_line("last_name", attendee.last_name),
        ):
            return refused(wrong)
        _, generation = found
        person = await context.engine.subject(attendee.email)
        take = TakeSeat(order_id, position, generation, person, *names)
        answer = await context.engine.send(take, id=command_id, sender=f"transfer:{order_id}:{position}")
        if not isinstance(answer, Refusal):
            await context.visitor.grant(scopes.seat(order_id, position, generation + 1))
        return await done(context, order_id, position, generation + 1, answer)

    @strawberry.mutation(description="Correct one's own name on a seat that this browser has opened.")
    async def correct_my_name(
        self,
        info: Info,
        command_id: CommandId,
        order_id: OrderId,
        position: SeatNumber,
        first_name: Annotated[str, strawberry.argument(description="First name, up to 200 characters.")],
        last_name: Annotated[str, strawberry.argument(description="Last name, up to 200 characters.")],
    ) -> SeatResult:
        context = info.context
        seat = seat_of((await see(context.engine, ORDERS, order_id)).row, position)
        if seat is None or not await context.visitor.has_seat(order_id, position, seat.generation):
            return refused(NotAllowed())
        command = CorrectAttendee(order_id, position, seat.generation, first_name, last_name)
        sender = scopes.seat(order_id, position, seat.generation)
        answer = await context.engine.send(command, id=command_id, sender=sender)
        return await done(context, order_id, position, seat.generation, answer)

    @strawberry.mutation(description="Send whoever sits there their ticket again; for registrant and organizer.")
    async def resend_ticket(
        self, info: Info, command_id: CommandId, order_id: OrderId, position: SeatNumber
    ) -> OrderResult:
        context = info.context
        seen = await see(context.engine, ORDERS, order_id)
        if seen.row is None or not await context.visitor.sees_order(order_id, seen.row.conference_id):
            return refused(NotAllowed())
        if too_many := context.visitor.hurry("resend"):
            return refused(too_many)
        mine = await context.visitor.holds_order(order_id)
        sender = scopes.order(order_id) if mine else scopes.conference(seen.row.conference_id)
        resend = ResendTicket(order_id, position, context.engine.now())
        said = ["resendTicket", order_id, position]
        answer = await context.engine.send(resend, id=command_id, sender=sender, said=said)
        return await changed(context, order_id, answer)


async def guess(
    context: Context, what: str, order_id: UUID, position: int, secret: str
) -> tuple[OrderRow, int] | WrongSeatLink | TooManyTries:
    """The order and the generation of a seat that a secret opens.

    A link that passes a seat on is also known for a few generations after it was used, so that whoever lost the answer
    can ask again.
    """
    trying, transfer = f"{what}:{order_id}", what != "open_seat"
    if too_many := await context.visitor.begin_try(trying):
        return too_many
    row = (await see(context.engine, ORDERS, order_id)).row
    seat = seat_of(row, position)
    if row is None or seat is None:
        return WrongSeatLink()
    of = context.secrets.transfer_secret if transfer else context.secrets.seat_secret
    oldest = max(0, seat.generation - EARLIER) if transfer else seat.generation
    for generation in range(seat.generation, oldest - 1, -1):
        if same(secret, of(order_id, position, generation)):
            await context.visitor.right_try(trying)
            return row, generation
    return WrongSeatLink()


async def done(context: Context, order_id: UUID, position: int, generation: int, answer: Answer) -> SeatResult:
    """A seat as it is after a command, or why the command was not carried out."""
    if isinstance(answer, Refusal):
        return refused(answer)

    def shows(row: OrderRow | None) -> bool:
        seat = seat_of(row, position)
        return row is not None and (seat is None or seat.generation >= generation)

    stale = not await context.engine.heard(answer.position)
    row = await context.engine.until(ORDERS, order_id, shows, SHOWING)
    return await shown(context, row, position, answer.position, stale)


async def shown(context: Context, row: OrderRow | None, position: int, at: int, stale: bool = False) -> SeatResult:
    """A seat as the answer to what was done with it."""
    seen = await mine(context, row, position, stale)
    if seen is None:
        return refused(SeatHasChangedHands())
    return SeatShown(my_seat=seen, position=Position(at))
