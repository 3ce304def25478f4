"""The promise of the seats: whatever is asked in whatever order, never more are given away than there are."""

from collections import Counter
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plenary.engine.decider import Refusal
from plenary.registration.seats import (
    SEATS,
    CloseSeatType,
    Command,
    CommitSeats,
    Event,
    Level,
    QuotaSet,
    ReleaseSeats,
    ReserveSeats,
    SeatsCommitted,
    SeatsReleased,
    SeatsReserved,
    SetQuota,
    SetSales,
)
from plenary.words import Item

HERE = UUID(int=1)
A, B = UUID(int=11), UUID(int=12)
ORDERS = st.sampled_from([UUID(int=100 + n) for n in range(4)])
TYPES = st.sampled_from([A, B])
WANTED = st.lists(st.builds(Item, TYPES, st.integers(0, 6)), max_size=3).map(tuple)
REVISIONS = st.integers(1, 6)


class NeverMoreThanThereAre(RuleBasedStateMachine):
    """Any commands in any order, watched by somebody who counts seats order by order instead of by levels."""

    def __init__(self) -> None:
        super().__init__()
        self.seats = SEATS.initial
        self.quota: dict[UUID, int] = {}
        self.held: dict[UUID, Counter[UUID]] = {}
        self.sold: dict[UUID, Counter[UUID]] = {}

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
        for level in getattr(event, "levels", ()):
            held = sum(order[level.seat_type_id] for order in self.held.values())
            sold = sum(order[level.seat_type_id] for order in self.sold.values())
            assert level == Level(level.seat_type_id, self.quota[level.seat_type_id], held, sold)

    @rule(seat_type=TYPES, number=st.integers(0, 12))
    def set_quota(self, seat_type: UUID, number: int) -> None:
        self.send(SetQuota(HERE, seat_type, number))

    @rule(seat_type=TYPES)
    def close(self, seat_type: UUID) -> None:
        self.send(CloseSeatType(HERE, seat_type))

    @rule(open=st.booleans())
    def set_sales(self, open: bool) -> None:
        self.send(SetSales(HERE, open))

    @rule(order=ORDERS, revision=REVISIONS, wanted=WANTED, retake=st.booleans())
    def reserve(self, order: UUID, revision: int, wanted: tuple[Item, ...], retake: bool) -> None:
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
