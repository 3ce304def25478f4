"""The lines of an order: the seats it wants or was granted, each under the name and at the price it was placed at."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from plenary.engine.decider import FieldError, Refusal
from plenary.registration.order_events import Line
from plenary.registration.order_refusals import ChooseAtLeastOneSeat, NotOnSale, SeatsPerOrderExceeded
from plenary.words import MOST_MONEY, MOST_SEATS, Item, Offer, OfferedSeatType, check_between, invalid, merged


def lines_for(
    offer: Offer,
    items: tuple[Item, ...],
    now: datetime,
    before: tuple[Line, ...] = (),
    held: tuple[Item, ...] = (),
) -> tuple[Line, ...] | Refusal:
    """The lines for these items, or what is wrong with them.

    An order that had lines `before` keeps their names and prices. Seats that it holds are not asked of the offer again:
    only more of a type must be on sale, and within the limit of seats an order may have. But who has enough of a type
    that is sold to groups keeps enough of it, or none.
    """
    if refused := invalid(
        *(check_between(f"items.{n}.quantity", item.quantity, 0, MOST_SEATS) for n, item in enumerate(items))
    ):
        return refused
    wanted = [item for item in merged(items) if item.quantity]
    has = quantities(held)
    raised = {item.seat_type_id for item in wanted if item.quantity > has.get(item.seat_type_id, 0)}
    offered = {seat_type.seat_type_id: seat_type for seat_type in offer.seat_types}
    if not wanted:
        return ChooseAtLeastOneSeat()
    if raised and not offer.on_sale:
        return NotOnSale()
    if refused := invalid(
        *(
            FieldError(f"items.{n}.seat_type_id", "not_on_sale", "This seat type is not on sale.")
            for n, item in enumerate(items)
            if item.seat_type_id in raised - offered.keys()
        ),
        *(
            _outside(f"items.{n}", wish, offered[item.seat_type_id], now)
            for n, item in enumerate(items)
            for wish in wanted
            if wish.seat_type_id == item.seat_type_id and item.seat_type_id in raised & offered.keys()
        ),
        *(
            _too_few(f"items.{n}", sold.least)
            for n, item in enumerate(items)
            for wish in wanted
            if wish.seat_type_id == item.seat_type_id and (sold := offered.get(item.seat_type_id)) and offer.on_sale
            if wish.quantity < sold.least <= has.get(item.seat_type_id, 0)
        ),
    ):
        return refused
    if raised and sum(item.quantity for item in wanted) > offer.seats_per_order:
        return SeatsPerOrderExceeded(offer.seats_per_order)
    sold_as = {seat_type.seat_type_id: (seat_type.name, seat_type.price) for seat_type in offer.seat_types}
    sold_as |= {line.seat_type_id: (line.name, line.unit_price) for line in before}
    lines = tuple(Line(item.seat_type_id, *sold_as[item.seat_type_id], item.quantity) for item in wanted)
    return invalid(check_between("items", cost(lines), 0, MOST_MONEY)) or lines


def _outside(path: str, wish: Item, sold: OfferedSeatType, now: datetime) -> FieldError | None:
    """What is wrong with a wish for more of a seat type, by its own terms."""
    if sold.sale_from is not None and now < sold.sale_from:
        return FieldError(f"{path}.seat_type_id", "not_yet_on_sale", "The sale of these seats has not begun yet.")
    if sold.sale_until is not None and now >= sold.sale_until:
        return FieldError(f"{path}.seat_type_id", "no_longer_on_sale", "The sale of these seats has ended.")
    if wish.quantity < sold.least:
        return _too_few(path, sold.least)
    if sold.most is not None and wish.quantity > sold.most:
        return FieldError(f"{path}.quantity", "too_many", f"Please choose at most {sold.most} of these.")
    return None


def _too_few(path: str, least: int) -> FieldError:
    return FieldError(f"{path}.quantity", "too_few", f"Please choose at least {least} of these.")


def granted_lines(lines: tuple[Line, ...], granted: tuple[Item, ...]) -> tuple[Line, ...]:
    """The same lines with as many seats as were granted, possibly none, never more than were asked for."""
    seats = quantities(granted)
    return tuple(replace(line, quantity=min(line.quantity, seats.get(line.seat_type_id, 0))) for line in lines)


def cost(lines: Iterable[Line]) -> int:
    """Minor units."""
    return sum(line.unit_price * line.quantity for line in lines)


def numbered(lines: Iterable[Line]) -> list[tuple[int, Line]]:
    """One seat for each, numbered from 1 in the order of the lines, with the line that it is of."""
    return list(enumerate((line for line in lines for _ in range(line.quantity)), start=1))


def as_items(lines: Iterable[Line]) -> tuple[Item, ...]:
    """The lines without their names and prices."""
    return tuple(Item(line.seat_type_id, line.quantity) for line in lines)


def quantities(of: Iterable[Item | Line]) -> dict[UUID, int]:
    """The number of seats of each type."""
    return {one.seat_type_id: one.quantity for one in of}
