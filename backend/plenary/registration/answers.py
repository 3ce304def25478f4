"""How the API answers a registrant: the order as it is after what was asked, or why that was not done."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from plenary.access import scopes
from plenary.access.visitor import NotAllowed
from plenary.conferences.conference import CONFERENCE, offer
from plenary.conferences.conference_messages import ConferenceNotFound
from plenary.engine.answers import Accepted, Answer, Busy, GuardMoved
from plenary.engine.decider import FieldError, InvalidInput, Refusal
from plenary.engine.engine import Engine
from plenary.graphql.context import Context
from plenary.graphql.words import Position, refused
from plenary.registration.assignments import AssignSeat, UnassignSeat
from plenary.registration.entries import ENTRIES, AddEntry, EndEntry
from plenary.registration.order import ORDER
from plenary.registration.order_commands import (
    CancelOrder,
    ChangeItems,
    EnterDetails,
    ExtendHold,
    PlaceOrder,
    ResendConfirmation,
    WaitForSeats,
)
from plenary.registration.order_state import Waiting
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow
from plenary.registration.types import (
    Deciding,
    Order,
    OrderChanged,
    OrderDecided,
    OrderItemInput,
    OrderResult,
    PersonInput,
    PlaceOrderResult,
)
from plenary.words import Item, Offer, check_email, check_line, invalid

DECIDING: Final = 5.0
"""Seconds to wait for the decision on an order's seats."""
SHOWING: Final = 2.0
"""Seconds to wait until everything that follows from a command can be seen."""
MOST_ITEMS: Final = 50
OnOrder = EnterDetails | CancelOrder | ExtendHold | ResendConfirmation | AssignSeat | UnassignSeat
LOOKS: Final = (False, True, True, True, True)
"""Looks at what a conference offers, before a command is refused for it: one at what is in memory, then fresh ones."""


def items_of(items: Sequence[OrderItemInput]) -> tuple[Item, ...] | Refusal:
    """The items of a command, if they are not more than anybody could mean."""
    if len(items) > MOST_ITEMS:
        return InvalidInput((FieldError("items", "too_many", f"Please choose at most {MOST_ITEMS} seat types."),))
    return tuple(Item(item.seat_type_id, item.quantity) for item in items)


async def person_of(context: Context, order_id: UUID, person: PersonInput) -> UUID | Refusal:
    """Who is meant by these details. Nothing is remembered of anybody for a form that was filled in wrongly."""
    if not await context.visitor.holds_order(order_id):
        return NotAllowed()
    return await known_person(context, person)


async def known_person(context: Context, person: PersonInput) -> UUID | Refusal:
    """Who is meant by these details, by whoever may say so."""
    return invalid(
        check_email("email", person.email),
        check_line("first_name", person.first_name),
        check_line("last_name", person.last_name),
    ) or await context.engine.subject(person.email)


async def send_on_offer(
    engine: Engine,
    conference_id: UUID,
    command: Callable[[Offer], PlaceOrder | WaitForSeats | ChangeItems],
    *,
    id: UUID,
    sender: str,
    said: object,
    entry: AddEntry | None = None,
) -> Answer:
    """Send a command made from what a conference offers at this moment, with its waitlist `entry` if it has one.

    The offer in memory may be old when other processes run: it is good enough to accept, because the append checks it,
    but not to refuse.
    """
    answer: Answer = ConferenceNotFound()
    for fresh in LOOKS:
        conference, version = await engine.state(CONFERENCE, conference_id, fresh=fresh)
        if conference is not None:
            guards = [(CONFERENCE.stream_of(conference_id), version)]
            about = {"id": id, "sender": sender, "said": said, "guards": guards}
            answer = await _send(engine, command(offer(conference)), entry, **about)
        if isinstance(answer, Accepted) or (fresh and not isinstance(answer, GuardMoved)):
            return answer
    return answer


async def _send(engine: Engine, command: Any, entry: AddEntry | EndEntry | None, **about: Any) -> Answer:
    """Send a command about an order; where it changes a waitlist entry, too, both happen together or not at all."""
    if entry is None:
        return await engine.send(command, **about)
    return await engine.send_together([entry, command], **about)  # the order's own event is the last one


async def outlived(engine: Engine, person: UUID, seat_type_id: UUID) -> UUID | None:
    """The order of an entry that waits no more, though the entry has not been ended yet."""
    entries, _ = await engine.state(ENTRIES, person, fresh=True)
    if (order_id := entries.orders.get(seat_type_id)) is None:
        return None
    order, _ = await engine.state(ORDER, order_id, fresh=True)
    return None if isinstance(order, Waiting) else order_id


async def entry_of(engine: Engine, order_id: UUID) -> EndEntry | None:
    """What ends the waitlist entry of an order, while it waits: its registrant may join the line again at once."""
    order, _ = await engine.state(ORDER, order_id)
    return EndEntry(order.registrant.registrant, order_id) if isinstance(order, Waiting) else None


def is_decided(row: OrderRow | None) -> bool:
    """Whether it is known which seats an order has."""
    return row is not None and row.decided


def is_settled(row: OrderRow | None) -> bool:
    """Whether everything that follows from an order's last command can be seen."""
    return row is not None and row.settled


def decision(context: Context, row: OrderRow | None, position: int, stale: bool = False) -> PlaceOrderResult:
    """What came of asking for seats, with the secret of the order."""
    if row is None:
        return refused(Busy(1))
    kind = OrderDecided if row.decided else Deciding
    return kind(
        order=Order.of(row, context.engine.now(), stale),
        secret=context.secrets.order_secret(row.order_id),
        position=Position(position),
    )


async def carry_out(
    context: Context,
    command: OnOrder,
    command_id: UUID,
    *,
    said: object = None,
    organizer_too: bool = False,
    entry: EndEntry | None = None,
) -> OrderResult:
    """Do what a registrant asks for, in some cases also an organizer, and answer with the order after it."""
    sender = scopes.order(command.order_id)
    if not await context.visitor.holds_order(command.order_id):
        order, _ = await context.engine.state(ORDER, command.order_id) if organizer_too else (None, 0)
        if order is None or not await context.visitor.runs(order.terms.conference_id):
            return refused(NotAllowed())
        sender = scopes.conference(order.terms.conference_id)
    said = command if said is None else said  # with an entry or without, a retry says the same
    answer = await _send(context.engine, command, entry, id=command_id, sender=sender, said=said)
    return await changed(context, command.order_id, answer)


async def changed(
    context: Context,
    order_id: UUID,
    answer: Answer,
    true_of: Callable[[OrderRow | None], bool] = is_settled,
) -> OrderResult:
    """The order as it is after a command, or why the command was not carried out."""
    if isinstance(answer, Refusal):
        return refused(answer)
    stale = not await context.engine.heard(answer.position)
    row = await context.engine.until(ORDERS, order_id, true_of, SHOWING)
    return shown(context, row, answer.position, stale)


def shown(context: Context, row: OrderRow | None, position: int, stale: bool = False) -> OrderResult:
    """An order as the answer to what was done with it."""
    if row is None:
        return refused(Busy(1))
    return OrderChanged(order=Order.of(row, context.engine.now(), stale), position=Position(position))
