"""Stories of seats that several orders want."""

from uuid import UUID

import pytest

from plenary.engine.decider import Refusal, fold
from plenary.registration.seats import SEATS
from plenary.registration.seats_messages import (
    CloseSeatType,
    CommitSeats,
    Event,
    Level,
    QuotaSet,
    ReleaseSeats,
    ReserveSeats,
    SalesSet,
    SeatsCommitted,
    SeatsReleased,
    SeatsReserved,
    SeatTypeClosed,
    SetQuota,
    SetSales,
)
from plenary.words import Item
from tests.scenario import blamed, scenario

HERE = UUID(int=1)
A, B = UUID(int=11), UUID(int=12)
R, OTHER = UUID(int=21), UUID(int=22)


def quota(seat_type: UUID, number: int, held: int = 0, sold: int = 0) -> QuotaSet:
    return QuotaSet(HERE, seat_type, (Level(seat_type, number, held, sold),))


def reserve(order: UUID, revision: int, a: int = 0, b: int = 0, *, retake: bool = False) -> ReserveSeats:
    wanted = tuple(Item(seat_type, n) for seat_type, n in ((A, a), (B, b)) if n)
    return ReserveSeats(HERE, order, revision, wanted, retake)


def reserved(order: UUID, revision: int, granted: dict[UUID, int], *levels: Level) -> SeatsReserved:
    items = tuple(Item(seat_type, number) for seat_type, number in granted.items())
    return SeatsReserved(HERE, order, revision, items, levels)


QUOTAS = [quota(A, 10), quota(B, 12), SalesSet(HERE, open=True)]
R_HOLDS_6 = [*QUOTAS, reserved(R, 1, {A: 6}, Level(A, 10, 6, 0))]
R_BOUGHT_6 = [*R_HOLDS_6, SeatsCommitted(HERE, R, (Level(A, 10, 0, 6),))]
R_LEFT = [*R_HOLDS_6, SeatsReleased(HERE, R, (Level(A, 10, 0, 0),))]


@pytest.mark.parametrize(
    ("when", "then"),
    [
        (reserve(OTHER, 1, a=5), reserved(OTHER, 1, {A: 4}, Level(A, 10, 10, 0))),
        (reserve(R, 2, a=8), reserved(R, 2, {A: 8}, Level(A, 10, 8, 0))),
        (reserve(R, 2, a=12), reserved(R, 2, {A: 10}, Level(A, 10, 10, 0))),
        (reserve(R, 2, a=2), reserved(R, 2, {A: 2}, Level(A, 10, 2, 0))),
        (reserve(R, 2, b=3), reserved(R, 2, {B: 3}, Level(B, 12, 3, 0), Level(A, 10, 0, 0))),
    ],
    ids=["another asks 5", "R asks 8", "R asks 12", "R asks 2", "R switches to B 3"],
)
def test_r_holds_6_of_10(when: ReserveSeats, then: SeatsReserved) -> None:
    scenario(SEATS, given=R_HOLDS_6, when=when, then=[then])


def test_c5_the_first_gets_six_of_ten_and_the_second_is_offered_four() -> None:
    scenario(SEATS, given=QUOTAS, when=reserve(R, 1, a=6), then=[reserved(R, 1, {A: 6}, Level(A, 10, 6, 0))])
    scenario(
        SEATS, given=R_HOLDS_6, when=reserve(OTHER, 1, a=6), then=[reserved(OTHER, 1, {A: 4}, Level(A, 10, 10, 0))]
    )


def test_c1_four_want_two_of_four() -> None:
    orders = [UUID(int=100 + n) for n in range(4)]
    history: list[Event] = [quota(A, 4)]
    for order in orders:
        answer = SEATS.decide(reserve(order, 1, a=2), fold(SEATS, history))
        assert not isinstance(answer, Refusal)
        history += answer
    granted = [event.granted[0].quantity for event in history if isinstance(event, SeatsReserved)]
    assert granted == [2, 2, 0, 0]


def test_asking_again_for_the_same_is_answered_and_changes_nothing() -> None:
    scenario(SEATS, given=R_HOLDS_6, when=reserve(R, 2, a=6), then=[reserved(R, 2, {A: 6}, Level(A, 10, 6, 0))])


def test_a_request_that_comes_twice_or_late_is_passed_over() -> None:
    scenario(SEATS, given=R_HOLDS_6, when=reserve(R, 1, a=6), then=[])
    second = reserved(R, 2, {A: 2}, Level(A, 10, 2, 0))
    scenario(SEATS, given=[*R_HOLDS_6, second], when=reserve(R, 1, a=6), then=[])


def test_a_type_named_twice_is_wanted_once_with_the_sum() -> None:
    twice = ReserveSeats(HERE, R, 1, (Item(A, 7), Item(A, 7)))
    scenario(SEATS, given=QUOTAS, when=twice, then=[reserved(R, 1, {A: 10}, Level(A, 10, 10, 0))])


def test_a_type_that_is_not_known_is_granted_nothing() -> None:
    unknown = UUID(int=99)
    wants = ReserveSeats(HERE, R, 1, (Item(unknown, 1), Item(A, 1)))
    scenario(SEATS, given=QUOTAS, when=wants, then=[reserved(R, 1, {unknown: 0, A: 1}, Level(A, 10, 1, 0))])


def test_a_hold_becomes_a_sale_once() -> None:
    sold = SeatsCommitted(HERE, R, (Level(A, 10, 0, 6),))
    scenario(SEATS, given=R_HOLDS_6, when=CommitSeats(HERE, R), then=[sold])
    scenario(SEATS, given=R_BOUGHT_6, when=CommitSeats(HERE, R), then=[])
    scenario(SEATS, given=R_BOUGHT_6, when=reserve(R, 2, a=9), then=[])


def test_nothing_is_sold_that_is_not_held() -> None:
    scenario(SEATS, given=QUOTAS, when=CommitSeats(HERE, R), then=[])
    scenario(SEATS, given=R_LEFT, when=CommitSeats(HERE, R), then=[])


def test_a_hold_or_a_sale_goes_back_once() -> None:
    back = SeatsReleased(HERE, R, (Level(A, 10, 0, 0),), 1)
    scenario(SEATS, given=R_HOLDS_6, when=ReleaseSeats(HERE, R, 1), then=[back])
    scenario(SEATS, given=R_BOUGHT_6, when=ReleaseSeats(HERE, R, 1), then=[back])
    scenario(SEATS, given=R_LEFT, when=ReleaseSeats(HERE, R, 1), then=[])


def test_a_request_that_comes_after_the_release_gets_nothing() -> None:
    nothing_to_release = SeatsReleased(HERE, R, (), 1)
    scenario(SEATS, given=QUOTAS, when=ReleaseSeats(HERE, R, 1), then=[nothing_to_release])
    scenario(SEATS, given=[*QUOTAS, nothing_to_release], when=reserve(R, 1, a=6), then=[])
    scenario(SEATS, given=[*QUOTAS, nothing_to_release], when=reserve(R, 1, a=6, retake=True), then=[])
    later = reserved(R, 2, {A: 0}, Level(A, 10, 0, 0))
    scenario(SEATS, given=[*QUOTAS, nothing_to_release], when=reserve(R, 2, a=1), then=[later])


def test_h3_seats_paid_too_late_are_taken_again_when_they_are_all_there() -> None:
    again = reserved(R, 2, {A: 6}, Level(A, 10, 6, 0))
    scenario(SEATS, given=R_LEFT, when=reserve(R, 2, a=6, retake=True), then=[again])


def test_h3_or_none_of_them() -> None:
    others = reserved(OTHER, 1, {A: 5}, Level(A, 10, 5, 0))
    scenario(
        SEATS,
        given=[*R_LEFT, others],
        when=reserve(R, 2, a=6, b=1, retake=True),
        then=[reserved(R, 2, {A: 0, B: 0}, Level(A, 10, 5, 0), Level(B, 12, 0, 0))],
    )


def test_seats_are_not_taken_again_when_they_are_no_longer_on_sale() -> None:
    nothing = reserved(R, 2, {A: 0}, Level(A, 10, 0, 0))
    for closed in (SalesSet(HERE, open=False), SeatTypeClosed(HERE, A)):
        scenario(SEATS, given=[*R_LEFT, closed], when=reserve(R, 2, a=6, retake=True), then=[nothing])


def test_a_late_release_does_not_touch_seats_that_were_taken_again() -> None:
    again = reserved(R, 2, {A: 6}, Level(A, 10, 6, 0))
    scenario(SEATS, given=R_HOLDS_6, when=reserve(R, 2, a=6, retake=True), then=[again])
    scenario(SEATS, given=[*R_HOLDS_6, again], when=ReleaseSeats(HERE, R, 1), then=[])
    sold = SeatsCommitted(HERE, R, (Level(A, 10, 0, 6),))
    scenario(SEATS, given=[*R_HOLDS_6, again, sold], when=ReleaseSeats(HERE, R, 1), then=[])


def test_running_holds_outlive_the_end_of_sales() -> None:
    scenario(
        SEATS,
        given=[*R_HOLDS_6, SalesSet(HERE, open=False)],
        when=CommitSeats(HERE, R),
        then=[SeatsCommitted(HERE, R, (Level(A, 10, 0, 6),))],
    )


def test_of_a_retired_type_one_keeps_what_one_holds_and_gets_no_more() -> None:
    retired = [*R_HOLDS_6, SeatTypeClosed(HERE, A)]
    scenario(SEATS, given=retired, when=reserve(R, 2, a=8), then=[reserved(R, 2, {A: 6}, Level(A, 10, 6, 0))])
    scenario(SEATS, given=retired, when=reserve(R, 2, a=5), then=[reserved(R, 2, {A: 5}, Level(A, 10, 5, 0))])
    scenario(SEATS, given=retired, when=SetQuota(HERE, A, 50), then=[])
    scenario(SEATS, given=retired, when=CloseSeatType(HERE, A), then=[])


def test_m8_a_quota_lowered_below_what_is_sold_leaves_sold_seats_alone() -> None:
    eight_sold = [
        quota(A, 100),
        reserved(R, 1, {A: 8}, Level(A, 100, 8, 0)),
        SeatsCommitted(HERE, R, (Level(A, 100, 0, 8),)),
    ]
    lowered = quota(A, 5, sold=8)
    scenario(SEATS, given=eight_sold, when=SetQuota(HERE, A, 5), then=[lowered])
    none_left = reserved(OTHER, 1, {A: 0}, Level(A, 5, 0, 8))
    scenario(SEATS, given=[*eight_sold, lowered], when=reserve(OTHER, 1, a=1), then=[none_left])
    raised = quota(A, 10, sold=8)
    scenario(SEATS, given=[*eight_sold, lowered], when=SetQuota(HERE, A, 10), then=[raised])
    two_free = reserved(OTHER, 1, {A: 2}, Level(A, 10, 2, 8))
    scenario(SEATS, given=[*eight_sold, lowered, raised], when=reserve(OTHER, 1, a=3), then=[two_free])


def test_who_holds_more_than_a_lowered_quota_keeps_it_and_may_only_reduce() -> None:
    lowered = [*R_HOLDS_6, quota(A, 4, held=6)]
    scenario(SEATS, given=lowered, when=reserve(R, 2, a=8), then=[reserved(R, 2, {A: 6}, Level(A, 4, 6, 0))])
    scenario(SEATS, given=lowered, when=reserve(R, 2, a=5), then=[reserved(R, 2, {A: 5}, Level(A, 4, 5, 0))])


def test_what_is_so_already_is_not_said_again() -> None:
    scenario(SEATS, given=QUOTAS, when=SetQuota(HERE, A, 10), then=[])
    scenario(SEATS, given=QUOTAS, when=SetSales(HERE, open=True), then=[])
    scenario(SEATS, given=[], when=SetQuota(HERE, A, 0), then=[quota(A, 0)])
    assert blamed(SEATS, when=SetQuota(HERE, A, -1)) == ["quota"]
