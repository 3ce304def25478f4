"""Stories of seats that are given to people."""

from dataclasses import replace
from datetime import timedelta

from plenary.engine.decider import fold
from plenary.registration.assignments import (
    ASSIGNMENTS,
    AssignmentsCreated,
    AssignSeat,
    AttendeeCorrected,
    CorrectAttendee,
    CreateAssignments,
    NoSeatsToAssign,
    RemoveSeats,
    ResendTicket,
    Seat,
    SeatAssigned,
    SeatHasChangedHands,
    SeatIsNobodys,
    SeatNotFound,
    SeatsRemoved,
    SeatUnassigned,
    TakeSeat,
    TicketJustResent,
    TicketResent,
    UnassignSeat,
)
from tests.examples import CONFERENCE_ID, CP, GA, JON, NOON, ORDER_ID, WILLIAM
from tests.scenario import blamed, scenario

SEATS = (Seat(1, GA, "General admission"), Seat(2, CP, "Cocktail party"))
CREATE = CreateAssignments(ORDER_ID, CONFERENCE_ID, SEATS)
CREATED = AssignmentsCreated(ORDER_ID, CONFERENCE_ID, SEATS)
GIVE_WILLIAM = AssignSeat(ORDER_ID, 1, WILLIAM, "william@example.org", "William", "Flash")
WILLIAM_SITS = SeatAssigned(
    ORDER_ID, CONFERENCE_ID, 1, WILLIAM, "william@example.org", "William", "Flash", previous=None, generation=1
)
GIVE_JON = AssignSeat(ORDER_ID, 1, JON, "jon@example.org", "Jon", "Jaffe")
JON_SITS = SeatAssigned(
    ORDER_ID, CONFERENCE_ID, 1, JON, "jon@example.org", "Jon", "Jaffe", previous=WILLIAM, generation=2
)
TAKE_BACK = UnassignSeat(ORDER_ID, 1)


def test_the_seats_of_an_order_are_numbered_once() -> None:
    scenario(ASSIGNMENTS, given=[], when=CREATE, then=[CREATED])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=CREATE, then=[])


def test_b3_each_seat_is_given_to_a_person() -> None:
    scenario(ASSIGNMENTS, given=[CREATED], when=GIVE_WILLIAM, then=[WILLIAM_SITS])
    second = replace(JON_SITS, position=2, previous=None, generation=1)
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=replace(GIVE_JON, position=2), then=[second])


def test_one_person_may_hold_several_seats() -> None:
    also = replace(WILLIAM_SITS, position=2)
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=replace(GIVE_WILLIAM, position=2), then=[also])


def test_g5_a_seat_is_given_to_somebody_else() -> None:
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=GIVE_JON, then=[JON_SITS])


def test_g5_the_name_of_the_same_person_is_corrected() -> None:
    corrected = AttendeeCorrected(ORDER_ID, CONFERENCE_ID, 1, WILLIAM, "william@example.org", "Bill", "Flash")
    renamed = replace(GIVE_WILLIAM, first_name=" Bill ")
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=renamed, then=[corrected])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, corrected], when=renamed, then=[])


def test_giving_a_seat_to_who_has_it_changes_nothing_however_the_address_is_written() -> None:
    shouted = replace(GIVE_WILLIAM, email="William@Example.ORG")
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=shouted, then=[])


def test_g5_a_seat_is_taken_back_once_and_can_be_given_again() -> None:
    free = SeatUnassigned(ORDER_ID, 1, WILLIAM)
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=TAKE_BACK, then=[free])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, free], when=TAKE_BACK, then=[])
    again = replace(JON_SITS, previous=None, generation=3)
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, free], when=GIVE_JON, then=[again])


def test_g4_seats_not_given_yet_are_nobody_s() -> None:
    assignments = fold(ASSIGNMENTS, [CREATED, WILLIAM_SITS])
    assert assignments is not None
    assert assignments.positions.difference(assignments.attendees) == {2}


def test_only_seats_that_were_bought_are_given() -> None:
    scenario(ASSIGNMENTS, given=[], when=GIVE_WILLIAM, then=NoSeatsToAssign())
    scenario(ASSIGNMENTS, given=[], when=TAKE_BACK, then=NoSeatsToAssign())
    scenario(ASSIGNMENTS, given=[CREATED], when=replace(GIVE_WILLIAM, position=3), then=SeatNotFound(3))
    scenario(ASSIGNMENTS, given=[CREATED], when=UnassignSeat(ORDER_ID, 0), then=SeatNotFound(0))


TAKE = TakeSeat(ORDER_ID, 1, 1, JON, "jon@example.org", "Jon", "Jaffe")


def test_whoever_has_a_seat_s_link_sits_down_on_it_once() -> None:
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=TAKE, then=[JON_SITS])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, JON_SITS], when=TAKE, then=SeatHasChangedHands())
    unassigned = replace(TAKE, generation=0)
    scenario(ASSIGNMENTS, given=[CREATED], when=unassigned, then=[replace(JON_SITS, previous=None, generation=1)])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=unassigned, then=SeatHasChangedHands())


def test_a_seat_that_is_taken_by_who_had_it_is_of_a_new_generation() -> None:
    again = replace(WILLIAM_SITS, previous=WILLIAM, generation=2)
    take = replace(TAKE, attendee=WILLIAM, email="william@example.org", first_name="William", last_name="Flash")
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=take, then=[again])


def test_a_seat_that_was_taken_back_is_of_a_new_generation() -> None:
    taken_back = [CREATED, WILLIAM_SITS, SeatUnassigned(ORDER_ID, 1, WILLIAM)]
    scenario(ASSIGNMENTS, given=taken_back, when=TAKE, then=SeatHasChangedHands())
    later = replace(JON_SITS, previous=None, generation=3)
    scenario(ASSIGNMENTS, given=taken_back, when=replace(TAKE, generation=2), then=[later])


def test_seats_that_changed_hands_before_that_was_counted_are_counted() -> None:
    before = [replace(WILLIAM_SITS, generation=0), replace(JON_SITS, generation=0)]
    scenario(ASSIGNMENTS, given=[CREATED, *before], when=TAKE_BACK, then=[SeatUnassigned(ORDER_ID, 1, JON)])
    assignments = fold(ASSIGNMENTS, [CREATED, *before])
    assert assignments is not None
    assert (assignments.generation(1), assignments.generation(2)) == (2, 0)


def test_who_sits_there_corrects_their_own_name() -> None:
    mine = CorrectAttendee(ORDER_ID, 1, 1, " Bill ", "Flash")
    corrected = AttendeeCorrected(ORDER_ID, CONFERENCE_ID, 1, WILLIAM, "william@example.org", "Bill", "Flash")
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=mine, then=[corrected])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, corrected], when=mine, then=[])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, JON_SITS], when=mine, then=SeatHasChangedHands())
    scenario(ASSIGNMENTS, given=[CREATED], when=replace(mine, generation=0), then=SeatIsNobodys())
    assert blamed(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=replace(mine, last_name="")) == ["last_name"]


def test_seats_that_are_given_up_are_gone_and_the_others_keep_their_numbers() -> None:
    gone = SeatsRemoved(ORDER_ID, (1,))
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=RemoveSeats(ORDER_ID, (1,)), then=[gone])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, gone], when=RemoveSeats(ORDER_ID, (1,)), then=[])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, gone], when=GIVE_JON, then=SeatNotFound(1))
    second = replace(JON_SITS, position=2, previous=None, generation=1)
    scenario(ASSIGNMENTS, given=[CREATED, gone], when=replace(GIVE_JON, position=2), then=[second])


def test_seats_that_are_given_up_before_they_are_made_stay_given_up() -> None:
    gone = SeatsRemoved(ORDER_ID, (1,))
    scenario(ASSIGNMENTS, given=[], when=RemoveSeats(ORDER_ID, (1,)), then=[gone])
    scenario(ASSIGNMENTS, given=[gone], when=GIVE_JON, then=NoSeatsToAssign())
    scenario(ASSIGNMENTS, given=[gone], when=CREATE, then=[CREATED])
    scenario(ASSIGNMENTS, given=[gone, CREATED], when=GIVE_JON, then=SeatNotFound(1))


def test_a_ticket_is_sent_again_to_whoever_has_the_seat_and_not_all_the_time() -> None:
    ticket, again = TicketResent(ORDER_ID, 1, NOON), ResendTicket(ORDER_ID, 1, NOON)
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=again, then=[ticket])
    for later, then in ((59, TicketJustResent()), (60, [replace(ticket, resent_at=NOON + timedelta(seconds=60))])):
        at = replace(again, asked_at=NOON + timedelta(seconds=later))
        scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS, ticket], when=at, then=then)
    scenario(ASSIGNMENTS, given=[CREATED], when=again, then=SeatIsNobodys())
    scenario(ASSIGNMENTS, given=[CREATED], when=replace(again, position=3), then=SeatNotFound(3))


def test_a_person_has_an_address_and_a_name() -> None:
    nobody = replace(GIVE_WILLIAM, email="william", first_name="", last_name="two\nlines")
    assert blamed(ASSIGNMENTS, given=[CREATED], when=nobody) == ["email", "first_name", "last_name"]
