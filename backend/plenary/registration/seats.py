"""The seats of one conference: how many of each type are held and sold, for which order, and who waits for them.

It never oversells, and whatever frees seats gives them to those who wait, in the same decision.
"""

from collections import Counter
from dataclasses import replace
from typing import assert_never, get_args
from uuid import UUID

from plenary.engine.decider import Decider, Refusal
from plenary.registration.seats_messages import (
    CloseSeatType,
    Command,
    CommitSeats,
    EndSale,
    Event,
    JoinWaitlist,
    Level,
    QuotaSet,
    ReduceSeats,
    ReleaseSeats,
    ReserveSeats,
    SaleEnded,
    SaleEndSet,
    SalesSet,
    SeatsCommitted,
    SeatsOffered,
    SeatsReduced,
    SeatsReleased,
    SeatsReserved,
    SeatTypeClosed,
    SetQuota,
    SetSaleEnd,
    SetSales,
    WaitlistEnded,
    WaitlistJoined,
    WaitlistLeft,
)
from plenary.registration.seats_state import Held, Released, Seats, Sold, Waiting, evolve
from plenary.words import Item, check_quota, invalid, merged


def decide(command: Command, seats: Seats) -> list[Event] | Refusal:
    """Who gets which seats. Every event carries the levels that it leads to, so that nobody else has to count."""
    answer = _decide(command, seats)
    if isinstance(answer, Refusal) or not seats.lines:
        return answer
    for event in answer:
        seats = evolve(seats, event)
    return [*answer, *_offers(command.conference_id, seats)]


def _decide(command: Command, seats: Seats) -> list[Event] | Refusal:
    match command:
        case SetQuota(conference_id, seat_type_id, quota):
            if refused := invalid(check_quota("quota", quota)):
                return refused
            level = seats.levels.get(seat_type_id)
            if seat_type_id in seats.closed or (level and level.quota == quota):
                return []
            level = replace(level or Level(seat_type_id, 0, 0, 0), quota=quota)
            return [QuotaSet(conference_id, seat_type_id, (level,))]
        case CloseSeatType(conference_id, seat_type_id):
            if seat_type_id in seats.closed:
                return []
            return [SeatTypeClosed(conference_id, seat_type_id), *_in_vain(conference_id, seat_type_id, seats)]
        case SetSaleEnd():
            return _set_sale_end(command, seats)
        case EndSale():
            return _end_sale(command, seats)
        case SetSales(conference_id, open):
            return [] if open == seats.open else [SalesSet(conference_id, open)]
        case ReserveSeats():
            return _reserve(command, seats)
        case CommitSeats():
            return _commit(command, seats)
        case ReleaseSeats():
            return _release(command, seats)
        case ReduceSeats():
            return _reduce(command, seats)
        case JoinWaitlist():
            return _join(command, seats)
        case _:
            assert_never(command)


def _set_sale_end(command: SetSaleEnd, seats: Seats) -> list[Event]:
    """The latest word counts; an end that is over already ends the sale in the same decision."""
    conference_id, seat_type_id, until = command.conference_id, command.seat_type_id, command.until
    answer: list[Event] = []
    if until != seats.sold_until.get(seat_type_id):
        answer = [SaleEndSet(conference_id, seat_type_id, until)]
        seats = evolve(seats, answer[0])
    return [*answer, *_end_sale(EndSale(conference_id, seat_type_id, command.told_at), seats)]


def _end_sale(command: EndSale, seats: Seats) -> list[Event]:
    """Once, and not before its time."""
    conference_id, seat_type_id = command.conference_id, command.seat_type_id
    until = seats.sold_until.get(seat_type_id)
    if until is None or command.told_at < until or not seats.on_sale(seat_type_id):
        return []
    return [SaleEnded(conference_id, seat_type_id), *_in_vain(conference_id, seat_type_id, seats)]


def _in_vain(conference_id: UUID, seat_type_id: UUID, seats: Seats) -> list[Event]:
    """No more of a type is given away, so nobody is left waiting for it."""
    line = seats.line(seat_type_id)
    return [
        WaitlistEnded(conference_id, order_id, seat_type_id, waiting)
        for waiting, order_id in zip(range(len(line) - 1, -1, -1), line, strict=True)
    ]


def _join(command: JoinWaitlist, seats: Seats) -> list[Event]:
    """The end of the line, once. An order that was given up meanwhile does not come back."""
    wanted = command.wanted
    if command.order_id in seats.orders:
        return []
    waiting = seats.waiting(wanted.seat_type_id)
    if not seats.on_sale(wanted.seat_type_id):
        return [WaitlistEnded(command.conference_id, command.order_id, wanted.seat_type_id, waiting)]
    if seats.open and seats.free(wanted.seat_type_id):
        return [_offer(command.conference_id, command.order_id, wanted, seats)]
    return [
        WaitlistJoined(
            command.conference_id, command.order_id, wanted.seat_type_id, wanted.quantity, waiting=waiting + 1
        )
    ]


def _offers(conference_id: UUID, seats: Seats) -> list[Event]:
    """What is free goes to those who wait, as far as it goes; nothing new is offered while sales are closed."""
    offers: list[Event] = []
    for seat_type_id, line in seats.lines.items() if seats.open else ():
        for order_id in line.orders:
            waiting = seats.orders[order_id]
            if not seats.free(seat_type_id) or not isinstance(waiting, Waiting):
                break
            offer = _offer(conference_id, order_id, Item(seat_type_id, waiting.quantity), seats)
            seats = evolve(seats, offer)
            offers.append(offer)
    return offers


def _offer(conference_id: UUID, order_id: UUID, wanted: Item, seats: Seats) -> SeatsOffered:
    """As many of the wanted seats as are free."""
    seat_type_id, quantity = wanted.seat_type_id, min(seats.free(wanted.seat_type_id), wanted.quantity)
    levels = _levels(seats, Counter({seat_type_id: quantity}), held=+1)
    waiting = seats.waiting(seat_type_id) - isinstance(seats.orders.get(order_id), Waiting)
    return SeatsOffered(conference_id, order_id, seat_type_id, quantity, waiting, levels)


def _reserve(command: ReserveSeats, seats: Seats) -> list[Event]:
    """What the order holds already, and more as far as there is. Once released it gets nothing, but by retaking all."""
    before = seats.orders.get(command.order_id)
    match before:
        case Sold() | Waiting():
            return []
        case Held(revision) | Released(revision) if command.revision <= revision:
            return []
    mine = _count(before.items if isinstance(before, Held) else ())
    wanted = merged(command.wanted)
    granted = tuple(
        Item(
            item.seat_type_id,
            max(0, min(item.quantity, _unclaimed(seats, item.seat_type_id) + mine[item.seat_type_id])),
        )
        for item in wanted
    )
    on_sale = seats.open and all(seats.on_sale(item.seat_type_id) for item in wanted)
    over = isinstance(before, Released) and not command.retake
    if over or (command.retake and not (on_sale and granted == wanted)):
        granted = tuple(Item(item.seat_type_id, 0) for item in wanted)
    change = _count(granted)
    change.subtract(mine)
    levels = _levels(seats, change, held=+1)
    return [SeatsReserved(command.conference_id, command.order_id, command.revision, granted, levels)]


def _unclaimed(seats: Seats, seat_type_id: UUID) -> int:
    """How many seats of a type an order may have; none while others wait for them."""
    return 0 if seats.waiting(seat_type_id) else seats.free(seat_type_id)


def _commit(command: CommitSeats, seats: Seats) -> list[Event]:
    """A hold becomes a sale, once."""
    match seats.orders.get(command.order_id):
        case Held(items=items) if items:
            levels = _levels(seats, _count(items), held=-1, sold=+1)
            return [SeatsCommitted(command.conference_id, command.order_id, levels)]
        case _:
            return []


def _release(command: ReleaseSeats, seats: Seats) -> list[Event]:
    """A hold or a sale goes back to the pool, once. A release that a retaking has overtaken finds nothing to do."""
    levels: tuple[Level, ...] = ()
    match seats.orders.get(command.order_id):
        case Released(revision) if revision >= command.revision:
            return []
        case Waiting(seat_type_id):
            waiting = seats.waiting(seat_type_id) - 1
            return [WaitlistLeft(command.conference_id, command.order_id, seat_type_id, waiting, command.revision)]
        case Held(revision) | Sold(revision) if revision > command.revision:
            return []
        case Held(items=items):
            levels = _levels(seats, _count(items), held=-1)
        case Sold(items=items):
            levels = _levels(seats, _count(items), sold=-1)
        case Released() | None:
            pass  # remembered all the same, so that a request still on its way finds the order over
    return [SeatsReleased(command.conference_id, command.order_id, levels, command.revision)]


def _reduce(command: ReduceSeats, seats: Seats) -> list[Event]:
    """Some seats of a hold or a sale go back to the pool; the latest word on which ones are left counts."""
    before = seats.orders.get(command.order_id)
    if not isinstance(before, Held | Sold) or command.revision <= before.revision:
        return []
    back = _count(before.items)
    back.subtract(_count(command.left))
    kind = {"held": -1} if isinstance(before, Held) else {"sold": -1}
    levels = _levels(seats, +back, **kind)
    return [SeatsReduced(command.conference_id, command.order_id, command.revision, command.left, levels)]


def _count(items: tuple[Item, ...]) -> Counter[UUID]:
    return Counter({item.seat_type_id: item.quantity for item in items})


def _levels(seats: Seats, change: Counter[UUID], held: int = 0, sold: int = 0) -> tuple[Level, ...]:
    """The levels after a change: its numbers of seats are added (+1) to or taken (-1) from those held or sold."""
    return tuple(
        replace(level, held=level.held + held * number, sold=level.sold + sold * number)
        for seat_type_id, number in change.items()
        if (level := seats.levels.get(seat_type_id))
    )


SEATS: Decider[Command, Seats, Event] = Decider(
    name="seats",
    commands=get_args(Command),
    events=get_args(Event),
    initial=Seats(),
    decide=decide,
    evolve=evolve,
    key=lambda command: command.conference_id,
    snapshot=Seats,
)
