"""Availability shows the organizer's quotas and what the seats say is held and sold."""

from plenary.conferences.conference_messages import (
    ConferencePublished,
    ConferenceUnpublished,
    QuotaChanged,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeEdited,
    SeatTypeRetired,
)
from plenary.registration.availability import AVAILABILITY
from plenary.registration.seats_messages import Level, QuotaSet, SeatsCommitted, SeatsReleased, SeatsReserved
from tests.examples import CONFERENCE_ID, CREATED, GA, ORDER_ID, WS, items
from tests.views import show

PUBLISHED = ConferencePublished(CONFERENCE_ID)
GA_ADDED = SeatTypeAdded(CONFERENCE_ID, GA, "General admission", "", 19_900, 10)
WS_ADDED = SeatTypeAdded(CONFERENCE_ID, WS, "CQRS workshop", "", 50_000, 4)
ON_SALE = (CREATED, GA_ADDED, WS_ADDED, PUBLISHED)
RESERVED = SeatsReserved(CONFERENCE_ID, ORDER_ID, 1, items(ga=3), (Level(GA, 10, 3, 0),))


def levels(*events: object) -> dict[str, tuple[int, int, int, int]]:
    """Quota, held, sold and available by name."""
    row = show(AVAILABILITY, *events)
    return {seat.name: (seat.quota, seat.held, seat.sold, seat.available) for seat in row.seats}


def test_only_a_published_conference_is_open() -> None:
    assert [show(AVAILABILITY, *events).open for events in ((CREATED,), ON_SALE)] == [False, True]
    closed = show(AVAILABILITY, *ON_SALE, ConferenceUnpublished(CONFERENCE_ID))
    assert (closed.open, closed.ever_published) == (False, True)


def test_seats_are_free_then_held_then_sold_or_free_again() -> None:
    assert levels(*ON_SALE) == {"General admission": (10, 0, 0, 10), "CQRS workshop": (4, 0, 0, 4)}
    assert levels(*ON_SALE, RESERVED)["General admission"] == (10, 3, 0, 7)
    committed = SeatsCommitted(CONFERENCE_ID, ORDER_ID, (Level(GA, 10, 0, 3),))
    assert levels(*ON_SALE, RESERVED, committed)["General admission"] == (10, 0, 3, 7)
    released = SeatsReleased(CONFERENCE_ID, ORDER_ID, (Level(GA, 10, 0, 0),))
    assert levels(*ON_SALE, RESERVED, released)["General admission"] == (10, 0, 0, 10)


def test_a_changed_quota_shows_at_once_and_stays_when_the_seats_catch_up() -> None:
    raised, catching_up = QuotaChanged(CONFERENCE_ID, GA, 20), QuotaSet(CONFERENCE_ID, GA, (Level(GA, 20, 3, 0),))
    assert levels(*ON_SALE, RESERVED, raised)["General admission"] == (20, 3, 0, 17)
    assert levels(*ON_SALE, raised, RESERVED)["General admission"] == (20, 3, 0, 17)
    assert levels(*ON_SALE, RESERVED, raised, catching_up)["General admission"] == (20, 3, 0, 17)


def test_a_quota_lowered_below_what_is_taken_shows_nothing_free() -> None:
    assert levels(*ON_SALE, RESERVED, QuotaChanged(CONFERENCE_ID, GA, 2))["General admission"] == (2, 3, 0, 0)


def test_a_retired_type_has_nothing_to_offer_and_a_deleted_one_is_gone() -> None:
    retired = show(AVAILABILITY, *ON_SALE, SeatTypeRetired(CONFERENCE_ID, WS))
    assert [(seat.retired, seat.available) for seat in retired.seats] == [(False, 10), (True, 0)]
    late = QuotaSet(CONFERENCE_ID, WS, (Level(WS, 4, 0, 0),))
    assert list(levels(CREATED, GA_ADDED, WS_ADDED, SeatTypeDeleted(CONFERENCE_ID, WS), late)) == ["General admission"]


def test_names_and_prices_follow_the_organizer() -> None:
    edited = show(AVAILABILITY, *ON_SALE, SeatTypeEdited(CONFERENCE_ID, GA, "Early bird", "Cheap", 9_900))
    assert (edited.seats[0].name, edited.seats[0].description, edited.seats[0].price) == ("Early bird", "Cheap", 9_900)


def test_an_event_that_changes_no_number_changes_no_row() -> None:
    before = show(AVAILABILITY, *ON_SALE)
    after = show(AVAILABILITY, *ON_SALE, QuotaSet(CONFERENCE_ID, GA, (Level(GA, 10, 0, 0),)))
    assert after == before
