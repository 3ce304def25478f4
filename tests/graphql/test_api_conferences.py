"""An organizer's story over the API, and what strangers see of it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from plenary.conferences.conference import CONFERENCE as CONFERENCE_DECIDER
from plenary.conferences.slug import SLUG
from plenary.engine.tables import keys
from plenary.graphql.words import encode_cursor
from tests.house import CONFERENCE, REFUSAL, House, conference_input, open_house

SIGN_IN = f"""mutation($email: String!, $code: String!) {{ done: signIn(email: $email, accessCode: $code) {{
  ... on SignedIn {{ conferences {CONFERENCE} }} {REFUSAL} }} }}"""
BY_SLUG = f"query($slug: String!) {{ conference(slug: $slug) {CONFERENCE} }}"
LISTED = """query($first: Int! = 20, $after: String) { conferences(first: $first, after: $after) {
  edges { cursor node { slug } } pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


async def known_people(house: House) -> int:
    async with house.engine.database.reading() as db:
        return await db.scalar(sa.select(sa.func.count()).select_from(keys)) or 0


async def test_a_created_conference_is_its_organizers_draft(house: House) -> None:
    organizer, stranger = house.browser(), house.browser()
    created = await house.create(organizer)
    assert created["conference"]["state"] == "DRAFT"
    assert created["conference"]["owner"] == {"name": "Grace Hopper", "email": "grace@example.org"}
    assert created["conference"]["stale"] is False
    assert len(created["accessCode"]) == 14
    assert (await organizer.ask("{ myConferences { id } }"))["myConferences"] == [{"id": created["conference"]["id"]}]
    assert (await stranger.ask(BY_SLUG, slug="cqrs-days"))["conference"] is None
    assert (await stranger.ask(LISTED))["conferences"]["edges"] == []


async def test_the_same_command_again_has_one_effect_and_the_same_answer(house: House) -> None:
    once = {"commandId": uuid4(), "conferenceId": uuid4()}
    first = await house.create(house.browser(), **once)
    again = await house.create(house.browser(), **once)
    assert again == first
    assert (await house.create(house.browser(), **once, input=conference_input(name="Other")))["code"] == "KEY_REUSED"


async def test_wrong_inputs_are_all_named_and_leave_no_trace(house: House) -> None:
    wrong = conference_input(slug="with space", name=" ", endsOn="2030-05-31", timeZone="Mars/Olympus", currency="XXX")
    owner = {"name": "Grace", "email": "grace"}
    refused = await house.create(house.browser(), input=wrong, owner=owner)
    assert refused["code"] == "INVALID_INPUT"
    fields = {error["field"] for error in refused["errors"]}
    assert fields == {"slug", "name", "endsOn", "timeZone", "currency", "ownerEmail"}
    assert await known_people(house) == 0


async def test_of_two_conferences_with_one_slug_at_the_same_time_one_is_created(house: House) -> None:
    answers = await asyncio.gather(*(house.create(house.browser()) for _ in range(2)))
    assert sorted(answer["__typename"] for answer in answers) == ["ConferenceCreated", "Refused"]
    refused = next(answer for answer in answers if answer["__typename"] == "Refused")
    assert (refused["code"], refused["errors"][0]["field"]) == ("SLUG_TAKEN", "slug")


async def test_publishing_lists_a_conference_and_unpublishing_hides_it_from_the_list(house: House) -> None:
    sold = await house.on_sale({"General admission": (19_900, 100)})
    stranger = house.browser()
    assert [edge["node"]["slug"] for edge in (await stranger.ask(LISTED))["conferences"]["edges"]] == ["cqrs-days"]
    shown = (await stranger.ask(BY_SLUG, slug="cqrs-days"))["conference"]
    assert (shown["state"], shown["owner"]) == ("PUBLISHED", None)
    assert shown["seatTypes"][0]["price"] == {"amount": 19_900, "currency": "USD"}
    await sold.organizer.conference("unpublishConference", sold.id)
    assert (await stranger.ask(LISTED))["conferences"]["edges"] == []
    assert (await stranger.ask(BY_SLUG, slug="cqrs-days"))["conference"]["state"] == "UNPUBLISHED"


async def test_the_list_comes_in_pages_with_the_newest_first(house: House) -> None:
    for number in range(5):
        await house.on_sale({"GA": (0, 1)}, slug=f"days-{number}")
    browser, seen, after = house.browser(), [], None
    while True:
        listed = (await browser.ask(LISTED, first=2, after=after))["conferences"]
        seen += [edge["node"]["slug"] for edge in listed["edges"]]
        after = listed["pageInfo"]["endCursor"]
        if not listed["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["days-4", "days-3", "days-2", "days-1", "days-0"]


CURSORS = ["x", "WyJhIiwgIjEiXQ", encode_cursor("a", UUID(int=1)), encode_cursor(2**60, UUID(int=1))]


@pytest.mark.parametrize("after", CURSORS)
async def test_a_cursor_that_no_answer_carried_is_the_clients_mistake(house: House, after: str) -> None:
    answer = (await house.browser().answer(LISTED, after=after)).json()
    assert "must be a cursor" in answer["errors"][0]["message"]


async def test_an_edit_shows_at_once_and_frees_the_former_slug(house: House) -> None:
    organizer, id, command = house.browser(), uuid4(), uuid4()
    await house.create(organizer, conferenceId=id)
    edit = {"commandId": command, "input": conference_input(slug="new-days", tagline="Now with a tagline")}
    edited = await organizer.conference("editConference", id, **edit)
    assert (edited["conference"]["slug"], edited["conference"]["tagline"]) == ("new-days", "Now with a tagline")
    assert await organizer.conference("editConference", id, **edit) == edited
    assert (await house.create(house.browser()))["__typename"] == "ConferenceCreated"
    taken = await organizer.conference("editConference", id, input=conference_input(slug="cqrs-days"))
    assert taken["code"] == "SLUG_TAKEN"


async def test_a_published_conference_keeps_its_slug(house: House) -> None:
    sold = await house.on_sale({})
    refused = await sold.organizer.conference("editConference", sold.id, input=conference_input(slug="other-days"))
    assert (refused["code"], refused["errors"][0]["field"]) == ("SLUG_FIXED", "slug")


async def test_only_its_organizer_changes_a_conference(house: House) -> None:
    sold, other = await house.on_sale({"GA": (0, 1)}), await house.on_sale({}, slug="other-days")
    for browser in (house.browser(), other.organizer):
        for mutation, more in (
            ("publishConference", {}),
            ("unpublishConference", {}),
            ("editConference", {"input": conference_input()}),
            ("changeQuota", {"seatTypeId": sold.types["GA"], "quota": 5}),
            ("retireSeatType", {"seatTypeId": sold.types["GA"]}),
            ("deleteSeatType", {"seatTypeId": sold.types["GA"]}),
        ):
            assert (await browser.conference(mutation, sold.id, **more))["code"] == "NOT_ALLOWED", mutation


async def test_a_retired_seat_type_is_shown_to_the_organizer_only(house: House) -> None:
    sold = await house.on_sale({"GA": (0, 10), "WS": (100, 10)})
    deleted = await sold.organizer.conference("deleteSeatType", sold.id, seatTypeId=sold.types["WS"])
    assert deleted["code"] == "SEAT_TYPE_WAS_ON_SALE"
    retired = await sold.organizer.conference("retireSeatType", sold.id, seatTypeId=sold.types["WS"])
    assert [one["retired"] for one in retired["conference"]["seatTypes"]] == [False, True]
    shown = (await house.browser().ask(BY_SLUG, slug="cqrs-days"))["conference"]
    assert [one["name"] for one in shown["seatTypes"]] == ["GA"]


async def test_e_mail_and_access_code_open_that_conference_and_no_other(house: House) -> None:
    first = await house.create(house.browser())
    await house.create(house.browser(), input=conference_input(slug="other-days"))
    browser = house.browser()
    typed = first["accessCode"].replace("-", "").lower()
    signed_in = (await browser.ask(SIGN_IN, email="GRACE@example.org", code=typed))["done"]
    assert [one["slug"] for one in signed_in["conferences"]] == ["cqrs-days"]
    assert signed_in["conferences"][0]["owner"]["email"] == "grace@example.org"
    session = (await browser.ask("{ session { conferences orders } }"))["session"]
    assert session == {"conferences": [first["conference"]["id"]], "orders": []}


async def test_a_wrong_sign_in_does_not_tell_what_was_wrong_and_is_slowed_down(house: House) -> None:
    code = (await house.create(house.browser()))["accessCode"]
    browser = house.browser()
    wrong_code = (await browser.ask(SIGN_IN, email="grace@example.org", code="0000-0000-0000"))["done"]
    wrong_mail = (await browser.ask(SIGN_IN, email="nobody@example.org", code=code))["done"]
    assert wrong_code == wrong_mail
    assert wrong_code["code"] == "WRONG_ACCESS_CODE"
    for _ in range(4):
        await browser.ask(SIGN_IN, email="grace@example.org", code="0000-0000-0000")
    slowed = (await browser.ask(SIGN_IN, email="grace@example.org", code=code))["done"]
    assert slowed["__typename"] == "TooManyTries"


async def test_an_answer_can_be_asked_to_be_as_fresh_as_a_change(house: House) -> None:
    organizer, id = house.browser(), uuid4()
    created = await house.create(organizer, conferenceId=id)
    query = f"query($at: Position!) {{ myConferences(atLeast: $at) {CONFERENCE} }}"
    assert (await organizer.ask(query, at=created["position"]))["myConferences"][0]["stale"] is False
    far = "cDk5OTk5OQ"  # position 999999
    assert (await organizer.ask(query, at=far))["myConferences"][0]["stale"] is True


async def test_edits_at_the_same_moment_leave_a_conference_with_one_slug(house: House) -> None:
    organizer, id = house.browser(), uuid4()
    await house.create(organizer, conferenceId=id)
    slugs = ["cqrs-days", *(f"new-days-{n}" for n in range(5))]
    for _ in range(3):
        edits = [
            organizer.conference("editConference", id, input=conference_input(slug=slug, name=f"{slug} {n}"))
            for n in range(2)
            for slug in slugs
        ]
        assert {edit.get("code") for edit in await asyncio.gather(*edits)} <= {None, "GUARD_MOVED"}
        conference, _ = await house.engine.state(CONFERENCE_DECIDER, id)
        assert conference is not None
        held = [slug for slug in slugs if (await house.engine.state(SLUG, slug))[0] == id]
        assert held == [conference.details.slug]


async def test_a_slug_that_cannot_be_one_is_no_fault_of_ours(database_url: str) -> None:
    find = """mutation($slug: String!) { done: findOrder(slug: $slug, email: "ada@example.org", code: "0000-0000") {
      ... on Refused { code } } }"""
    async with open_house(database_url) as house:
        organizer, id = house.browser(), uuid4()
        await house.create(organizer, conferenceId=id)
        for slug in ("no\0slug", "x" * 50_000):
            assert (await organizer.ask(BY_SLUG, slug=slug))["conference"] is None
            assert (await organizer.ask(find, slug=slug))["done"] == {"code": "ORDER_NOT_FOUND"}
            refused = await organizer.conference("editConference", id, input=conference_input(slug=slug))
            assert [error["field"] for error in refused["errors"]] == ["slug"]
