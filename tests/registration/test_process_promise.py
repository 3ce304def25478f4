"""The promise of the process: its commands may come late, twice and in any order, and the outcome is the same."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from plenary.conferences.conference import CONFERENCE, offer
from plenary.conferences.conference_messages import AddSeatType, PublishConference, UnpublishConference
from plenary.engine.decider import Decider, Refusal
from plenary.payments.payment import (
    PAYMENT,
    CompletePayment,
    PaymentCancelled,
    PaymentCompleted,
    PaymentRefunded,
    PaymentRejected,
)
from plenary.registration.assignments import ASSIGNMENTS, AssignmentsCreated
from plenary.registration.order import ORDER
from plenary.registration.order_messages import (
    CancelOrder,
    ChangeItems,
    EnterDetails,
    OrderConfirmed,
    PlaceOrder,
    RequestPayment,
)
from plenary.registration.order_state import Cancelled, Confirmed, Expired, Refunded, SoldOut
from plenary.registration.process import react
from plenary.registration.seats import SEATS
from tests.examples import ADA, CONFERENCE_ID, CREATE, EXPIRES, GA, NOON, WS, items

DECIDERS: tuple[Decider[Any, Any, Any], ...] = (CONFERENCE, SEATS, ORDER, ASSIGNMENTS, PAYMENT)
QUOTAS = {GA: 3, WS: 2}
ORDERS = [UUID(int=100 + n) for n in range(4)]


class House:
    """The whole of registration in memory; what the process sends waits until chance delivers it."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.states: dict[str, Any] = {}
        self.events: list[Any] = []
        self.waiting: list[Any] = []
        self.alarms: list[Any] = []
        self.send(CREATE)
        for seat_type, quota in QUOTAS.items():
            self.send(AddSeatType(CONFERENCE_ID, seat_type, "Seat", "", 100, quota))
        self.send(PublishConference(CONFERENCE_ID))
        self.deliver_everything()

    def send(self, command: Any) -> None:
        decider = next(decider for decider in DECIDERS if isinstance(command, decider.commands))
        stream = decider.stream(command)
        answer = decider.decide(command, self.states.get(stream, decider.initial))
        for event in [] if isinstance(answer, Refusal) else answer:
            self.states[stream] = decider.evolve(self.states.get(stream, decider.initial), event)
            self.events.append(event)
            for sent in react(event, NOON):
                (self.alarms if sent.at else self.waiting).append(sent.command)

    def deliver_everything(self) -> None:
        while self.waiting or self.alarms:
            self.deliver(self.waiting or self.alarms)

    def deliver(self, commands: list[Any]) -> None:
        """Any one of them, and once in a while it stays to come again."""
        if commands:
            n = self.chance.randrange(len(commands))
            self.send(commands[n] if self.chance.random() < 0.2 else commands.pop(n))

    def something_happens(self) -> None:
        order = self.chance.choice(ORDERS)
        payment = UUID(int=order.int * 10 + self.chance.randrange(2))
        offered = offer(self.states[f"conference-{CONFERENCE_ID}"])
        wanted = items(ga=self.chance.randint(0, 3), ws=self.chance.randint(0, 2))
        paid_at = self.chance.choice([NOON, NOON, EXPIRES + timedelta(days=1)])
        match self.chance.choices(range(8), weights=[30, 8, 12, 12, 3, 3, 1, 0.3])[0]:
            case 0:
                self.deliver(self.waiting)
            case 1:
                self.send(PlaceOrder(order, CONFERENCE_ID, "AB12-CD34", offered, wanted, NOON, 5))
            case 2:
                self.send(EnterDetails(order, ADA, "ada@example.org", "Ada", "Lovelace"))
                self.send(RequestPayment(order, payment, "test"))
            case 3:
                self.send(CompletePayment(payment, paid_at, "ch_1"))
            case 4:
                self.send(ChangeItems(order, offered, wanted, NOON))
            case 5:
                self.deliver(self.alarms)
            case 6:
                self.send(CancelOrder(order))
            case 7:
                self.send(UnpublishConference(CONFERENCE_ID))


@pytest.mark.parametrize("seed", range(200))
def test_late_twice_and_in_any_order_the_outcome_is_the_same(seed: int) -> None:
    house = House(seed)
    for _ in range(120):
        house.something_happens()
    house.deliver_everything()
    every_order_has_ended(house)
    exactly_the_confirmed_seats_are_sold(house)
    every_payment_bought_an_order_or_went_back(house)


def every_order_has_ended(house: House) -> None:
    orders = [state for stream, state in house.states.items() if stream.startswith("order-")]
    assert all(isinstance(order, Confirmed | SoldOut | Expired | Cancelled | Refunded) for order in orders)


def exactly_the_confirmed_seats_are_sold(house: House) -> None:
    confirmed = [event for event in house.events if isinstance(event, OrderConfirmed)]
    numbered = [len(event.seats) for event in house.events if isinstance(event, AssignmentsCreated)]
    sold = Counter[UUID]()
    for order in confirmed:
        for line in order.lines:
            sold[line.seat_type_id] += line.quantity
    for level in house.states[f"seats-{CONFERENCE_ID}"].levels.values():
        assert (level.held, level.sold) == (0, sold[level.seat_type_id])
        assert level.sold <= QUOTAS[level.seat_type_id]
    assert sum(numbered) == sold.total()
    assert len(numbered) == len(confirmed)


def every_payment_bought_an_order_or_went_back(house: House) -> None:
    bought = {event.payment_id: event.total for event in house.events if isinstance(event, OrderConfirmed)}
    back = Counter[UUID]()
    for event in house.events:
        if isinstance(event, PaymentRefunded):
            back[event.payment_id] += event.amount
    for event in house.events:
        if isinstance(event, PaymentCompleted):
            assert back[event.payment_id] + bought.get(event.payment_id, 0) == event.amount


def test_chance_leaves_no_way_untried() -> None:
    houses = [House(seed) for seed in range(40)]
    for house in houses:
        for _ in range(120):
            house.something_happens()
        house.deliver_everything()
    heard = {type(event) for house in houses for event in house.events}
    assert heard >= set(ORDER.events) | set(PAYMENT.events) - {PaymentRejected, PaymentCancelled}
