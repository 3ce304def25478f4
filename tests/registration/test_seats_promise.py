"""The promise of the seats: whatever is asked in whatever order, never more are given away than there are."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plenary.engine.decider import Refusal
from plenary.registration.seats import SEATS
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
    SeatsCommitted,
    SeatsOffered,
    SeatsReduced,
    SeatsReleased,
    SeatsReserved,
    SetQuota,
    SetSaleEnd,
    SetSales,
    WaitlistEnded,
    WaitlistJoined,
    WaitlistLeft,
)
from plenary.words import Item
from tests.examples import NOON

HERE = UUID(int=1)
A, B = UUID(int=11), UUID(int=12)
ORDERS = st.sampled_from([UUID(int=100 + n) for n in range(4)])
TYPES = st.sampled_from([A, B])
WANTED = st.lists(st.builds(Item, TYPES, st.integers(0, 6)), max_size=3).map(tuple)
REVISIONS = st.integers(1, 6)
MOMENTS = st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours))


def _pairs(items: tuple[Item, ...]) -> list[tuple[UUID, int]]:
    return [(item.seat_type_id, item.quantity) for item in items]


class NeverMoreThanThereAre(RuleBasedStateMachine):
    """Any commands in any order, watched by somebody who counts seats order by order instead of by levels."""

    def __init__(self) -> None:
        super().__init__()
        self.seats = SEATS.initial
        self.quota: dict[UUID, int] = {}
        self.held: dict[UUID, Counter[UUID]] = {}
        self.sold: dict[UUID, Counter[UUID]] = {}
        self.lines: dict[UUID, list[tuple[UUID, int]]] = {A: [], B: []}

    def used(self, seat_type: UUID) -> int:
        return sum(order[seat_type] for orders in (self.held, self.sold) for order in orders.values())

    def send(self, command: Command) -> list[Event]:
        before = {seat_type: self.used(seat_type) for seat_type in self.quota}
        answer = SEATS.decide(command, self.seats)
        assert not isinstance(answer, Refusal)
        for event in answer:
            self.seats = SEATS.evolve(self.seats, event)
            self.count(event)
        for seat_type, used in before.items():
            assert self.used(seat_type) <= max(used, self.quota[seat_type]), "raised although it did not fit"
        assert SEATS.decide(command, self.seats) == [], "asking twice changed something"
        return list(answer)

    def count(self, event: Event) -> None:
        match event:
            case QuotaSet(seat_type_id=seat_type, levels=(level,)):
                self.quota[seat_type] = level.quota
            case SeatsReserved(order_id=order, granted=granted):
                self.held[order] = Counter({item.seat_type_id: item.quantity for item in granted})
            case SeatsCommitted(order_id=order):
                self.sold[order] = self.held.pop(order)
            case SeatsReleased(order_id=order):
                self.held.pop(order, None)
                self.sold.pop(order, None)
            case SeatsReduced(order_id=order, left=left):
                seats = self.held if order in self.held else self.sold
                seats[order] = Counter({item.seat_type_id: item.quantity for item in left})
            case WaitlistJoined(order_id=order, seat_type_id=seat_type, quantity=quantity, waiting=waiting):
                self.lines[seat_type].append((order, quantity))
                assert waiting == len(self.lines[seat_type])
            case WaitlistLeft(order_id=order, seat_type_id=seat_type, waiting=waiting):
                self.lines[seat_type] = [one for one in self.lines[seat_type] if one[0] != order]
                assert waiting == len(self.lines[seat_type])
            case WaitlistEnded(order_id=order, seat_type_id=seat_type, waiting=waiting):
                self.lines[seat_type] = [one for one in self.lines[seat_type] if one[0] != order]
                assert waiting == len(self.lines[seat_type])
            case SeatsOffered(order_id=order, seat_type_id=seat_type, quantity=quantity, waiting=waiting):
                if self.lines[seat_type]:
                    first, wanted = self.lines[seat_type].pop(0)
                    assert first == order, "somebody was overtaken"
                    assert quantity <= wanted
                assert quantity
                assert waiting == len(self.lines[seat_type])
                self.held[order] = Counter({seat_type: quantity})
        for level in getattr(event, "levels", ()):
            held = sum(order[level.seat_type_id] for order in self.held.values())
            sold = sum(order[level.seat_type_id] for order in self.sold.values())
            assert level == Level(level.seat_type_id, self.quota[level.seat_type_id], held, sold)

    @rule(seat_type=TYPES, number=st.integers(0, 12))
    def set_quota(self, seat_type: UUID, number: int) -> None:
        self.send(SetQuota(HERE, seat_type, number))

    @rule(order=ORDERS, revision=REVISIONS, left=WANTED)
    def reduce(self, order: UUID, revision: int, left: tuple[Item, ...]) -> None:
        has = self.held.get(order) or self.sold.get(order) or Counter[UUID]()
        kept = tuple(
            Item(one, min(number, has[one])) for one, number in Counter(dict(_pairs(left))).items() if has[one]
        )
        self.send(ReduceSeats(HERE, order, revision, kept))

    @rule(order=ORDERS, seat_type=TYPES, quantity=st.integers(1, 6))
    def join(self, order: UUID, seat_type: UUID, quantity: int) -> None:
        self.send(JoinWaitlist(HERE, order, Item(seat_type, quantity)))

    @invariant()
    def nobody_waits_for_seats_that_are_free(self) -> None:
        for seat_type, line in self.lines.items():
            assert not (line and self.seats.open and self.seats.free(seat_type))

    @rule(seat_type=TYPES)
    def close(self, seat_type: UUID) -> None:
        self.send(CloseSeatType(HERE, seat_type))

    @rule(seat_type=TYPES, until=st.none() | MOMENTS, told_at=MOMENTS)
    def set_sale_end(self, seat_type: UUID, until: datetime | None, told_at: datetime) -> None:
        self.send(SetSaleEnd(HERE, seat_type, until, told_at))

    @rule(seat_type=TYPES, told_at=MOMENTS)
    def end_sale(self, seat_type: UUID, told_at: datetime) -> None:
        self.send(EndSale(HERE, seat_type, told_at))

    @invariant()
    def nobody_waits_for_a_type_that_is_not_on_sale(self) -> None:
        assert all(self.seats.on_sale(seat_type) for seat_type, line in self.lines.items() if line)

    @rule(open=st.booleans())
    def set_sales(self, open: bool) -> None:
        self.send(SetSales(HERE, open))

    @rule(order=ORDERS, revision=REVISIONS, wanted=WANTED, retake=st.booleans())
    def reserve(self, order: UUID, revision: int, wanted: tuple[Item, ...], retake: bool) -> None:
        on_sale = all(self.seats.on_sale(item.seat_type_id) for item in wanted)
        for event in self.send(ReserveSeats(HERE, order, revision, wanted, retake)):
            assert isinstance(event, SeatsReserved)
            asked = Counter[UUID]()
            for item in wanted:
                asked[item.seat_type_id] += item.quantity
            granted = {item.seat_type_id: item.quantity for item in event.granted}
            assert granted.keys() == asked.keys()
            assert all(0 <= number <= asked[seat_type] for seat_type, number in granted.items())
            if retake:
                assert granted == asked or not any(granted.values()), "retaken in part"
                assert on_sale or not any(granted.values()), "retaken after the sale"

    @rule(order=ORDERS)
    def commit(self, order: UUID) -> None:
        self.send(CommitSeats(HERE, order))

    @rule(order=ORDERS, revision=REVISIONS)
    def release(self, order: UUID, revision: int) -> None:
        self.send(ReleaseSeats(HERE, order, revision))

    @invariant()
    def nothing_is_negative(self) -> None:
        for level in self.seats.levels.values():
            assert level.held >= 0
            assert level.sold >= 0
            assert self.seats.free(level.seat_type_id) >= 0


TestNeverMoreThanThereAre = NeverMoreThanThereAre.TestCase
TestNeverMoreThanThereAre.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)
