"""The promise of an order: whatever comes in whatever order, seats and money stay together."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from plenary.engine.decider import Refusal
from plenary.registration.order import ORDER
from plenary.registration.order_commands import (
    CancelOrder,
    ChangeItems,
    Command,
    ConfirmOrder,
    ExpireOrder,
    RecordGrant,
    RequestPayment,
)
from plenary.registration.order_events import (
    Event,
    Line,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderHeld,
    OrderItemsChanged,
    OrderPlaced,
    OrderRefunded,
    OrderSoldOut,
    PaidTooLate,
    PaymentReturned,
)
from plenary.words import Item
from tests.examples import ENTER_DETAILS, EXPIRES, NOON, OFFER, ORDER_ID, PLACE, items

PAYMENTS = st.sampled_from([UUID(int=200 + n) for n in range(3)])
QUANTITIES = st.integers(0, 3)
RARELY = st.sampled_from([False, False, False, False, True])
TIMES = st.sampled_from([NOON, EXPIRES, EXPIRES + timedelta(seconds=1)])


class SeatsAndMoneyStayTogether(RuleBasedStateMachine):
    """Any commands in any order; the events alone are watched, never the order's own state."""

    def __init__(self) -> None:
        super().__init__()
        self.order = ORDER.initial
        self.events: list[Event] = []
        self.lines: tuple[Line, ...] = ()
        self.paid: dict[UUID, int] = {}

    def send(self, command: Command) -> None:
        answer = ORDER.decide(command, self.order)
        if isinstance(answer, Refusal):
            return
        for event in answer:
            self.order = ORDER.evolve(self.order, event)
            self.events.append(event)
            self.watch(event)
        again = ORDER.decide(command, self.order)
        assert again == [] or isinstance(again, Refusal), "asking twice changed something"

    def watch(self, event: Event) -> None:
        match event:
            case OrderPlaced(lines=lines, total=total) | OrderItemsChanged(lines=lines, total=total):
                self.lines = lines
                assert total == sum(line.unit_price * line.quantity for line in lines)
            case OrderHeld(granted=granted, total=total, partly=partly):
                wanted = Counter({line.seat_type_id: line.quantity for line in self.lines})
                prices = {line.seat_type_id: line.unit_price for line in self.lines}
                seats = Counter({item.seat_type_id: item.quantity for item in granted})
                assert seats <= wanted
                assert seats.total() > 0
                assert partly == (seats != wanted)
                assert total == sum(prices[item.seat_type_id] * item.quantity for item in granted)
            case OrderConfirmed(lines=lines, total=total):
                held = next(event for event in reversed(self.events) if isinstance(event, OrderHeld))
                assert total == held.total == sum(line.unit_price * line.quantity for line in lines)
                assert {line.seat_type_id: line.quantity for line in lines} == {
                    item.seat_type_id: item.quantity for item in held.granted if item.quantity
                }

    @initialize(
        wanted=st.tuples(QUANTITIES, QUANTITIES, QUANTITIES).filter(any),
        free=RARELY,
        far=st.sampled_from([2, 2, 2, 3, 1]),
    )
    def place(self, wanted: tuple[int, int, int], free: bool, far: int) -> None:
        self.offer = OFFER
        if free:
            self.offer = replace(OFFER, seat_types=tuple(replace(one, price=0) for one in OFFER.seat_types))
        self.send(replace(PLACE, offer=self.offer, items=items(*wanted)))
        for step in (self.record_all_that_is_wanted, self.enter_details, self.expire)[:far]:
            step()  # most orders start on the usual way

    @rule(wanted=st.tuples(QUANTITIES, QUANTITIES, QUANTITIES), on_sale=st.booleans())
    def change(self, wanted: tuple[int, int, int], on_sale: bool) -> None:
        self.send(ChangeItems(ORDER_ID, replace(self.offer, on_sale=on_sale), items(*wanted), NOON))

    @rule(revision=st.integers(1, 4), granted=st.tuples(QUANTITIES, QUANTITIES, QUANTITIES))
    def record_grant(self, revision: int, granted: tuple[int, int, int]) -> None:
        self.send(RecordGrant(ORDER_ID, revision, items(*granted)))

    @rule()
    def record_all_that_is_wanted(self) -> None:
        late = [event for event in self.events if isinstance(event, PaidTooLate)]
        asked = [event for event in self.events if isinstance(event, OrderItemsChanged)]
        revision = late[-1].revision if late else asked[-1].revision if asked else 1
        wanted = tuple(Item(line.seat_type_id, line.quantity) for line in self.lines)
        self.send(RecordGrant(ORDER_ID, revision, late[-1].wanted if late else wanted))

    @rule()
    def enter_details(self) -> None:
        self.send(ENTER_DETAILS)

    @rule(payment=PAYMENTS)
    def request(self, payment: UUID) -> None:
        self.send(RequestPayment(ORDER_ID, payment, "test"))

    @rule(payment=PAYMENTS, paid_at=TIMES, short=RARELY)
    def pay(self, payment: UUID, paid_at: datetime, short: bool) -> None:
        totals = [event.total for event in self.events if isinstance(event, OrderHeld)] or [1]
        amount = self.paid.setdefault(payment, 1 if short else totals[-1])
        self.send(ConfirmOrder(ORDER_ID, payment, amount, paid_at))

    @rule()
    def expire(self) -> None:
        self.send(ExpireOrder(ORDER_ID, EXPIRES))

    @rule()
    def expire_too_early(self) -> None:
        self.send(ExpireOrder(ORDER_ID, NOON))

    @rule(really=RARELY)
    def cancel(self, really: bool) -> None:
        if really:
            self.send(CancelOrder(ORDER_ID))

    @invariant()
    def every_payment_bought_the_order_or_went_back_once(self) -> None:
        returned = Counter(event.payment_id for event in self.events if isinstance(event, PaymentReturned))
        bought = [event.payment_id for event in self.events if isinstance(event, OrderConfirmed)]
        retaking = [event.payment_id for event in self.events if isinstance(event, PaidTooLate)]
        pending = set(retaking) - set(bought) - set(returned)
        assert len(bought) <= 1
        assert len(retaking) <= 1
        for payment in self.paid:
            assert (payment in bought) + returned[payment] + (payment in pending) == 1

    @invariant()
    def after_the_deadline_only_seats_taken_again_confirm(self) -> None:
        kinds = [type(event) for event in self.events]
        if OrderExpired in kinds and OrderConfirmed in kinds:
            assert kinds.index(OrderExpired) < kinds.index(PaidTooLate) < kinds.index(OrderConfirmed)

    @invariant()
    def an_order_ends_once(self) -> None:
        ends = (OrderSoldOut, OrderConfirmed, OrderCancelled, OrderRefunded)
        assert sum(isinstance(event, ends) for event in self.events) <= 1


TestSeatsAndMoneyStayTogether = SeatsAndMoneyStayTogether.TestCase
TestSeatsAndMoneyStayTogether.settings = settings(
    max_examples=80, stateful_step_count=25, deadline=None, derandomize=True
)
