"""Every event there is can be told in a sentence that a person understands."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from plenary.app import DECIDERS
from plenary.conferences import conference_messages as conference
from plenary.desk.story import Story, untold
from plenary.registration.assignments import AssignmentsCreated, AttendeeCorrected, Seat, SeatAssigned, SeatUnassigned
from tests.examples import (
    ADA,
    CONFERENCE_ID,
    CONFIRMED,
    CP,
    CREATED,
    DETAILS,
    EXPIRED,
    GA,
    HELD,
    JON,
    ORDER_ID,
    PLACED,
)
from tests.history.write import happenings


def told(*events: Any) -> list[str]:
    story = Story()
    return [story.tell(event) for event in events]


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda decider: decider.name)
def test_every_kind_of_event_has_a_sentence(decider: Any) -> None:
    missing = set(decider.events)
    for event in happenings(decider):
        missing.discard(type(event))
        said = Story().tell(event)
        assert said != untold(event), f"desk/story.py says nothing of {type(event).__name__}"
        assert said.endswith(".")
        assert not any(sign in said for sign in ("{", "UUID(", "None", "  ")), said
    assert not missing


def test_what_nobody_wrote_a_sentence_for_is_called_by_its_name() -> None:
    class SeatsPolished:
        pass

    assert Story().tell(SeatsPolished()) == "Seats polished."


def test_an_order_is_told_from_its_first_wish_to_its_attendees() -> None:
    created = AssignmentsCreated(ORDER_ID, CONFERENCE_ID, (Seat(1, GA, "General admission"), Seat(2, CP, "Cocktail")))
    given = SeatAssigned(ORDER_ID, CONFERENCE_ID, 2, JON, "jon@example.org", "Jon", "Jaffe", None, 1)
    other = SeatAssigned(ORDER_ID, CONFERENCE_ID, 2, ADA, "ada@example.org", "Ada", "Lovelace", JON, 2)
    corrected = AttendeeCorrected(ORDER_ID, CONFERENCE_ID, 2, ADA, "ada@example.org", "Ada", "King")
    taken = SeatUnassigned(ORDER_ID, 2, ADA)
    assert told(PLACED, HELD, DETAILS, CONFIRMED, created, given, other, corrected, taken) == [
        "Order AB12-CD34 was placed: 1 × General admission, 1 × Cocktail party, USD 249.00.",
        "Seats were held: 1 × General admission, 1 × Cocktail party, USD 249.00.",
        "The order is for Ada Lovelace, ada@example.org.",
        "The order was confirmed: 1 × General admission, 1 × Cocktail party, USD 249.00.",
        "2 seats were numbered, to be given to attendees.",
        "Jon Jaffe (jon@example.org) was given seat 2, Cocktail.",
        "Ada Lovelace (ada@example.org) was given seat 2, Cocktail, instead of Jon Jaffe.",
        "The name on seat 2, Cocktail was corrected to Ada King.",
        "Ada King no longer has seat 2, Cocktail.",
    ]
    assert told(PLACED, HELD, EXPIRED)[-1] == "The order was not paid in time; its seats went back on sale."


def test_a_change_says_what_is_different_and_what_it_was() -> None:
    fields = {name: getattr(CREATED, name) for name in conference.Details.__dataclass_fields__}
    edited = conference.ConferenceEdited(**fields | {"location": "Kraków", "description": "New.", "hold_seconds": 600})
    added = conference.SeatTypeAdded(CONFERENCE_ID, GA, "General", "", 19_900, 1_000)
    until = datetime(2030, 5, 31, 22, tzinfo=UTC)
    changed = conference.SeatTypeEdited(CONFERENCE_ID, GA, "Everything", "", 24_900, 2, 4, None, until)
    said = told(CREATED, edited, added, changed, conference.QuotaChanged(CONFERENCE_ID, GA, 5))
    assert said == [
        "Grace Hopper created CQRS Days as a draft.",
        "Details were changed: description; location from “Berlin” to “Kraków”; hold time from 900 to 600.",
        "Seat type General was added: 1,000 seats at USD 199.00.",
        "Seat type Everything was changed: its name was General; price from USD 199.00 to USD 249.00; "
        "limits, 2 to 4 an order, sold until 2030-06-01 00:00 (Europe/Berlin).",
        "There are 5 seats of Everything now, not 1,000.",
    ]
    lifted = replace(changed, least=1, most=None, sale_until=None)
    assert told(CREATED, added, changed, lifted)[-1] == "Seat type Everything was changed: limits were lifted."
