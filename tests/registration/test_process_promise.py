"""The promise of the process: its commands may come late, twice and in any order, and the outcome is the same."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from plenary.conferences.conference import CONFERENCE, offer
from plenary.conferences.conference_messages import (
    AddSeatType,
    EditSeatType,
    PublishConference,
    RetireSeatType,
    UnpublishConference,
)
from plenary.engine.decider import Decider, Refusal
from plenary.engine.person import PERSON, ErasePerson
from plenary.payments.payment import PAYMENT
from plenary.payments.payment_messages import (
    CompletePayment,
    CompleteRefund,
    PaymentCancelled,
    PaymentCompleted,
    PaymentNoted,
    PaymentRefunded,
    PaymentRejected,
    RefundFailed,
    RefundPutOff,
    RefundRequested,
    RefundRetried,
)
from plenary.registration.assignments import ASSIGNMENTS, AssignmentsCreated
from plenary.registration.entries import ENTRIES, AddEntry
from plenary.registration.order import ORDER
from plenary.registration.order_commands import (
    ApplyCode,
    CancelOrder,
    CancelSeats,
    ChangeItems,
    EnterDetails,
    ExtendHold,
    PlaceOrder,
    RemoveCode,
    RequestPayment,
    ResendConfirmation,
    WaitForSeats,
)
from plenary.registration.order_events import OrderConfirmed, SeatsCancelled
from plenary.registration.order_lines import numbered as numbered_lines
from plenary.registration.order_state import Cancelled, Confirmed, Expired, Refunded, SoldOut, Waiting
from plenary.registration.process import react
from plenary.registration.promo_code import PROMO_CODE
from plenary.registration.promo_code_messages import CreateCode, ReserveUse, ReturnUse
from plenary.registration.seats import SEATS
from plenary.words import CancelRules, Item, Promo
from tests.examples import ADA, CONFERENCE_ID, CREATE, EXPIRES, GA, JON, NOON, WILLIAM, WS, items

DECIDERS: tuple[Decider[Any, Any, Any], ...] = (
    CONFERENCE,
    SEATS,
    ORDER,
    ENTRIES,
    PROMO_CODE,
    ASSIGNMENTS,
    PAYMENT,
    PERSON,
)
ONCE = Promo(UUID(int=51), "ONCE", 10, None, combines_with=("EVER",))
EVER = Promo(UUID(int=52), "EVER", None, 5)
RULES = CancelRules(NOON + timedelta(days=1), 10)
QUOTAS = {GA: 3, WS: 2}
ORDERS = [UUID(int=100 + n) for n in range(4)]
WAITING = [UUID(int=200 + n) for n in range(3)]


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
        for promo, limit in ((ONCE, 1), (EVER, None)):
            self.send(CreateCode(promo.code_id, CONFERENCE_ID, promo, limit, 5))
        self.deliver_everything()

    def send(self, *together: Any) -> None:
        """A command; or several for different streams, all of them or none."""
        answers = []
        for command in together:
            decider = next(decider for decider in DECIDERS if isinstance(command, decider.commands))
            stream = decider.stream(command)
            answer = decider.decide(command, self.states.get(stream, decider.initial))
            if isinstance(answer, Refusal):
                return
            answers.append((decider, stream, answer))
        for decider, stream, events in answers:
            for event in events:
                self.states[stream] = decider.evolve(self.states.get(stream, decider.initial), event)
                self.events.append(event)
                for sent in react(event, NOON):
                    (self.alarms if sent.at else self.waiting).append(sent.command)
                if isinstance(event, RefundRequested):  # a gateway that does what it is asked for
                    self.waiting.append(CompleteRefund(event.payment_id, event.number, "re_1"))

    def deliver_everything(self) -> None:
        while self.waiting or self.alarms:
            self.deliver(self.waiting or self.alarms)

    def deliver(self, commands: list[Any]) -> None:
        """Any one of them, and once in a while it stays to come again."""
        if commands:
            n = self.chance.randrange(len(commands))
            self.send(commands[n] if self.chance.random() < 0.2 else commands.pop(n))

    def something_happens(self) -> None:
        order = self.chance.choice([*ORDERS, *WAITING])
        payment = UUID(int=order.int * 10 + self.chance.randrange(2))
        offered = offer(self.states[f"conference-{CONFERENCE_ID}"])
        wanted = items(ga=self.chance.randint(0, 3), ws=self.chance.randint(0, 2))
        paid_at = self.chance.choice([NOON, NOON, EXPIRES + timedelta(days=1)])
        positions = tuple(n for n in range(1, 5) if self.chance.random() < 0.4)
        by: Any = self.chance.choice(["registrant", "organizer"])
        promo = self.chance.choice([ONCE, EVER])
        weights = [40, 8, 12, 12, 3, 2, 1, 0.3, 6, 3, 1, 4, 3, 2, 0.1, 0.2, 0.2]
        match self.chance.choices(range(17), weights=weights)[0]:
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
            case 8:
                self.send(ApplyCode(order, promo), ReserveUse(promo.code_id, order, 0, promo))
            case 9:
                revision = self.states[f"order-{order}"].terms.revision if f"order-{order}" in self.states else 1
                self.send(RemoveCode(order, promo.code_id), ReturnUse(promo.code_id, order, revision))
            case 10:
                self.send(ExtendHold(order, NOON))
            case 11:
                self.send(CancelSeats(order, positions, by, NOON, RULES))
            case 12:
                waiting = self.chance.choice(WAITING)
                person = self.chance.choice([WILLIAM, JON])
                who = (person, "somebody@example.org", "Some", "Body")
                item = Item(self.chance.choice([GA, WS]), self.chance.randint(1, 2))
                wait = WaitForSeats(waiting, CONFERENCE_ID, "AB12-CD34", offered, item, *who, NOON, 5)
                self.send(wait, AddEntry(person, item.seat_type_id, waiting))
            case 13:
                self.send(ResendConfirmation(order, NOON))
            case 14:
                self.send(RetireSeatType(CONFERENCE_ID, WS))
            case 15:
                self.send(EditSeatType(CONFERENCE_ID, GA, "Seat", "", 100, sale_until=EXPIRES))
            case 16:
                self.send(ErasePerson(WILLIAM))


@pytest.mark.parametrize("seed", range(200))
def test_late_twice_and_in_any_order_the_outcome_is_the_same(seed: int) -> None:
    house = House(seed)
    for _ in range(120):
        house.something_happens()
    house.deliver_everything()
    every_order_has_ended(house)
    exactly_the_confirmed_seats_are_sold(house)
    every_payment_bought_an_order_or_went_back(house)
    every_use_of_a_code_is_an_order_that_has_it(house)
    every_entry_is_an_order_that_waits(house)


def every_order_has_ended(house: House) -> None:
    orders = [state for stream, state in house.states.items() if stream.startswith("order-")]
    seats = house.states[f"seats-{CONFERENCE_ID}"]
    for order in orders:
        if isinstance(order, Waiting):
            (line,) = order.terms.lines
            assert order.terms.order_id in seats.line(line.seat_type_id)
            assert not (seats.open and seats.free(line.seat_type_id))
        else:
            assert isinstance(order, Confirmed | SoldOut | Expired | Cancelled | Refunded)
    assert sum(isinstance(order, Waiting) for order in orders) == sum(len(line.orders) for line in seats.lines.values())


def exactly_the_confirmed_seats_are_sold(house: House) -> None:
    confirmed = [event for event in house.events if isinstance(event, OrderConfirmed)]
    bought = {event.order_id for event in confirmed}
    numbered = [len(event.seats) for event in house.events if isinstance(event, AssignmentsCreated)]
    sold = Counter[UUID]()
    for order in confirmed:
        for line in order.lines:
            sold[line.seat_type_id] += line.quantity
    assert sum(numbered) == sold.total()
    for stream, order in house.states.items():
        if stream.startswith("order-") and order.terms.order_id in bought:
            for position, line in numbered_lines(order.terms.lines):
                sold[line.seat_type_id] -= not isinstance(order, Confirmed) or position not in order.left
    for level in house.states[f"seats-{CONFERENCE_ID}"].levels.values():
        assert (level.held, level.sold) == (0, sold[level.seat_type_id])
        assert level.sold <= QUOTAS[level.seat_type_id]
    assert len(numbered) == len(confirmed)


def every_payment_bought_an_order_or_went_back(house: House) -> None:
    bought = {event.payment_id: event.total for event in house.events if isinstance(event, OrderConfirmed)}
    for event in house.events:
        if isinstance(event, SeatsCancelled) and event.payment_id is not None:
            bought[event.payment_id] = event.total
    back = Counter[UUID]()
    for event in house.events:
        if isinstance(event, PaymentRefunded):
            back[event.payment_id] += event.amount
    for event in house.events:
        if isinstance(event, PaymentCompleted):
            assert back[event.payment_id] + bought.get(event.payment_id, 0) == event.amount


def every_use_of_a_code_is_an_order_that_has_it(house: House) -> None:
    for promo, limit in ((ONCE, 1), (EVER, 1_000)):
        code = house.states[f"promo_code-{promo.code_id}"]
        used = {order_id for order_id, use in code.uses.items() if use.kind != "returned"}
        orders = [state for stream, state in house.states.items() if stream.startswith("order-")]
        assert used == {
            order.terms.order_id
            for order in orders
            if isinstance(order, Confirmed) and promo.code_id in order.terms.codes
        }
        assert len(used) == code.used <= limit


def every_entry_is_an_order_that_waits(house: House) -> None:
    orders = [state for stream, state in house.states.items() if stream.startswith("order-")]
    for person in (WILLIAM, JON):
        entries = house.states.get(f"entries-{person}", ENTRIES.initial)
        waiting = [
            order.terms for order in orders if isinstance(order, Waiting) and order.registrant.registrant == person
        ]
        assert dict(entries.orders) == {terms.lines[0].seat_type_id: terms.order_id for terms in waiting}
        assert len(entries.orders) == len(waiting)
        assert not (entries.erased and waiting)


def test_chance_leaves_no_way_untried() -> None:
    houses = [House(seed) for seed in range(200)]
    for house in houses:
        for _ in range(120):
            house.something_happens()
        house.deliver_everything()
    heard = {type(event) for house in houses for event in house.events}
    of_gateways = {PaymentRejected, PaymentCancelled, PaymentNoted, RefundFailed, RefundPutOff, RefundRetried}
    assert heard >= set(ORDER.events) | set(ENTRIES.events) | (set(PAYMENT.events) - of_gateways)
