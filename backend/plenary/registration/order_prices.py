"""What an order costs: its lines, less what promo codes take off, line by line and seat by seat. All in minor units."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from plenary.registration.order_events import Line
from plenary.registration.order_lines import numbered
from plenary.words import Promo


@dataclass(frozen=True, slots=True)
class Discount:
    """What one code takes off."""

    code_id: UUID
    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class Price:
    """What lines cost with some codes: `nets` line by line, `discounts` code by code."""

    nets: tuple[int, ...]
    discounts: tuple[Discount, ...]

    @property
    def total(self) -> int:
        """The whole of it."""
        return sum(self.nets)


def price(lines: Sequence[Line], promos: Iterable[Promo] = ()) -> Price:
    """What the lines cost. First percents of the undiscounted lines in scope, rounded half up; then amounts.

    An amount comes off once, from the lines in scope, the first one first. Nothing falls below 0.
    """
    gross = [line.unit_price * line.quantity for line in lines]
    nets, discounts = list(gross), list[Discount]()
    for promo in _in_turn(promos):
        left, before = promo.amount or 0, sum(nets)
        for n, line in enumerate(lines):
            if in_scope(promo, line.seat_type_id):
                off = min(nets[n], left if promo.percent is None else (gross[n] * promo.percent + 50) // 100)
                left -= off
                nets[n] -= off
        discounts.append(Discount(promo.code_id, promo.code, before - sum(nets)))
    return Price(tuple(nets), tuple(discounts))


def _in_turn(promos: Iterable[Promo]) -> list[Promo]:
    """Percents before amounts, otherwise as they were applied."""
    return sorted(promos, key=lambda promo: promo.percent is None)


def price_of_rest(lines: Sequence[Line], promos: Iterable[Promo], given_up: Collection[int]) -> Price:
    """What is left of the price when the seats at these positions were given up: the others cost what they did."""
    in_turn = _in_turn(promos)
    rest = [(position, line) for position, line in numbered(lines) if position not in given_up]
    shares = [seat_prices(lines, in_turn[:n]) for n in range(len(in_turn) + 1)]
    return Price(
        tuple(sum(shares[-1][position] for position, other in rest if other is line) for line in lines),
        tuple(
            Discount(promo.code_id, promo.code, sum(before[position] - after[position] for position, _ in rest))
            for promo, before, after in zip(in_turn, shares, shares[1:], strict=False)
        ),
    )


def in_scope(promo: Promo, seat_type_id: UUID) -> bool:
    """Whether a code is for seats of this type."""
    return not promo.seat_types or seat_type_id in promo.seat_types


def seat_prices(lines: Sequence[Line], promos: Iterable[Promo] = ()) -> dict[int, int]:
    """What each seat cost, by position: its line's net, shared out to the unit, the first seats paying the odd ones."""
    nets = price(lines, promos).nets
    shares = (
        net // line.quantity + (n < net % line.quantity)
        for net, line in zip(nets, lines, strict=True)
        for n in range(line.quantity)
    )
    return {position: share for (position, _), share in zip(numbered(lines), shares, strict=True)}
