"""Stories of an organizer who creates, publishes and changes a conference."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

from plenary.conferences.conference import CONFERENCE, offer
from plenary.conferences.conference_messages import (
    AddSeatType,
    ChangeQuota,
    Command,
    ConferenceEdited,
    ConferenceExists,
    ConferenceNotFound,
    ConferencePublished,
    ConferenceUnpublished,
    CurrencyFixed,
    DeleteSeatType,
    Details,
    EditConference,
    EditSeatType,
    Event,
    PublishConference,
    QuotaChanged,
    RetireSeatType,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeEdited,
    SeatTypeExists,
    SeatTypeIsRetired,
    SeatTypeNotFound,
    SeatTypeRetired,
    SeatTypeWasOnSale,
    SlugFixed,
    UnpublishConference,
)
from plenary.engine.decider import fold
from plenary.words import Offer, OfferedSeatType
from tests.examples import CONFERENCE_ID, CREATE, CREATED, GA, WS
from tests.scenario import blamed, scenario

PUBLISHED, UNPUBLISHED = ConferencePublished(CONFERENCE_ID), ConferenceUnpublished(CONFERENCE_ID)
ADDED = SeatTypeAdded(CONFERENCE_ID, GA, "General admission", "All talks", 19_900, 100)
ADD = AddSeatType(CONFERENCE_ID, GA, "General admission", "All talks", 19_900, 100)
RETIRED, DELETED = SeatTypeRetired(CONFERENCE_ID, GA), SeatTypeDeleted(CONFERENCE_ID, GA)
RETIRE, DELETE = RetireSeatType(CONFERENCE_ID, GA), DeleteSeatType(CONFERENCE_ID, GA)


def edit(**changed: Any) -> EditConference:
    return EditConference(**{field.name: getattr(CREATED, field.name) for field in fields(Details)} | changed)


def edited(**changed: Any) -> ConferenceEdited:
    return ConferenceEdited(**{field.name: getattr(CREATED, field.name) for field in fields(Details)} | changed)


def test_m1_a_conference_is_created() -> None:
    scenario(CONFERENCE, given=[], when=CREATE, then=[CREATED])


def test_a_conference_is_created_once() -> None:
    scenario(CONFERENCE, given=[CREATED], when=CREATE, then=ConferenceExists())


def test_texts_are_kept_without_blanks_around_them() -> None:
    untidy = replace(CREATE, name=" CQRS Days ", owner_email=" grace@example.org")
    scenario(CONFERENCE, given=[], when=untidy, then=[CREATED])


def test_m7_everything_that_is_wrong_is_named() -> None:
    wrong = replace(
        CREATE,
        slug="cqrs days",
        name="",
        tagline="two\nlines",
        time_zone="Mars/Olympus",
        ends_on=date(2030, 5, 31),
        currency="XXX",
        hold_seconds=0,
        seats_per_order=101,
        owner_name=" ",
        owner_email="grace",
    )
    assert blamed(CONFERENCE, when=wrong) == [
        "slug",
        "name",
        "tagline",
        "time_zone",
        "ends_on",
        "currency",
        "hold_seconds",
        "seats_per_order",
        "owner_name",
        "owner_email",
    ]


def test_names_in_any_script_are_welcome() -> None:
    named = replace(CREATE, name="مؤتمر 🎪", owner_name="נועה")
    created = replace(CREATED, name="مؤتمر 🎪", owner_name="נועה")
    scenario(CONFERENCE, given=[], when=named, then=[created])


def test_a_conference_of_one_day() -> None:
    ends_on = CREATE.starts_on
    scenario(CONFERENCE, given=[], when=replace(CREATE, ends_on=ends_on), then=[replace(CREATED, ends_on=ends_on)])


def test_m3_editing_a_published_conference_leaves_it_published() -> None:
    conference = scenario(
        CONFERENCE,
        given=[CREATED, PUBLISHED],
        when=edit(description="New text"),
        then=[edited(description="New text")],
    )
    assert conference.published


def test_saving_without_a_change_is_no_edit() -> None:
    scenario(CONFERENCE, given=[CREATED], when=edit(), then=[])
    scenario(CONFERENCE, given=[CREATED, edited(name="New")], when=edit(name=" New"), then=[])


def test_an_edit_is_checked_like_a_creation() -> None:
    assert blamed(CONFERENCE, given=[CREATED], when=edit(name="", ends_on=date(2030, 5, 31))) == ["name", "ends_on"]


def test_address_and_currency_can_be_changed_before_the_first_publication() -> None:
    scenario(CONFERENCE, given=[CREATED], when=edit(slug="es-days"), then=[edited(slug="es-days")])
    scenario(CONFERENCE, given=[CREATED], when=edit(currency="EUR"), then=[edited(currency="EUR")])


def test_address_and_currency_are_fixed_by_the_first_publication() -> None:
    for history in ([CREATED, PUBLISHED], [CREATED, PUBLISHED, UNPUBLISHED]):
        scenario(CONFERENCE, given=history, when=edit(slug="es-days"), then=SlugFixed())
        scenario(CONFERENCE, given=history, when=edit(currency="EUR"), then=CurrencyFixed())


def test_m2_a_conference_is_published_and_unpublished_as_often_as_one_likes() -> None:
    publish, unpublish = PublishConference(CONFERENCE_ID), UnpublishConference(CONFERENCE_ID)
    scenario(CONFERENCE, given=[CREATED], when=publish, then=[PUBLISHED])
    scenario(CONFERENCE, given=[CREATED, PUBLISHED], when=publish, then=[])
    scenario(CONFERENCE, given=[CREATED, PUBLISHED], when=unpublish, then=[UNPUBLISHED])
    scenario(CONFERENCE, given=[CREATED, PUBLISHED, UNPUBLISHED], when=unpublish, then=[])
    scenario(CONFERENCE, given=[CREATED, PUBLISHED, UNPUBLISHED], when=publish, then=[PUBLISHED])
    scenario(CONFERENCE, given=[CREATED], when=unpublish, then=[])


def test_m6_a_seat_type_is_added_changed_and_deleted_before_any_publication() -> None:
    scenario(CONFERENCE, given=[CREATED], when=ADD, then=[ADDED])
    scenario(
        CONFERENCE,
        given=[CREATED, ADDED],
        when=ChangeQuota(CONFERENCE_ID, GA, 200),
        then=[QuotaChanged(CONFERENCE_ID, GA, 200)],
    )
    scenario(CONFERENCE, given=[CREATED, ADDED], when=DELETE, then=[DELETED])
    scenario(CONFERENCE, given=[CREATED, ADDED, DELETED], when=DELETE, then=[])


def test_m9_a_hundred_thousand_seats_for_nothing() -> None:
    free = replace(ADD, price=0, quota=100_000)
    scenario(CONFERENCE, given=[CREATED], when=free, then=[replace(ADDED, price=0, quota=100_000)])


def test_a_seat_type_is_checked() -> None:
    wrong = replace(ADD, name="", description="\x00", price=-1, quota=1_000_001)
    assert blamed(CONFERENCE, given=[CREATED], when=wrong) == ["name", "description", "price", "quota"]
    too_dear = EditSeatType(CONFERENCE_ID, GA, "GA", "", 2**53)
    assert blamed(CONFERENCE, given=[CREATED, ADDED], when=too_dear) == ["price"]
    assert blamed(CONFERENCE, given=[CREATED, ADDED], when=ChangeQuota(CONFERENCE_ID, GA, -1)) == ["quota"]


def test_a_seat_type_is_added_once_even_after_it_was_deleted() -> None:
    scenario(CONFERENCE, given=[CREATED, ADDED], when=ADD, then=SeatTypeExists())
    scenario(CONFERENCE, given=[CREATED, ADDED, DELETED], when=ADD, then=SeatTypeExists())


def test_a_seat_type_that_was_ever_on_sale_can_be_retired_but_not_deleted() -> None:
    before, later = [CREATED, ADDED, PUBLISHED, UNPUBLISHED], [CREATED, PUBLISHED, ADDED]
    for history in (before, later):
        scenario(CONFERENCE, given=history, when=DELETE, then=SeatTypeWasOnSale())
        scenario(CONFERENCE, given=history, when=RETIRE, then=[RETIRED])


def test_a_seat_type_retired_before_it_was_on_sale_can_still_be_deleted() -> None:
    scenario(CONFERENCE, given=[CREATED, ADDED, RETIRED, PUBLISHED], when=DELETE, then=[DELETED])


def test_a_retired_seat_type_stays_as_it_is() -> None:
    history = [CREATED, ADDED, RETIRED]
    scenario(CONFERENCE, given=history, when=RETIRE, then=[])
    scenario(CONFERENCE, given=history, when=ChangeQuota(CONFERENCE_ID, GA, 5), then=SeatTypeIsRetired())
    scenario(CONFERENCE, given=history, when=EditSeatType(CONFERENCE_ID, GA, "GA", "", 1), then=SeatTypeIsRetired())


def test_a_seat_type_can_be_renamed_and_repriced() -> None:
    new = ("Everything", "All talks", 24_900)
    scenario(
        CONFERENCE,
        given=[CREATED, ADDED, PUBLISHED],
        when=EditSeatType(CONFERENCE_ID, GA, *new),
        then=[SeatTypeEdited(CONFERENCE_ID, GA, *new)],
    )
    same = EditSeatType(CONFERENCE_ID, GA, "General admission ", "All talks", 19_900)
    scenario(CONFERENCE, given=[CREATED, ADDED], when=same, then=[])
    scenario(CONFERENCE, given=[CREATED, ADDED], when=ChangeQuota(CONFERENCE_ID, GA, 100), then=[])


def test_what_does_not_exist_cannot_be_changed() -> None:
    unknown: list[Command] = [edit(), PublishConference(CONFERENCE_ID), UnpublishConference(CONFERENCE_ID), ADD, RETIRE]
    for command in unknown:
        scenario(CONFERENCE, given=[], when=command, then=ConferenceNotFound())
    unknown = [RETIRE, DELETE, ChangeQuota(CONFERENCE_ID, GA, 5), EditSeatType(CONFERENCE_ID, GA, "GA", "", 1)]
    for command in unknown:
        scenario(CONFERENCE, given=[CREATED], when=command, then=SeatTypeNotFound())


def test_the_offer_is_what_can_be_ordered_now() -> None:
    workshop = SeatTypeAdded(CONFERENCE_ID, WS, "Workshop", "", 50_000, 20)
    dearer = SeatTypeEdited(CONFERENCE_ID, WS, "Deep dive", "", 60_000)
    history: list[Event] = [CREATED, ADDED, workshop, RETIRED, PUBLISHED]
    assert offered(history) == Offer(True, "USD", 900, 20, (OfferedSeatType(WS, "Workshop", 50_000),))
    assert not offered([*history, UNPUBLISHED]).on_sale
    assert offered([*history, dearer]).seat_types == (OfferedSeatType(WS, "Deep dive", 60_000),)


def offered(history: list[Event]) -> Offer:
    conference = fold(CONFERENCE, history)
    assert conference is not None
    return offer(conference)
