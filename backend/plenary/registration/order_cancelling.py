"""Giving up seats of a confirmed order: what goes back, what is kept, and what is left of the order."""

from collections import Counter
from dataclasses import dataclass

from plenary.engine.decider import Refusal
from plenary.registration.order_commands import CancelSeats
from plenary.registration.order_events import Event, OrderCancelled, OrderRefunded, RefundGranted, SeatsCancelled
from plenary.registration.order_lines import numbered
from plenary.registration.order_prices import seat_prices
from plenary.registration.order_refusals import (
    CancellingNotOffered,
    RefundExceedsPaid,
    SeatIsGivenUp,
    TooLateToCancel,
)
from plenary.registration.order_state import Confirmed
from plenary.words import Item, check_between, invalid


@dataclass(frozen=True, slots=True)
class Settlement:
    """What giving up these seats means, in minor units: `refund` goes back, `fee` is kept."""

    positions: tuple[int, ...]
    refund: int
    fee: int


def settle(command: CancelSeats, order: Confirmed) -> Settlement | Refusal:
    """What the command would mean for the order, by the organizer's rules."""
    positions = tuple(sorted(set(command.positions) or order.left))
    if gone := [position for position in positions if position not in order.left]:
        return SeatIsGivenUp(gone[0])
    prices = seat_prices(order.terms.lines, order.terms.promos)
    worth = min(sum(prices[position] for position in positions), order.total)
    if command.by == "registrant":
        if command.rules.until is None:
            return CancellingNotOffered()
        if command.cancelled_at >= command.rules.until:
            return TooLateToCancel()
        fee = (worth * command.rules.fee_percent + 50) // 100
        return Settlement(positions, worth - fee, fee)
    refund = worth if command.refund is None else command.refund
    if refund > order.total:
        return RefundExceedsPaid(order.total)
    return invalid(check_between("refund", refund, 0, order.total)) or Settlement(
        positions, refund, max(worth - refund, 0)
    )


def cancel(command: CancelSeats, order: Confirmed) -> list[Event] | Refusal:
    """The seats return for good, and the money as far as it is owed. Without any seat left, the order is over."""
    settled = settle(command, order)
    if isinstance(settled, Refusal):
        return settled
    terms, payment_id, revision = order.terms, order.payment_id, order.terms.revision + 1
    left = order.left - set(settled.positions)
    seats = Counter(line.seat_type_id for position, line in numbered(terms.lines) if position in left)
    events: list[Event] = [
        SeatsCancelled(
            terms.order_id,
            terms.conference_id,
            revision,
            settled.positions,
            tuple(Item(seat_type_id, number) for seat_type_id, number in seats.items()),
            settled.refund,
            settled.fee,
            order.total - settled.refund,
            payment_id,
            command.by,
        )
    ]
    if settled.refund and payment_id is not None:
        reason = "seats cancelled" if left else "order cancelled"
        events.append(RefundGranted(terms.order_id, terms.conference_id, payment_id, revision, settled.refund, reason))
    if not left and settled.refund and payment_id is not None and command.by == "organizer":
        events.append(
            OrderRefunded(terms.order_id, terms.conference_id, revision, payment_id, settled.refund, terms.codes)
        )
    elif not left:
        events.append(OrderCancelled(terms.order_id, terms.conference_id, revision, terms.codes))
    return events
