"""Whatever is sent to whatever field is refused in words or kept harmlessly: nothing breaks, nothing is disguised."""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator
from html import escape
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from graphql import GraphQLList, get_nullable_type

from plenary.engine.tables import parked
from plenary.graphql.scalars import encode_position
from plenary.notifications.mailbox import find_mails
from plenary.registration.orders import ORDERS
from plenary.words import promo_code, tidy
from tests.access.hostile import MARKUP, Way, found, hostile, places, put, texts
from tests.access.people import Town, settle
from tests.access.test_rights import RIGHTS
from tests.asking import ROOTS, arguments, everything, is_needed
from tests.databases import fresh_postgres
from tests.house import Browser, conference_input, open_house
from tests.servers import Postgres

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRIED = [(kind, name) for kind in ("query", "mutation") for name in sorted(ROOTS[kind]) if ROOTS[kind][name].args]
CODES = ("code", "combinesWith")
"""Places for codes, which are kept in capitals."""
ADDRESSES = ("email", *CODES)
"""Places for mail addresses and codes, where nothing may be invisible at all."""
CHOICES = ("positions",)
"""Lists that may be empty, for all there is, and name nothing twice."""
DISGUISES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(prepared_postgres: Postgres) -> AsyncIterator[Town]:
    """On PostgreSQL, which takes fewer texts than SQLite."""
    async with fresh_postgres(prepared_postgres) as url, open_house(url) as house:
        yield await settle(house)


@pytest.mark.parametrize(("kind", "name"), TRIED)
async def test_nothing_breaks(town: Town, kind: str, name: str) -> None:
    right = RIGHTS[kind][name]
    person, address = town.person(min(right.may)) if right.may else town.house.browser(), count(1)
    values = {**town.ours.values, **{arg: town.ours.values[other] for arg, other in right.given.items()}}
    for way, place in places(kind, name):
        fresh = dict.fromkeys(right.fresh)
        usual = arguments(ROOTS[kind][name], values | {arg: str(uuid4()) for arg in fresh}, tuple(right.given))
        if way[0] not in usual:  # alone, without what else may be left out
            args = ROOTS[kind][name].args
            usual = {arg: usual[arg] for arg in usual if is_needed(args[arg])} | {str(way[0]): None}
        query = everything(kind, name, usual, values)[0].query
        for value in hostile(place, found(usual, way)):
            again = {"commandId": str(uuid4())} | {arg: str(uuid4()) for arg in fresh}
            said = put(usual | {arg: id for arg, id in again.items() if arg in usual}, way, value)
            if "slug" in said.get("input", ()) and way != ("input", "slug"):
                said["input"]["slug"] = f"days-{uuid4().hex[:8]}"
            # Whoever guesses is soon not looked at any more, so everybody guesses once.
            browser = town.elsewhere(person, f"2001:db8:{next(address):x}::1") if right.guess else person
            done = await outcome(browser, query, said)
            kept = kind == "mutation" and not right.guess and done is not None and "code" not in done
            if kept and isinstance(value, str) and place.name == "String":
                assert is_harmless(named(way), value, done), (way, value, done)


async def test_markup_is_shown_as_it_was_written_and_never_obeyed(town: Town) -> None:
    seller, place = town.spare.people["organizer"], {**town.spare.values}
    input = conference_input(
        slug=place["slug"], **dict.fromkeys(("name", "tagline", "description", "location"), MARKUP)
    )
    changed = await seller.conference("editConference", UUID(place["conferenceId"]), input=input)
    assert changed["conference"]["name"] == MARKUP
    seat = {"name": MARKUP, "description": MARKUP, "price": 100}
    await seller.ask(
        "mutation($c: UUID!, $id: UUID!, $s: UUID!, $input: EditSeatTypeInput!) {"
        " editSeatType(commandId: $c, conferenceId: $id, seatTypeId: $s, input: $input) { __typename } }",
        c=uuid4(),
        id=place["conferenceId"],
        s=place["seatTypeId"],
        input=seat,
    )
    buyer, order, payment = town.house.browser(), uuid4(), uuid4()
    person = {"email": "<script>@evil.example", "firstName": MARKUP, "lastName": MARKUP}
    assert (await buyer.place(UUID(place["conferenceId"]), {UUID(place["seatTypeId"]): 2}, orderId=order))["order"]
    refused = await buyer.order("enterDetails", order, registrant=person)
    assert [(e["field"], e["code"]) for e in refused["errors"]] == [("email", "not_an_email")]
    assert (await buyer.order("enterDetails", order, registrant=person | {"email": "m&m's@new.example"}))["order"]
    pay_at = (await buyer.order("startPayment", order, paymentId=payment))["order"]["payment"]["payAt"]
    pages = [(await buyer.http.get(pay_at)).text]
    await buyer.http.post(pay_at, data={"choice": "accept"})
    pages.append((await buyer.http.get(pay_at)).text)
    await town.house.engine.until(ORDERS, order, lambda row: row is not None and bool(row.seats), 10)
    await buyer.order("assignSeat", order, position=1, attendee=person | {"email": "guest@new.example"})
    async with asyncio.timeout(10):
        while len(mails := [m for m in await find_mails(town.house.engine.database, 50) if MARKUP in m.subject]) < 2:
            await asyncio.sleep(0.02)
    for page in [*pages, *(mail.html for mail in mails)]:
        assert "<script" not in page
        assert "<img src=x" not in page
    for page in [pages[0], *(mail.html for mail in mails)]:
        assert escape(MARKUP) in page
    assert all("\n" not in mail.subject and "\n" not in mail.recipient for mail in mails)


@pytest.mark.parametrize("number", [0, 51, 1_000])
async def test_lists_may_be_empty_or_long(town: Town, number: int) -> None:
    for kind, name in TRIED:
        lists = [
            arg
            for arg, about in ROOTS[kind][name].args.items()
            if isinstance(get_nullable_type(about.type), GraphQLList)
        ]
        for arg in lists:
            said = arguments(ROOTS[kind][name], town.theirs.values, (arg,))
            if arg in CHOICES and not number:
                continue
            said[arg] = list(range(1, number + 1)) if arg in CHOICES else said[arg] * number
            person = min(RIGHTS[kind][name].may or {"registrant"})
            done = await outcome(town.theirs.people[person], everything(kind, name, said, {})[0].query, said)
            assert kind == "query" or done is None or "code" in done, (name, arg, done)


async def test_a_position_that_was_never_given_out_is_waited_for_and_no_longer(town: Town) -> None:
    asking = []
    for kind, name in TRIED:
        for far in (2**63 - 1, 10**19 - 1) if "atLeast" in ROOTS[kind][name].args else ():
            said = arguments(ROOTS[kind][name], town.theirs.values) | {"atLeast": encode_position(far)}
            parts = [asked.query for asked in everything(kind, name, said, {})]
            organizer = town.theirs.people["organizer"]
            asking.append(asyncio.gather(*(outcome(organizer, query, said) for query in parts)))
    answers = await asyncio.gather(*asking)
    assert len(answers) > 4
    assert all("true" in json.dumps(answer) for answer in answers if any(answer))  # `stale`, in one of its parts


async def test_nobody_was_stopped_by_any_of_it(town: Town) -> None:
    async with town.house.engine.database.reading() as db:
        assert (await db.execute(sa.select(parked))).all() == []


async def outcome(browser: Browser, query: str, variables: dict[str, Any]) -> Any:
    """What was done; None if the request was not understood. Nothing else may happen."""
    body = json.dumps({"query": query, "variables": variables})  # as ASCII, so that half a character can be sent
    response = await browser.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (200, 400, 413), response.text
    answer = response.json()
    for error in answer.get("errors", ()):
        assert error.get("extensions", {}).get("code") != "FAULT", (variables, answer)
    return (answer.get("data") or {}).get("done")


def named(way: Way) -> str:
    """The name of a place, or of the list that it is in."""
    return str([step for step in way if isinstance(step, str)][-1])


def is_harmless(field: str, value: str, done: Any) -> bool:
    """Whether what was taken is shown as it was meant, and deceives nobody."""
    kept = promo_code(value) if field in CODES else tidy(value)
    hidden = {c for c in kept if unicodedata.category(c) in (("Cc", "Cf", "Cs") if field in ADDRESSES else ("Cs",))}
    controls = {c for c in kept if unicodedata.category(c) == "Cc"} - {"\n", "\t"}
    return not hidden and not controls and not DISGUISES & set(kept) and (not kept or kept in set(texts(done)))
