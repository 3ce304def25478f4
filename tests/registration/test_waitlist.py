"""Stories of those who wait for seats, and of what is freed."""

from datetime import timedelta
from uuid import UUID

from plenary.registration.seats import SEATS
from plenary.registration.seats_messages import (
    CloseSeatType,
    EndSale,
    JoinWaitlist,
    Level,
    QuotaSet,
    ReduceSeats,
    ReleaseSeats,
    ReserveSeats,
    SaleEnded,
    SaleEndSet,
    SalesSet,
    SeatsCommitted,
    SeatsOffered,
    SeatsReduced,
    SeatsReleased,
    SeatsReserved,
    SeatTypeClosed,
    SetQuota,
    SetSaleEnd,
    SetSales,
    WaitlistEnded,
    WaitlistJoined,
    WaitlistLeft,
)
from plenary.words import Item
from tests.examples import NOON, PAY_BY
from tests.scenario import scenario

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
FULL = [*QUOTAS, reserved(R, 1, {A: 10}, Level(A, 10, 10, 0))]
FIRST, SECOND = UUID(int=31), UUID(int=32)
WAITING = [*FULL, WaitlistJoined(HERE, FIRST, A, 2, 1), WaitlistJoined(HERE, SECOND, A, 3, 2)]


def join(order: UUID, number: int) -> JoinWaitlist:
    return JoinWaitlist(HERE, order, Item(A, number))


def offered(order: UUID, number: int, waiting: int, *levels: Level) -> SeatsOffered:
    return SeatsOffered(HERE, order, A, number, waiting, levels)


def test_those_who_come_to_a_sold_out_type_wait_in_line() -> None:
    scenario(SEATS, given=FULL, when=join(FIRST, 2), then=[WaitlistJoined(HERE, FIRST, A, 2, 1)])
    scenario(SEATS, given=WAITING, when=join(FIRST, 2), then=[])


def test_who_joins_while_seats_are_free_is_offered_them_at_once() -> None:
    scenario(
        SEATS,
        given=QUOTAS,
        when=join(FIRST, 2),
        then=[offered(FIRST, 2, 0, Level(A, 10, 2, 0))],
    )


def test_freed_seats_go_down_the_line_in_the_same_decision_and_only_the_rest_is_free() -> None:
    release = ReleaseSeats(HERE, R, 1)
    scenario(
        SEATS,
        given=WAITING,
        when=release,
        then=[
            SeatsReleased(HERE, R, (Level(A, 10, 0, 0),), 1),
            offered(FIRST, 2, 1, Level(A, 10, 2, 0)),
            offered(SECOND, 3, 0, Level(A, 10, 5, 0)),
        ],
    )


def test_a_part_is_offered_where_less_is_free_than_the_first_in_line_wants() -> None:
    scenario(
        SEATS,
        given=[*WAITING, SeatsCommitted(HERE, R, (Level(A, 10, 0, 10),))],
        when=ReduceSeats(HERE, R, 2, (Item(A, 9),)),
        then=[
            SeatsReduced(HERE, R, 2, (Item(A, 9),), (Level(A, 10, 0, 9),)),
            offered(FIRST, 1, 1, Level(A, 10, 1, 9)),
        ],
    )


def test_a_lapsed_offer_goes_to_the_next() -> None:
    first = offered(FIRST, 2, 1, Level(A, 10, 2, 8))
    bought = [
        SeatsCommitted(HERE, R, (Level(A, 10, 0, 10),)),
        SeatsReduced(HERE, R, 2, (Item(A, 8),), (Level(A, 10, 0, 8),)),
    ]
    scenario(
        SEATS,
        given=[*WAITING, *bought, first],
        when=ReleaseSeats(HERE, FIRST, 1),
        then=[SeatsReleased(HERE, FIRST, (Level(A, 10, 0, 8),), 1), offered(SECOND, 2, 0, Level(A, 10, 2, 8))],
    )


def test_who_leaves_the_line_makes_room_and_cannot_come_back_into_it() -> None:
    left = WaitlistLeft(HERE, FIRST, A, 1, 1)
    scenario(SEATS, given=WAITING, when=ReleaseSeats(HERE, FIRST, 1), then=[left])
    scenario(SEATS, given=[*WAITING, left], when=join(FIRST, 2), then=[])
    scenario(SEATS, given=[*WAITING, left], when=ReleaseSeats(HERE, FIRST, 1), then=[])


def test_a_raised_quota_is_offered_too_but_nothing_while_sales_are_closed() -> None:
    levels = Level(A, 12, 10, 0)
    raised = [QuotaSet(HERE, A, (levels,)), offered(FIRST, 2, 1, Level(A, 12, 12, 0))]
    scenario(SEATS, given=WAITING, when=SetQuota(HERE, A, 12), then=raised)
    shut = [*WAITING, SalesSet(HERE, open=False)]
    scenario(SEATS, given=shut, when=SetQuota(HERE, A, 12), then=[QuotaSet(HERE, A, (levels,))])
    scenario(
        SEATS,
        given=[*shut, QuotaSet(HERE, A, (levels,))],
        when=SetSales(HERE, open=True),
        then=[SalesSet(HERE, open=True), offered(FIRST, 2, 1, Level(A, 12, 12, 0))],
    )


def test_nobody_overtakes_the_line() -> None:
    free = [*WAITING, SalesSet(HERE, open=False), quota(A, 12, held=10)]
    scenario(SEATS, given=free, when=reserve(OTHER, 1, a=1), then=[reserved(OTHER, 1, {A: 0}, Level(A, 12, 10, 0))])


def test_nobody_waits_for_a_type_that_is_sold_no_more() -> None:
    scenario(
        SEATS,
        given=WAITING,
        when=CloseSeatType(HERE, A),
        then=[SeatTypeClosed(HERE, A), WaitlistEnded(HERE, FIRST, A, 1), WaitlistEnded(HERE, SECOND, A, 0)],
    )
    closed = [*FULL, SeatTypeClosed(HERE, A)]
    scenario(SEATS, given=closed, when=join(FIRST, 2), then=[WaitlistEnded(HERE, FIRST, A, 0)])


UNTIL = SaleEndSet(HERE, A, PAY_BY)
ENDED = [*FULL, UNTIL, SaleEnded(HERE, A)]


def test_the_line_is_told_when_the_sale_ends_and_nobody_joins_it_any_more() -> None:
    scenario(
        SEATS,
        given=[*WAITING, UNTIL],
        when=EndSale(HERE, A, PAY_BY),
        then=[SaleEnded(HERE, A), WaitlistEnded(HERE, FIRST, A, 1), WaitlistEnded(HERE, SECOND, A, 0)],
    )
    scenario(SEATS, given=ENDED, when=join(FIRST, 2), then=[WaitlistEnded(HERE, FIRST, A, 0)])
    released = SeatsReleased(HERE, R, (Level(A, 10, 0, 0),), 1)
    scenario(SEATS, given=ENDED, when=ReleaseSeats(HERE, R, 1), then=[released])


def test_an_end_that_was_put_off_or_taken_back_does_not_end_the_sale() -> None:
    later = PAY_BY + timedelta(hours=1)
    put_off = SetSaleEnd(HERE, A, later, NOON)
    scenario(SEATS, given=[*WAITING, UNTIL], when=put_off, then=[SaleEndSet(HERE, A, later)])
    scenario(SEATS, given=[*WAITING, UNTIL, SaleEndSet(HERE, A, later)], when=EndSale(HERE, A, PAY_BY), then=[])
    scenario(SEATS, given=[*WAITING, UNTIL, SaleEndSet(HERE, A, None)], when=EndSale(HERE, A, PAY_BY), then=[])
    scenario(SEATS, given=[*WAITING, UNTIL], when=EndSale(HERE, A, NOON), then=[])


def test_an_end_that_is_over_ends_the_sale_at_once_and_a_later_one_opens_it_again() -> None:
    over = SetSaleEnd(HERE, B, NOON, PAY_BY)
    scenario(SEATS, given=WAITING, when=over, then=[SaleEndSet(HERE, B, NOON), SaleEnded(HERE, B)])
    again = [*ENDED, SaleEndSet(HERE, A, None)]
    scenario(SEATS, given=again, when=join(FIRST, 2), then=[WaitlistJoined(HERE, FIRST, A, 2, 1)])


def test_after_the_end_of_a_sale_its_seats_are_not_taken_again_but_those_ordered_in_time_are_given() -> None:
    over = [*QUOTAS, SaleEndSet(HERE, B, PAY_BY), SaleEnded(HERE, B)]
    again, late = reserve(OTHER, 2, a=1, b=1, retake=True), reserve(OTHER, 2, a=1, retake=True)
    scenario(
        SEATS, given=over, when=again, then=[reserved(OTHER, 2, {A: 0, B: 0}, Level(A, 10, 0, 0), Level(B, 12, 0, 0))]
    )
    scenario(SEATS, given=over, when=late, then=[reserved(OTHER, 2, {A: 1}, Level(A, 10, 1, 0))])
    scenario(SEATS, given=over, when=reserve(OTHER, 1, b=2), then=[reserved(OTHER, 1, {B: 2}, Level(B, 12, 2, 0))])
