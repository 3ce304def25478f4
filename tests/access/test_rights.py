"""Who may do what: every field of the schema is tried by everybody who may not, and by those who may.

A field that is not in the tables below fails: say who may do this, and it is tried from then on.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from graphql import get_named_type

from plenary.engine.tables import keys
from tests.access.people import Town, settle
from tests.asking import ROOTS, Asked, arguments, everything
from tests.databases import fresh_sqlite
from tests.house import SETTINGS, Browser, House, open_house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Right:
    """Who may do something: the people who may (None: anybody), and what it takes to try it.

    `guess`: arguments that are a secret, so that guessing has to be slow. `given`: arguments that have another name
    among a story's values, or that are given although they could be left out. `fresh`: ids of what it makes.
    """

    may: frozenset[str] | None
    guess: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    fresh: tuple[str, ...] = ()


ANYBODY = Right(None)
ORGANIZER = Right(frozenset({"organizer"}))
REGISTRANT = Right(frozenset({"registrant"}))
HELD = Right(frozenset({"registrant"}), given={"orderId": "held"})
EITHER = Right(frozenset({"organizer", "registrant"}))
PAYING = Right(frozenset({"organizer"}), given={"paymentId": "paying"})
NOBODY = Right(frozenset())
ATTENDEE = Right(frozenset({"attendee"}), given={"position": "seat"})
TRANSFER = Right(None, ("secret",), {"position": "seat", "secret": "transferSecret"})

RIGHTS: Mapping[str, Mapping[str, Right]] = {
    "query": {
        "attendees": ORGANIZER,
        "cancellation": Right(REGISTRANT.may, given={"order": "orderId"}),
        "conference": ANYBODY,
        "conferenceHistory": ORGANIZER,
        "conferences": ANYBODY,
        "features": ANYBODY,
        "mailbox": NOBODY,  # this house does not show it
        "myConferences": ANYBODY,
        "mySeat": ATTENDEE,
        "order": EITHER,
        "orderHistory": Right(ORGANIZER.may, given={"order": "orderId"}),
        "orders": ORGANIZER,
        "promoCodes": ORGANIZER,
        "refundsDue": ORGANIZER,
        "sales": ORGANIZER,
        "seatAvailability": ANYBODY,
        "session": ANYBODY,
    },
    "subscription": {
        "mySeat": ATTENDEE,
        "order": EITHER,
        "seatAvailability": ANYBODY,
        "waitlistPlace": Right(EITHER.may, given={"order": "waiting"}),
    },
    "mutation": {
        "abandonPayment": Right(REGISTRANT.may, given={"orderId": "held", "paymentId": "paying"}),
        "addSeatType": Right(ORGANIZER.may, fresh=("seatTypeId",)),
        "applyCode": Right(HELD.may, ("code",), {"orderId": "held", "code": "promoCode"}),
        "assignSeat": REGISTRANT,
        "cancelOrder": Right(EITHER.may, given={"orderId": "held"}),
        "cancelSeats": REGISTRANT,
        "changeOrder": HELD,
        "changePromoCode": Right(ORGANIZER.may, given={"code": "promoCode"}),
        "changeQuota": ORGANIZER,
        "cloneConference": Right(ORGANIZER.may, given={"slug": "newSlug"}, fresh=("newConferenceId",)),
        "correctMyName": ATTENDEE,
        "createConference": Right(None, fresh=("conferenceId",)),
        "createPromoCode": Right(ORGANIZER.may, given={"code": "newCode"}),
        "deleteSeatType": Right(ORGANIZER.may, given={"conferenceId": "draft", "seatTypeId": "unsold"}),
        "editConference": ORGANIZER,
        "editSeatType": ORGANIZER,
        "endPromoCode": Right(ORGANIZER.may, given={"code": "promoCode"}),
        "enterDetails": HELD,
        "extendHold": HELD,
        "findOrder": Right(None, ("code",), {"email": "registrantEmail", "conferenceId": "conferenceId"}),
        "joinWaitlist": Right(None, fresh=("orderId",)),
        "openOrder": Right(None, ("secret",)),
        "openSeat": Right(None, ("secret",), {"position": "seat", "secret": "seatSecret"}),
        "openTransfer": TRANSFER,
        "placeOrder": Right(None, fresh=("orderId",)),
        "publishConference": ORGANIZER,
        "recordRefund": PAYING,
        "recordTransfer": PAYING,
        "refundSeats": ORGANIZER,
        "removeCode": HELD,
        "resendConfirmation": EITHER,
        "resendTicket": Right(EITHER.may, given={"position": "seat"}),
        "retireSeatType": ORGANIZER,
        "retryRefund": PAYING,
        "signIn": Right(None, ("accessCode",), {"email": "ownerEmail"}),
        "signOut": ANYBODY,
        "startPayment": Right(REGISTRANT.may, given={"orderId": "held", "paymentId": "paying"}),
        "takeSeat": TRANSFER,
        "unassignSeat": REGISTRANT,
        "unpublishConference": ORGANIZER,
    },
}
PEOPLE = ("stranger", "other organizer", "other registrant", "neighbour", "registrant", "attendee", "organizer")
SECRETIVE = {"accessCode", "code", "secret", "token", "key", "password", "ticket", "link"}
"""Arguments that open something for whoever guesses them."""
UNLIKELY = "0000-0000-0000"
NONSENSE = {"INVALID_INPUT", "CONFERENCE_NOT_FOUND", "ORDER_NOT_FOUND", "SEAT_TYPE_NOT_FOUND", "PAYMENT_NOT_FOUND"}
IDS = {
    arg
    for field in ROOTS["mutation"].values()
    for arg, about in field.args.items()
    if get_named_type(about.type).name == "UUID"
} - {"commandId"}
EVERY = [(kind, name) for kind, fields in ROOTS.items() for name in sorted(fields)]
CROSSING = sorted(
    name
    for name, right in RIGHTS["mutation"].items()
    if right.may and not right.fresh and len(ROOTS["mutation"][name].args.keys() & IDS) > 1
)
GUESSED = sorted(name for name, right in RIGHTS["mutation"].items() if right.guess)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    url = fresh_sqlite(prepared_sqlite, tmp_path_factory.mktemp("rights"))
    async with open_house(url, replace(SETTINGS, dev=False)) as house:
        yield await settle(house)


async def test_for_every_field_it_is_said_who_may() -> None:
    for kind, fields in ROOTS.items():
        assert set(RIGHTS[kind]) == set(fields), f"Say who may do this, in the table RIGHTS: {kind}"


async def test_whatever_can_be_guessed_is_known_to_be() -> None:
    for name, right in RIGHTS["mutation"].items():
        if right.may != ORGANIZER.may:
            assert set(right.guess) >= set(ROOTS["mutation"][name].args) & SECRETIVE, name


@pytest.mark.parametrize(("kind", "name"), EVERY)
async def test_nobody_does_or_sees_what_is_not_theirs(town: Town, kind: str, name: str) -> None:
    right = RIGHTS[kind][name]
    closed = right.may is not None or bool(right.guess)
    for values in (town.ours.values, town.ours.draft):
        for person in ("stranger",) if kind == "mutation" and right.may is None and not right.guess else PEOPLE:
            if right.may and person in right.may:
                continue
            hidden = values is town.ours.draft and person != "organizer" and is_about_one(kind, name)
            for answer in await in_vain(town, kind, name, person, values):
                assert is_refused(answer) or not (closed or hidden), (person, answer)


@pytest.mark.parametrize("name", CROSSING)
async def test_what_is_not_ones_own_is_not_reached_through_what_is(town: Town, name: str) -> None:
    ours, theirs = town.ours.values, town.theirs.values
    for person, own in (
        ("other organizer", {key: theirs[key] for key in ("conferenceId", "conference", "slug", "draft")}),
        ("neighbour", dict.fromkeys(("orderId", "id", "held"), ours["neighbourOrderId"])),
    ):
        for answer in await in_vain(town, "mutation", name, person, ours | own):
            assert "code" in answer["data"]["done"], (person, answer)


@pytest.mark.parametrize(("kind", "name"), EVERY)
async def test_whoever_may_is_not_refused(town: Town, kind: str, name: str) -> None:
    right = RIGHTS[kind][name]
    story = town.spare if kind == "mutation" else town.ours
    for person in sorted(right.may) if right.may is not None else ["stranger"]:
        browser = town.person("stranger") if right.may is None else story.people[person]
        for asked in operations(kind, name, right, story.values):
            answer = await told(town, kind, browser, asked)
            assert not answer.get("errors"), answer
            assert answer["data"]["done"] is not None, answer
            assert kind != "mutation" or answer["data"]["done"].get("code") not in NONSENSE | {"NOT_ALLOWED"}, answer


@pytest.mark.parametrize("name", GUESSED)
async def test_guessing_gets_slow(town: Town, name: str) -> None:
    right = RIGHTS["mutation"][name]
    person = town.spare.people[min(right.may)] if right.may else town.house.browser()
    guesser = town.elsewhere(person, "198.51.100.9")
    for tries in range(6):
        (asked, *_) = operations("mutation", name, right, town.spare.values, guessing=True)
        answer = await told(town, "mutation", guesser, asked)
        assert "code" in answer["data"]["done"], answer
        assert (answer["data"]["done"]["__typename"] == "TooManyTries") is (tries == 5), answer


async def in_vain(town: Town, kind: str, name: str, person: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What somebody is answered who tries something: nothing that is not theirs, and nothing comes of it."""
    right, browser = RIGHTS[kind][name], town.person(person)
    before = await kept_by(town.house, browser, right)
    answers = [await told(town, kind, browser, one) for one in operations(kind, name, right, values, guessing=True)]
    assert answers
    said = json.dumps(answers, ensure_ascii=False)
    assert not [secret for secret in town.secrets(person) if secret in said], (person, said)
    assert await kept_by(town.house, browser, right) == before, person
    return answers


def operations(kind: str, name: str, right: Right, values: Mapping[str, Any], *, guessing: bool = False) -> list[Asked]:
    """Everything that a field can be asked; guessed with a wrong secret, or made under new ids unless guessed."""
    values = {**values, **{arg: values[other] for arg, other in right.given.items()}}
    values |= dict.fromkeys(right.guess, UNLIKELY) if guessing else {arg: str(uuid4()) for arg in right.fresh}
    given = arguments(ROOTS[kind][name], values, tuple(right.given))
    if "input" in given and "slug" in given["input"]:
        given["input"]["slug"] = f"days-{uuid4().hex[:8]}"
    return everything(kind, name, given, values)


def is_about_one(kind: str, name: str) -> bool:
    """Whether a field tells about one conference."""
    return kind != "mutation" and not {"slug", "conference", "conferenceId"}.isdisjoint(ROOTS[kind][name].args)


async def told(town: Town, kind: str, browser: Browser, asked: Asked) -> dict[str, Any]:
    """What somebody is answered."""
    answer: dict[str, Any]
    if kind == "subscription":
        answer = await town.first_result(browser, asked)
    else:
        response = await browser.answer(asked.query, **asked.variables)
        assert response.status_code == 200, response.text
        answer = response.json()
    for error in answer.get("errors", ()):
        assert error.get("extensions", {}).get("code") == "NOT_ALLOWED", answer
    return answer


def is_refused(answer: dict[str, Any]) -> bool:
    """Whether somebody was told nothing and nothing was done."""
    done = (answer["data"] or {}).get("done")
    wrong = {"WRONG_ACCESS_CODE", "WRONG_ORDER_LINK", "WRONG_SEAT_LINK"}
    refused = {"NOT_ALLOWED", "ORDER_NOT_FOUND", "TOO_MANY_TRIES"} | wrong
    return not done or (isinstance(done, dict) and done.get("code") in refused)


async def kept_by(house: House, browser: Browser, right: Right) -> tuple[int, int, Any]:
    """How far the log goes, of how many people something is known, and what a browser may do."""
    async with house.engine.database.reading() as db:
        known = (await db.execute(sa.select(sa.func.count()).select_from(keys))).scalar_one()
    session = (await browser.ask("{ session { conferences orders } }"))["session"]
    # Where anybody may create something, anybody may say who they are.
    return await house.engine.log.head(), 0 if right.may is None else known, session
