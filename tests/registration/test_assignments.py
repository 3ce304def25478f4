"""Stories of seats that are given to people."""

from dataclasses import replace

from plenary.engine.decider import fold
from plenary.registration.assignments import (
    ASSIGNMENTS,
    AssignmentsCreated,
    AssignSeat,
    AttendeeCorrected,
    CreateAssignments,
    NoSeatsToAssign,
    Seat,
    SeatAssigned,
    SeatNotFound,
    SeatUnassigned,
    UnassignSeat,
)
from tests.examples import CONFERENCE_ID, CP, GA, JON, ORDER_ID, WILLIAM
from tests.scenario import blamed, scenario

SEATS = (Seat(1, GA, "General admission"), Seat(2, CP, "Cocktail party"))
CREATE = CreateAssignments(ORDER_ID, CONFERENCE_ID, SEATS)
CREATED = AssignmentsCreated(ORDER_ID, CONFERENCE_ID, SEATS)
GIVE_WILLIAM = AssignSeat(ORDER_ID, 1, WILLIAM, "william@example.org", "William", "Flash")
WILLIAM_SITS = SeatAssigned(
    ORDER_ID, CONFERENCE_ID, 1, WILLIAM, "william@example.org", "William", "Flash", previous=None
)
GIVE_JON = AssignSeat(ORDER_ID, 1, JON, "jon@example.org", "Jon", "Jaffe")
JON_SITS = SeatAssigned(ORDER_ID, CONFERENCE_ID, 1, JON, "jon@example.org", "Jon", "Jaffe", previous=WILLIAM)
TAKE_BACK = UnassignSeat(ORDER_ID, 1)


def test_the_seats_of_an_order_are_numbered_once() -> None:
    scenario(ASSIGNMENTS, given=[], when=CREATE, then=[CREATED])
    scenario(ASSIGNMENTS, given=[CREATED, WILLIAM_SITS], when=CREATE, then=[])


def test_b3_each_seat_is_given_to_a_person() -> None:
    scenario(ASSIGNMENTS, given=[CREATED], when=GIVE_WILLIAM, then=[WILLIAM_SITS])
    second = replace(JON_SITS, position=2, previous=None)
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
    again = replace(JON_SITS, previous=None)
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


def test_a_person_has_an_address_and_a_name() -> None:
    nobody = replace(GIVE_WILLIAM, email="william", first_name="", last_name="two\nlines")
    assert blamed(ASSIGNMENTS, given=[CREATED], when=nobody) == ["email", "first_name", "last_name"]
