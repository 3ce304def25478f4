"""The catalogue shows a conference as its organizer left it."""

from plenary.conferences.catalogue import CATALOGUE, SeatType
from plenary.conferences.conference_messages import (
    ConferenceEdited,
    ConferencePublished,
    ConferenceUnpublished,
    QuotaChanged,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeEdited,
    SeatTypeRetired,
)
from tests.examples import CONFERENCE_ID, CREATED, GA, OWNER, WS
from tests.views import show

PUBLISHED, UNPUBLISHED = ConferencePublished(CONFERENCE_ID), ConferenceUnpublished(CONFERENCE_ID)
GA_ADDED = SeatTypeAdded(CONFERENCE_ID, GA, "General admission", "", 19_900, 100)
WS_ADDED = SeatTypeAdded(CONFERENCE_ID, WS, "CQRS workshop", "A day", 50_000, 20)
EDITED = ConferenceEdited(
    CONFERENCE_ID,
    "es-days",
    "ES Days",
    "",
    "",
    "Lisbon",
    "Europe/Lisbon",
    CREATED.starts_on,
    CREATED.ends_on,
    "EUR",
    60,
    5,
)


def test_a_new_conference_is_a_draft_of_its_owner() -> None:
    row = show(CATALOGUE, CREATED)
    assert (row.state, row.ever_published, row.published_position) == ("draft", False, None)
    assert (row.owner, row.owner_name, row.owner_email) == (OWNER, "Grace Hopper", "grace@example.org")
    assert (row.slug, row.seat_types, row.position) == ("cqrs-days", (), 1)


def test_an_edit_changes_all_that_a_conference_says_and_nothing_else() -> None:
    row, before = show(CATALOGUE, CREATED, GA_ADDED, PUBLISHED, EDITED), show(CATALOGUE, CREATED, GA_ADDED, PUBLISHED)
    assert (row.slug, row.name, row.location, row.currency, row.hold_seconds) == (
        "es-days",
        "ES Days",
        "Lisbon",
        "EUR",
        60,
    )
    assert (row.state, row.owner_email, row.seat_types) == (before.state, before.owner_email, before.seat_types)
    assert row.position == 4


def test_a_conference_keeps_its_place_in_the_list_when_it_is_published_again() -> None:
    row = show(CATALOGUE, CREATED, PUBLISHED, UNPUBLISHED)
    assert (row.state, row.ever_published, row.published_position) == ("unpublished", True, 2)
    row = show(CATALOGUE, CREATED, PUBLISHED, UNPUBLISHED, PUBLISHED)
    assert (row.state, row.published_position) == ("published", 2)


def test_a_seat_type_was_on_sale_if_it_existed_while_the_conference_was_published() -> None:
    early = show(CATALOGUE, CREATED, GA_ADDED)
    assert early.seat_types == (SeatType(GA, "General admission", "", 19_900, 100),)
    published = show(CATALOGUE, CREATED, GA_ADDED, PUBLISHED, WS_ADDED)
    assert [one.ever_on_sale for one in published.seat_types] == [True, True]
    later = show(CATALOGUE, CREATED, GA_ADDED, PUBLISHED, UNPUBLISHED, WS_ADDED)
    assert [one.ever_on_sale for one in later.seat_types] == [True, False]


def test_seat_types_are_edited_retired_and_deleted_one_by_one() -> None:
    row = show(
        CATALOGUE,
        CREATED,
        GA_ADDED,
        WS_ADDED,
        SeatTypeEdited(CONFERENCE_ID, GA, "Early bird", "Cheap", 9_900),
        QuotaChanged(CONFERENCE_ID, GA, 200),
        SeatTypeRetired(CONFERENCE_ID, WS),
    )
    ga, ws = row.seat_types
    assert ga == SeatType(GA, "Early bird", "Cheap", 9_900, 200)
    assert ws == SeatType(WS, "CQRS workshop", "A day", 50_000, 20, retired=True)
    assert show(CATALOGUE, CREATED, GA_ADDED, WS_ADDED, SeatTypeDeleted(CONFERENCE_ID, GA)).seat_types == (
        SeatType(WS, "CQRS workshop", "A day", 50_000, 20),
    )
