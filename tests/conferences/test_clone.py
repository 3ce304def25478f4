"""A clone says and sells what its model does, on other days, and is made once however often it is asked for."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from plenary.conferences.catalogue import CATALOGUE, ConferenceRow
from plenary.conferences.clone import cloned
from plenary.conferences.conference import decide
from plenary.conferences.conference_messages import (
    AddSeatType,
    ConferenceCreated,
    SeatTypeAdded,
    SeatTypeRetired,
)
from plenary.engine.decider import InvalidInput
from tests.examples import CREATE, CREATED, GA, OWNER, WS
from tests.house import CONFERENCE, REFUSAL, Browser, House, open_house
from tests.views import show

NEW = UUID(int=99)
CLONE = f"""mutation($commandId: UUID!, $from: UUID!, $to: UUID!, $slug: String!, $startsOn: Date!) {{
  done: cloneConference(commandId: $commandId, conferenceId: $from, newConferenceId: $to, slug: $slug,
    startsOn: $startsOn) {{
  ... on ConferenceCreated {{ conference {CONFERENCE} accessCode position }} {REFUSAL} }} }}"""


def model() -> ConferenceRow:
    summer = datetime(2030, 5, 31, 22, tzinfo=UTC)  # midnight in Berlin
    added = SeatTypeAdded(CREATED.conference_id, GA, "General", "All of it", 19_900, 100, 2, 4, None, summer)
    retired = SeatTypeAdded(CREATED.conference_id, WS, "Workshop", "", 50_000, 10)
    return show(CATALOGUE, CREATED, added, retired, SeatTypeRetired(CREATED.conference_id, WS))


def test_every_date_moves_with_the_first_day_and_keeps_its_time_of_the_day() -> None:
    clone = cloned(model(), NEW, "cqrs-days-31", date(2030, 12, 1), OWNER)
    assert (clone.slug, clone.name, clone.starts_on, clone.ends_on) == (
        "cqrs-days-31",
        "CQRS Days",
        date(2030, 12, 1),
        date(2030, 12, 3),
    )
    [general] = clone.seat_types
    assert general.seat_type_id == uuid5(NEW, str(GA))
    assert (general.name, general.price, general.quota, general.least, general.most) == ("General", 19_900, 100, 2, 4)
    assert (general.sale_from, general.sale_until) == (
        None,
        datetime(2030, 11, 30, 23, tzinfo=UTC),
    )  # midnight, in winter


def test_a_conference_begins_with_its_seat_types_or_not_at_all() -> None:
    types = (
        AddSeatType(CREATE.conference_id, GA, " General ", "", 1, 2),
        AddSeatType(CREATE.conference_id, WS, "W", "", 3, 4),
    )
    events = decide(replace(CREATE, seat_types=types), None)
    assert isinstance(events, list)
    assert [type(event) for event in events] == [ConferenceCreated, SeatTypeAdded, SeatTypeAdded]
    assert isinstance(decide(replace(CREATE, seat_types=(*types, replace(types[0], price=-1))), None), InvalidInput)


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def clone(browser: Browser, source: UUID, **changes: Any) -> Any:
    given = {"commandId": uuid4(), "to": uuid4(), "slug": "next-year", "startsOn": "2031-06-01"} | changes
    return (await browser.ask(CLONE, **given | {"from": source}))["done"]


async def test_an_organizer_clones_a_conference_once_however_often_it_is_said(house: House) -> None:
    sold = await house.on_sale({"GA": (19_900, 10), "WS": (0, 3)})
    once = {"commandId": uuid4(), "to": uuid4()}
    first = await clone(sold.organizer, sold.id, **once)
    again = await clone(sold.organizer, sold.id, **once)
    assert first == again
    made = first["conference"]
    assert (made["slug"], made["name"], made["state"]) == ("next-year", "CQRS Days", "DRAFT")
    assert made["owner"] == {"name": "Grace Hopper", "email": "grace@example.org"}
    assert [(kind["name"], kind["price"]["amount"], kind["quota"]) for kind in made["seatTypes"]] == [
        ("GA", 19_900, 10),
        ("WS", 0, 3),
    ]
    assert first["accessCode"] != sold.access_code
    done = await sold.organizer.conference("publishConference", UUID(made["id"]))
    assert done["conference"]["state"] == "PUBLISHED"


async def test_what_cannot_be_cloned_is_said(house: House) -> None:
    sold = await house.on_sale({"GA": (19_900, 10)})
    taken = await clone(sold.organizer, sold.id, slug="cqrs-days")
    assert (taken["code"], taken["errors"][0]["field"]) == ("SLUG_TAKEN", "slug")
    assert (await clone(sold.organizer, sold.id, slug="A b"))["errors"][0]["field"] == "slug"
    assert (await clone(sold.organizer, sold.id, startsOn="9999-12-31"))["errors"][0]["field"] == "startsOn"
    assert (await clone(house.browser(), sold.id))["code"] == "NOT_ALLOWED"
    assert (await clone(sold.organizer, uuid4()))["code"] == "NOT_ALLOWED"
