"""Answers are kept for everybody only as long as they are everybody's, and true."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from starlette.routing import Route

from plenary.conferences.catalogue import CATALOGUE
from plenary.engine.tables import bookmarks
from plenary.engine.work import TIMERS
from plenary.graphql.http import Endpoint
from plenary.graphql.kept import MOST, MOST_BYTES, Answers, Kept
from plenary.graphql.schema import PUBLIC, SCHEMA
from plenary.graphql.words import encode_position
from plenary.operations.doors import Doors
from plenary.registration.availability import AVAILABILITY
from tests.asking import ROOTS, arguments, everything
from tests.house import ADA, Browser, House, Sold, conference_input, open_house

PAGE = "query($slug: String!) { conference(slug: $slug) { id name owner { email } seatTypes { name quota retired } } }"
SEATS = "query($id: UUID!, $at: Position) { seatAvailability(conference: $id, atLeast: $at) { stale seats { quota } } }"
PATIENCE = 10.0


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as house:
        yield house


def endpoint_of(house: House) -> Endpoint:
    """The house's endpoint."""
    (mount,) = house.built.web.routes
    endpoint = next(room.app for room in mount.routes if isinstance(room, Route) and room.path == "/graphql")  # type: ignore[attr-defined]  # it is a mount
    assert isinstance(endpoint, Doors)
    assert isinstance(endpoint.app, Endpoint)
    return endpoint.app


def answers_of(house: House) -> Answers:
    """What the house keeps."""
    return endpoint_of(house).answers


async def settled(house: House) -> None:
    """Return when everything that follows from what was done can be seen."""
    engine, head = house.engine, -1
    async with asyncio.timeout(PATIENCE):
        while head != (head := await engine.log.head()):
            for follower in engine.work:
                if follower != TIMERS:
                    await engine.until_reached(follower, head)


async def bought(house: House, sold: Sold) -> tuple[Browser, UUID]:
    """A registrant's browser with an order."""
    registrant, order = house.browser(), uuid4()
    await registrant.place(sold.id, {sold.types["Seat"]: 1}, orderId=order)
    await registrant.order("enterDetails", order, registrant=ADA)
    return registrant, order


@pytest.mark.parametrize("name", sorted(ROOTS["query"]))
@pytest.mark.parametrize("state", ["published", "draft"])
async def test_nobody_is_answered_with_what_another_may_see(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, state: str
) -> None:
    sold = await house.on_sale({"Seat": (0, 10), "Old": (0, 5)})
    await sold.organizer.conference("retireSeatType", sold.id, seatTypeId=sold.types["Old"])
    registrant, order = await bought(house, sold)
    conference, slug = str(sold.id), "cqrs-days"
    if state == "draft":
        conference, slug = str(uuid4()), "secret-days"
        await house.create(sold.organizer, conferenceId=conference, input=conference_input(slug=slug))
    await settled(house)
    given = {"slug": slug, "conference": conference, "id": str(order), "order": str(order)}
    (asked, *_) = everything("query", name, arguments(ROOTS["query"][name], given), given)
    everybody = [house.browser(), sold.organizer, registrant]

    async def told() -> list[str]:
        said = []
        for browser in everybody:
            answer = (await browser.answer(asked.query, **asked.variables)).json()
            assert "errors" not in answer, answer
            said.append(json.dumps(answer))
        return said

    with monkeypatch.context() as forgetful:
        forgetful.setattr(Answers, "find", lambda *_: None)
        forgetful.setattr(Answers, "moment", lambda *_: None)
        truth = await told()
    for first in range(3):
        answers_of(house)._kept.clear()
        await everybody[first].answer(asked.query, **asked.variables)
        for _ in range(2):
            assert await told() == truth


async def test_what_everybody_sees_is_kept_until_it_changes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sold = await house.on_sale({"Seat": (0, 10)})
    (registrant, _), stranger = await bought(house, sold), house.browser()
    await settled(house)
    runs: list[str] = []
    endpoint = endpoint_of(house)
    execute = endpoint.execute

    def counted(known: Any, *more: Any) -> Any:
        runs.append(known.operation.selection_set.selections[0].name.value)
        return execute(known, *more)

    monkeypatch.setattr(endpoint, "execute", counted)
    for _ in range(3):
        for browser in (stranger, registrant):
            assert (await browser.ask(SEATS, id=sold.id))["seatAvailability"]["seats"] == [{"quota": 10}]
        assert (await stranger.ask(PAGE, slug="cqrs-days"))["conference"]["owner"] is None
    assert runs == ["seatAvailability", "conference"]
    for _ in range(2):
        assert (await sold.organizer.ask(PAGE, slug="cqrs-days"))["conference"]["owner"]
    assert runs[2:] == ["conference"] * 2
    await sold.organizer.conference("changeQuota", sold.id, seatTypeId=sold.types["Seat"], quota=3)
    await settled(house)
    for browser in (stranger, registrant):
        assert (await browser.ask(SEATS, id=sold.id))["seatAvailability"]["seats"] == [{"quota": 3}]
        assert (await browser.ask(PAGE, slug="cqrs-days"))["conference"]["seatTypes"][0]["quota"] == 3


async def test_an_answer_made_while_its_table_was_behind_is_not_kept(house: House) -> None:
    sold = await house.on_sale({"Seat": (0, 10)})
    await settled(house)
    stranger, (follower, _) = house.browser(), house.engine._leases.held[CATALOGUE.name]
    async with follower.step:
        change = sold.organizer.conference("changeQuota", sold.id, seatTypeId=sold.types["Seat"], quota=3)
        changing = asyncio.create_task(change)
        async with asyncio.timeout(PATIENCE):
            shown = house.engine.progress.shown(CATALOGUE.name)
            while house.engine.tail.head < await house.engine.log.head() or house.engine.tail.head == shown:
                await asyncio.sleep(0.01)
        before = (await stranger.ask(PAGE, slug="cqrs-days"))["conference"]["seatTypes"][0]["quota"]
        assert before == 10
        assert not answers_of(house)._kept
    await changing
    await settled(house)
    assert (await stranger.ask(PAGE, slug="cqrs-days"))["conference"]["seatTypes"][0]["quota"] == 3
    assert answers_of(house)._kept


async def test_what_is_kept_is_dropped_when_the_view_is_replaced(house: House) -> None:
    await house.on_sale({"Seat": (0, 10)})
    stranger = house.browser()
    await settled(house)
    assert (await stranger.ask(PAGE, slug="cqrs-days"))["conference"]["seatTypes"][0]["quota"] == 10
    async with house.engine.database.transaction() as db:  # as a mended view would show it
        await db.execute(sa.text("UPDATE catalogue SET seat_types = replace(seat_types, '10', '11')"))
        replaced = sa.update(bookmarks).where(bookmarks.c.name == CATALOGUE.name)
        await db.execute(replaced.values(generation=bookmarks.c.generation + 1))
    await house.engine.progress.look()
    assert (await stranger.ask(PAGE, slug="cqrs-days"))["conference"]["seatTypes"][0]["quota"] == 11


async def test_whoever_asks_for_a_position_is_never_answered_from_memory(house: House) -> None:
    sold, stranger = await house.on_sale({"Seat": (0, 10)}), house.browser()
    await settled(house)
    future = encode_position(await house.engine.log.head() + 1)
    assert (await stranger.ask(SEATS, id=sold.id, at=future))["seatAvailability"]["stale"]
    assert not answers_of(house)._kept
    await stranger.ask(SEATS, id=sold.id, at=None)
    assert answers_of(house)._kept


async def test_answers_with_errors_and_answers_to_more_than_public_fields_are_not_kept(house: House) -> None:
    stranger = house.browser()
    for query in (
        "{ conferences(first: 0) { edges { cursor } } }",
        "{ conferences { edges { cursor } } session { orders } }",
        "{ ... on Query { conferences { edges { cursor } } } }",
        "query A { conferences { edges { cursor } } } query B { session { orders } }",
        "{ __typename }",
        "{",
    ):
        for _ in range(2):
            await stranger.answer(query)
    assert not answers_of(house)._kept
    await stranger.answer("{ conferences { edges { cursor } } }")
    assert answers_of(house)._kept


async def test_what_is_kept_has_bounds(house: House) -> None:
    answers = answers_of(house)
    for number in range(MOST + 10):
        answers.keep(str(number).encode(), Kept(b"x" * 10_000, (), for_all=True))
    assert len(answers._kept) == MOST
    for number in range(20):
        answers.keep(str(number).encode(), Kept(b"x" * 2_000_000, (), for_all=True))
    assert answers._bytes == sum(len(q) + len(kept.answer) for q, kept in answers._kept.items()) <= MOST_BYTES
    assert answers.find(b"19")
    assert not answers.find(b"0")


def test_a_field_that_looks_something_up_cannot_be_public(house: House) -> None:
    with pytest.raises(ValueError, match="`order` must not be public: Order is not plain"):
        Answers(house.engine, SCHEMA._schema, {"order": AVAILABILITY})


def test_only_these_fields_are_public() -> None:
    assert {name: view.name for name, view in PUBLIC.items()} == {
        "conference": "catalogue",
        "conferences": "catalogue",
        "seatAvailability": "availability",
    }
