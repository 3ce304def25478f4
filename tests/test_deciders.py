"""What holds for every decider: an answer to everything in every state, and nothing more for asking twice."""

import inspect
import typing
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from functools import cache
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from plenary.conferences import conference_messages, slug
from plenary.conferences.conference import CONFERENCE
from plenary.conferences.slug import SLUG
from plenary.engine import person
from plenary.engine.decider import Decider, InvalidInput, Personal, Refusal, fold
from plenary.engine.person import PERSON
from plenary.payments import payment_messages as payments
from plenary.payments.payment import PAYMENT
from plenary.registration import assignments, entries, order_commands, order_refusals
from plenary.registration import promo_code_messages as codes
from plenary.registration import seats_messages as seats
from plenary.registration.assignments import ASSIGNMENTS
from plenary.registration.entries import ENTRIES
from plenary.registration.order import ORDER
from plenary.registration.order_events import CodeApplied
from plenary.registration.order_state import Order
from plenary.registration.promo_code import PROMO_CODE
from plenary.registration.seats import SEATS
from plenary.words import CancelRules, Item, Promo
from tests import examples as ex

HERE, FIRST, SECOND = ex.CONFERENCE_ID, ex.ORDER_ID, ex.OTHER_ORDER
EDIT = conference_messages.EditConference(
    **{field.name: getattr(ex.CREATE, field.name) for field in fields(conference_messages.Details)}
)
GIVE = assignments.AssignSeat(FIRST, 1, ex.WILLIAM, "william@example.org", "William", "Flash")
FREE = replace(ex.OFFER, seat_types=tuple(replace(seat_type, price=0) for seat_type in ex.OFFER.seat_types))
TENTH = Promo(UUID(int=51), "TENTH", 10, None)
RULES = CancelRules(ex.NOON + timedelta(days=1), 10)
BILL = payments.InitiatePayment(ex.PAYMENT_ID, FIRST, HERE, 24_900, "USD", "test")

# At least one command of every kind for each decider; every state that these can lead to is tried.
COMMANDS: dict[Decider[Any, Any, Any], list[Any]] = {
    SLUG: [command("cqrs-days", id) for command in (slug.ClaimSlug, slug.ReleaseSlug) for id in (HERE, ex.GA)],
    CONFERENCE: [
        ex.CREATE,
        replace(ex.CREATE, name=""),
        EDIT,
        replace(EDIT, slug="es-days"),
        replace(EDIT, currency="EUR"),
        replace(EDIT, ends_on=date(2030, 5, 1)),
        conference_messages.PublishConference(HERE),
        conference_messages.UnpublishConference(HERE),
        conference_messages.AddSeatType(HERE, ex.GA, "General admission", "", 19_900, 100),
        conference_messages.EditSeatType(HERE, ex.GA, "Everything", "", 24_900),
        conference_messages.EditSeatType(HERE, ex.WS, "Workshop", "", -1),
        conference_messages.ChangeQuota(HERE, ex.GA, 5),
        conference_messages.RetireSeatType(HERE, ex.GA),
        conference_messages.DeleteSeatType(HERE, ex.GA),
    ],
    SEATS: [
        seats.SetQuota(HERE, ex.GA, 2),
        seats.SetQuota(HERE, ex.GA, 1),
        seats.SetQuota(HERE, ex.GA, -1),
        seats.CloseSeatType(HERE, ex.GA),
        seats.SetSaleEnd(HERE, ex.GA, ex.PAY_BY, ex.NOON),
        seats.EndSale(HERE, ex.GA, ex.PAY_BY),
        seats.SetSales(HERE, open=True),
        seats.SetSales(HERE, open=False),
        seats.ReserveSeats(HERE, FIRST, 1, (Item(ex.GA, 2),)),
        seats.ReserveSeats(HERE, FIRST, 2, (Item(ex.GA, 1), Item(ex.WS, 1))),
        seats.ReserveSeats(HERE, FIRST, 3, (Item(ex.GA, 2),), retake=True),
        seats.ReserveSeats(HERE, SECOND, 1, ()),
        seats.CommitSeats(HERE, FIRST),
        seats.ReleaseSeats(HERE, FIRST, 1),
        seats.ReleaseSeats(HERE, FIRST, 3),
        seats.ReduceSeats(HERE, FIRST, 2, (Item(ex.GA, 1),)),
        seats.ReduceSeats(HERE, FIRST, 4, ()),
        seats.JoinWaitlist(HERE, SECOND, Item(ex.GA, 2)),
        seats.ReleaseSeats(HERE, SECOND, 1),
        seats.JoinWaitlist(HERE, UUID(int=23), Item(ex.GA, 1)),
    ],
    ORDER: [
        ex.PLACE,
        replace(ex.PLACE, items=()),
        replace(ex.PLACE, items=(Item(ex.GA, -1),)),
        replace(ex.PLACE, items=(Item(ex.GA, 21),)),
        replace(ex.PLACE, offer=replace(ex.OFFER, on_sale=False)),
        replace(ex.PLACE, offer=FREE),
        order_commands.ChangeItems(FIRST, ex.OFFER, ex.items(ga=2), ex.NOON),
        order_commands.ChangeItems(FIRST, FREE, ex.items(ws=1), ex.NOON),
        order_commands.RecordGrant(FIRST, 1, ex.items(ga=1, cp=1)),
        order_commands.RecordGrant(FIRST, 1, ex.items(ga=1)),
        order_commands.RecordGrant(FIRST, 1, ()),
        order_commands.RecordGrant(FIRST, 2, ex.items(ga=2)),
        order_commands.RecordGrant(FIRST, 2, ex.items(ga=1, cp=1)),
        order_commands.RecordGrant(FIRST, 2, ex.items(ws=1)),
        order_commands.RecordGrant(FIRST, 2, ()),
        ex.ENTER_DETAILS,
        replace(ex.ENTER_DETAILS, email="nobody"),
        ex.REQUEST,
        replace(ex.REQUEST, gateway="transfer", hold_until=ex.NOON + timedelta(days=7)),
        ex.CONFIRM,
        ex.CONFIRM_LATE,
        replace(ex.CONFIRM, payment_id=ex.OTHER_PAYMENT, amount=1),
        order_commands.ExpireOrder(FIRST, ex.NOON),
        order_commands.WaitForSeats(
            FIRST, HERE, "AB12-CD34", ex.OFFER, Item(ex.GA, 2), ex.ADA, "ada@example.org", "Ada", "L", ex.NOON, 5
        ),
        order_commands.RecordOffer(FIRST, 1, ex.NOON),
        order_commands.EndWaiting(FIRST),
        order_commands.ApplyCode(FIRST, TENTH),
        order_commands.ApplyCode(FIRST, Promo(UUID(int=52), "OTHER", None, 500)),
        order_commands.ApplyCode(FIRST, Promo(UUID(int=53), "WS10", None, 500, (ex.WS,))),
        order_commands.RemoveCode(FIRST, TENTH.code_id),
        order_commands.ExtendHold(FIRST, ex.NOON),
        order_commands.ExtendHold(FIRST, ex.NOON + timedelta(days=1)),
        order_commands.RecordUse(FIRST, TENTH.code_id, True),
        order_commands.RecordUse(FIRST, TENTH.code_id, False),
        order_commands.CancelSeats(FIRST, (1,), "registrant", ex.NOON, RULES),
        order_commands.CancelSeats(FIRST, (), "organizer", ex.NOON, RULES),
        order_commands.CancelSeats(FIRST, (), "organizer", ex.NOON, RULES, 10**9),
        order_commands.CancelSeats(FIRST, (), "registrant", ex.NOON + timedelta(days=2), RULES),
        order_commands.CancelSeats(FIRST, (), "registrant", ex.NOON, CancelRules(None, 0)),
        order_commands.ResendConfirmation(FIRST, ex.NOON),
        ex.EXPIRE,
        ex.CANCEL,
    ],
    ENTRIES: [
        entries.AddEntry(ex.ADA, ex.GA, FIRST),
        entries.AddEntry(ex.ADA, ex.GA, SECOND),
        entries.AddEntry(ex.ADA, ex.GA, SECOND, FIRST),
        entries.AddEntry(ex.ADA, ex.WS, SECOND),
        entries.EndEntry(ex.ADA, FIRST),
        entries.EraseEntries(ex.ADA),
    ],
    PROMO_CODE: [
        codes.CreateCode(TENTH.code_id, HERE, TENTH, 1, 100),
        codes.CreateCode(TENTH.code_id, HERE, TENTH, 101, 100),
        codes.ChangeCode(TENTH.code_id, replace(TENTH, percent=20), 2, 100),
        codes.EndCode(TENTH.code_id),
        codes.ReserveUse(TENTH.code_id, FIRST, 0, TENTH),
        codes.ReserveUse(TENTH.code_id, SECOND, 0, TENTH),
        codes.SpendUse(TENTH.code_id, FIRST),
        codes.ReturnUse(TENTH.code_id, FIRST, 1),
        codes.ReturnUse(TENTH.code_id, SECOND, 2),
        codes.RetakeUse(TENTH.code_id, FIRST, 2),
    ],
    ASSIGNMENTS: [
        assignments.CreateAssignments(FIRST, HERE, (assignments.Seat(1, ex.GA, "General admission"),)),
        GIVE,
        replace(GIVE, first_name="Bill"),
        replace(GIVE, attendee=ex.JON, email="jon@example.org"),
        replace(GIVE, email="nobody"),
        replace(GIVE, position=2),
        assignments.UnassignSeat(FIRST, 1),
        assignments.RemoveSeats(FIRST, (1,)),
        assignments.TakeSeat(FIRST, 1, 0, ex.JON, "jon@example.org", "Jon", "Jaffe"),
        assignments.TakeSeat(FIRST, 1, 1, ex.JON, "jon@example.org", "Jon", ""),
        assignments.CorrectAttendee(FIRST, 1, 1, "Bill", "Flash"),
        assignments.RemoveSeats(FIRST, (1, 2)),
        assignments.ResendTicket(FIRST, 1, ex.NOON),
    ],
    PAYMENT: [
        BILL,
        replace(BILL, order_id=SECOND),
        replace(BILL, amount=0),
        payments.CompletePayment(ex.PAYMENT_ID, ex.NOON, "ch_1"),
        payments.RejectPayment(ex.PAYMENT_ID),
        payments.CancelPayment(ex.PAYMENT_ID),
        payments.NotePayment(ex.PAYMENT_ID, "pi_1"),
        payments.RefundPayment(ex.PAYMENT_ID, 5_000, "one seat less", 1),
        payments.RefundPayment(ex.PAYMENT_ID, 24_900, "sold out"),
        payments.CompleteRefund(ex.PAYMENT_ID, 1, "re_1"),
        payments.FailRefund(ex.PAYMENT_ID, 1, "no money"),
        payments.FailRefund(ex.PAYMENT_ID, 1, "no such account", "re_1"),
        payments.PutOffRefund(ex.PAYMENT_ID, 1, 1, ex.NOON),
        payments.RetryRefund(ex.PAYMENT_ID, 1, 1),
    ],
    PERSON: [person.ErasePerson(ex.WILLIAM)],
}
MODULES: dict[str, ModuleType] = {
    "slug": slug,
    "conference": conference_messages,
    "seats": seats,
    "order": order_refusals,
    "entries": entries,
    "promo_code": codes,
    "assignments": assignments,
    "payment": payments,
    "person": person,
}
EVERY_DECIDER = pytest.mark.parametrize("decider", COMMANDS, ids=lambda decider: decider.name)


LATE = [replace(ex.EXPIRED, codes=(TENTH.code_id,)), replace(ex.PAID_TOO_LATE, codes=(TENTH.code_id,))]
FURTHER: dict[Decider[Any, Any, Any], list[Any]] = {
    ORDER: [fold(ORDER, [ex.PLACED, ex.HELD, ex.DETAILS, CodeApplied(FIRST, HERE, TENTH, 22_410), ex.REQUESTED, *LATE])]
}
"""States that many steps lead to."""


@cache
def told(decider: Decider[Any, Any, Any]) -> list[tuple[Any, Any, Any]]:
    """(state, command, answer) for every command in every state that the commands lead to: the nearest 2,000."""
    states, found = [decider.initial, *FURTHER.get(decider, ())], []
    known = set(states)
    for state in states:  # grows while it is walked
        for command in COMMANDS[decider]:
            answer = decider.decide(command, state)
            found.append((state, command, answer))
            following = state if isinstance(answer, Refusal) else after(decider, state, answer)
            if following not in known and len(states) < 2_000:
                known.add(following)
                states.append(following)
    return found


def after(decider: Decider[Any, Any, Any], state: Any, events: Sequence[Any]) -> Any:
    for event in events:
        state = decider.evolve(state, event)
    return state


@EVERY_DECIDER
def test_every_command_has_an_answer_in_every_state(decider: Decider[Any, Any, Any]) -> None:
    for state, command, answer in told(decider):
        assert isinstance(answer, list | Refusal), (state, command)
        if isinstance(answer, list):
            assert all(isinstance(event, decider.events) for event in answer)
        else:
            assert answer.message


@EVERY_DECIDER
def test_asking_twice_is_harmless(decider: Decider[Any, Any, Any]) -> None:
    for state, command, answer in told(decider):
        if not isinstance(answer, Refusal):
            again = decider.decide(command, after(decider, state, answer))
            assert again == [] or isinstance(again, Refusal), (state, command)


@EVERY_DECIDER
def test_no_command_is_untried_and_no_event_or_refusal_is_never_heard(decider: Decider[Any, Any, Any]) -> None:
    answered = [answer for _, _, answer in told(decider)]
    refusals = {type(answer) for answer in answered if isinstance(answer, Refusal)}
    events = {type(event) for answer in answered if not isinstance(answer, Refusal) for event in answer}
    declared = {kind for kind in vars(MODULES[decider.name]).values() if inspect.isclass(kind)}
    assert {type(command) for command in COMMANDS[decider]} == set(decider.commands)
    assert events == set(decider.events)
    assert refusals - {InvalidInput} == {kind for kind in declared if issubclass(kind, Refusal)} - {Refusal}


def test_every_state_of_an_order_is_reached() -> None:
    assert {type(state) for state, _, _ in told(ORDER)} == {type(None), *typing.get_args(Order)}


@pytest.mark.parametrize("decider", [CONFERENCE, ORDER, PAYMENT], ids=lambda decider: decider.name)
def test_a_history_without_its_beginning_is_noticed(decider: Decider[Any, Any, Any]) -> None:
    begun = [answer for state, _, answer in told(decider) if state is None and not isinstance(answer, Refusal)]
    beginning = tuple({type(event) for answer in begun for event in answer})
    heard = {event for _, _, answer in told(decider) if not isinstance(answer, Refusal) for event in answer}
    for event in heard:
        if not isinstance(event, beginning):
            with pytest.raises(ValueError, match="cannot follow on NoneType"):
                decider.evolve(None, event)


@EVERY_DECIDER
def test_messages_are_frozen_and_say_whose_personal_fields_they_hold(decider: Decider[Any, Any, Any]) -> None:
    for message in (*decider.commands, *decider.events):
        assert message.__dataclass_params__.frozen, message
        assert "__slots__" in vars(message), message
    for event in decider.events:
        hints = typing.get_type_hints(event, include_extras=True)
        marks = [mark for hint in hints.values() for mark in getattr(hint, "__metadata__", ())]
        assert all(isinstance(mark, Personal) and hints[mark.subject] is UUID for mark in marks), event
        named = {"email", "first_name", "last_name", "owner_name", "owner_email"} & hints.keys()
        assert len(marks) == len(named), f"{event.__name__} holds a name or an address in the clear"


@EVERY_DECIDER
def test_all_commands_that_mean_one_thing_go_to_one_stream(decider: Decider[Any, Any, Any]) -> None:
    streams = {decider.stream(command) for command in COMMANDS[decider]}
    assert len(streams) == 1
    assert streams.pop().startswith(f"{decider.name}-")
    assert set(decider.creating) <= set(decider.commands)
