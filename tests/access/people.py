"""A house full of people: conferences, a draft, orders and payments, who may see what of them, and who must not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from plenary.access.secrets import Secrets
from plenary.registration.orders import ORDERS
from tests.asking import Asked
from tests.graphql.house import socket
from tests.house import SETTINGS, Browser, House, conference_input

SECRETS = Secrets(SETTINGS.secret)
SEAT = 3
"""The seat that the attendee sits on: its link was opened in a browser of theirs."""
GONE = "Rare seat"
"""A seat type of which no seat is left, for those who wait."""


@dataclass
class Story:
    """A conference on sale, a draft of the same organizer, and the orders of a registrant and of a neighbour.

    `people` have sessions; `values` are arguments by name, those of the draft in `draft`; `seen_by` says which texts
    somebody may see and strangers must not; `opening` are secrets that open something, shown only when it is made.
    """

    people: dict[str, Browser]
    values: dict[str, Any]
    draft: dict[str, Any]
    seen_by: dict[str, set[str]]
    opening: set[str]


@dataclass
class Town:
    """The house, and three stories in it: ours is tried, theirs are the others, and spare is for what changes."""

    house: House
    ours: Story
    theirs: Story
    spare: Story

    def secrets(self, person: str) -> set[str]:
        """All texts that this person must not be shown."""
        whole = set().union(*(set().union(*story.seen_by.values()) for story in self.stories))
        return whole - self.ours.seen_by.get(person, set()) - self.seen_elsewhere(person)

    def seen_elsewhere(self, person: str) -> set[str]:
        """What the people of the other conference may see of it."""
        return self.theirs.seen_by[person.removeprefix("other ")] if person.startswith("other ") else set()

    @property
    def stories(self) -> tuple[Story, ...]:
        """All of them."""
        return self.ours, self.theirs, self.spare

    def person(self, name: str) -> Browser:
        """The browser of somebody, as "organizer", "other organizer" or "stranger"."""
        if name == "stranger":
            return self.house.browser("203.0.113.77")
        return self.theirs.people[name.removeprefix("other ")] if name.startswith("other ") else self.ours.people[name]

    def elsewhere(self, browser: Browser, address: str) -> Browser:
        """The same browser at another place on the net."""
        moved = self.house.browser(address)
        moved.http.cookies.update(browser.http.cookies)
        return moved

    async def first_result(self, browser: Browser, asked: Asked) -> Any:
        """The first thing that a live result says: its data and errors, as HTTP would answer them."""
        cookie = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
        async with socket(Served(self.house.built.web), {"cookie": cookie}) as client:
            await client.begin()
            payload = {"query": asked.query, "variables": asked.variables}
            await client.send({"id": "1", "type": "subscribe", "payload": payload})
            frame = await client.receive()
            return frame["payload"] if frame["type"] == "next" else {"data": None, "errors": frame["payload"]}


@dataclass
class Served:
    """An application, as tests of sockets take it."""

    app: Any


async def settle(house: House) -> Town:
    """Let everybody move in."""
    return Town(house, *[await begin(house, place) for place in ("Ourtown", "Theirtown", "Sparetown")])


async def begin(house: House, place: str) -> Story:
    """Live through one story; every text that is not for everybody has the place's name in it."""
    owner = {"name": f"Olga {place}", "email": f"olga@{place.lower()}.example"}
    organizer, sold, draft = house.browser(), uuid4(), uuid4()
    open_slug, draft_slug = f"open-{place.lower()}", f"quiet-{place.lower()}"
    shown = conference_input(slug=open_slug, name="Open Days", currency="USD")
    await house.create(organizer, conferenceId=sold, owner=owner, input=shown)
    kept = conference_input(
        slug=draft_slug,
        name=f"Quiet Days of {place}",
        tagline=f"A hush over {place}",
        description=f"Whispers of {place}",
        location=f"Cellar of {place}",
    )
    await house.create(organizer, conferenceId=draft, owner=owner, input=kept)
    types: dict[str, UUID] = {}
    for conference, name in ((sold, "Seat"), (sold, f"Old seat of {place}"), (draft, f"Quiet seat of {place}")):
        await add_seat_type(organizer, conference, types, name, f"What {place} gets" if name != "Seat" else "A chair")
    await add_seat_type(organizer, sold, types, GONE, "A view", quota=0)
    await add_seat_type(organizer, draft, types, f"Unsold seat of {place}", "")
    await organizer.conference("publishConference", sold)
    await organizer.conference("retireSeatType", sold, seatTypeId=types[f"Old seat of {place}"])
    people, orders = {"organizer": organizer}, {}
    seen_by: dict[str, set[str]] = {}
    for name in ("registrant", "neighbour"):
        people[name], orders[name], seen_by[name] = await buy(house, sold, types["Seat"], name.capitalize(), place)
    held, paying = uuid4(), uuid4()
    await people["registrant"].place(sold, {types["Seat"]: 1}, orderId=held)
    nora = {key.partition(".")[2]: value for key, value in INPUTS.items() if key.startswith("PersonInput")}
    await people["registrant"].order("enterDetails", held, registrant=nora)
    await people["registrant"].order("startPayment", held, paymentId=paying)
    waiting = await wait(people["registrant"], sold, types[GONE], nora)
    promo, promo_id = await add_code(organizer, sold, f"SAVE{place.upper()}")
    seen_by["registrant"] |= {str(held), str(paying), SECRETS.order_code(held)}
    seen_by["registrant"] |= {str(waiting), SECRETS.order_code(waiting), promo, promo_id}
    codes = {SECRETS.access_code(id) for id in (sold, draft)}
    links = {SECRETS.order_secret(UUID(order["id"])) for order in orders.values()} | {SECRETS.order_secret(held)}
    links.add(SECRETS.order_secret(waiting))
    quiet = {str(draft), draft_slug, *(str(kept[key]) for key in ("name", "tagline", "description", "location"))}
    names = types.keys() - {"Seat", GONE} | {f"What {place} gets"}
    seen_by["organizer"] = {*owner.values(), *quiet, *names}.union(*seen_by.values())
    order = orders["registrant"]
    people["attendee"], secret = house.browser(), SECRETS.seat_secret(UUID(order["id"]), SEAT, 1)
    opening = "mutation($id: UUID!, $seat: Int!, $secret: String!) {\n"
    opening += " openSeat(orderId: $id, position: $seat, secret: $secret) { __typename } }"
    opened = await people["attendee"].ask(opening, id=order["id"], seat=SEAT, secret=secret)
    assert opened["openSeat"]["__typename"] == "SeatShown"
    transfer = SECRETS.transfer_secret(UUID(order["id"]), SEAT, 1)
    seen_by["attendee"] = {*order["seats"][0]["attendee"].values(), order["id"], transfer}
    seen_by["registrant"].add(transfer)
    links.add(secret)
    values = {
        "conferenceId": str(sold),
        "conference": str(sold),
        "slug": open_slug,
        "seatTypeId": str(types["Seat"]),
        "draft": str(draft),
        "neighbourOrderId": orders["neighbour"]["id"],
        "unsold": str(types[f"Unsold seat of {place}"]),
        "orderId": order["id"],
        "id": order["id"],
        "order": order["id"],
        "seat": SEAT,
        "seatSecret": secret,
        "transferSecret": transfer,
        "held": str(held),
        "paying": str(paying),
        "paymentId": order["payment"]["id"],
        "secret": SECRETS.order_secret(UUID(order["id"])),
        "code": order["code"],
        "waiting": str(waiting),
        "promoCode": promo,
        "codeId": promo_id,
        "newCode": "EARLYBIRD",
        "newSlug": f"again-{place.lower()}",
        "accessCode": SECRETS.access_code(sold),
        "registrantEmail": order["registrant"]["email"],
        "ownerEmail": owner["email"],
        **INPUTS,
    }
    unsold = {"conferenceId": str(draft), "conference": str(draft), "slug": draft_slug}
    unsold["seatTypeId"] = str(types[f"Quiet seat of {place}"])
    story = Story(people, values, values | unsold, seen_by, codes | links)
    for secret in story.opening:
        seen_by.setdefault("nobody", set()).add(secret)
    return story


async def add_seat_type(
    browser: Browser, conference: UUID, types: dict[str, UUID], name: str, text: str, *, quota: int = 1_000
) -> None:
    """Add one for $100."""
    types[name] = uuid4()
    input = {"name": name, "description": text, "price": 10_000, "quota": quota}
    given = {"commandId": "UUID!", "conferenceId": "UUID!", "seatTypeId": "UUID!", "input": "SeatTypeInput!"}
    declared = ", ".join(f"${key}: {kind}" for key, kind in given.items())
    passed = ", ".join(f"{key}: ${key}" for key in given)
    query = f"mutation({declared}) {{ addSeatType({passed}) {{ __typename }} }}"
    await browser.ask(query, commandId=uuid4(), conferenceId=conference, seatTypeId=types[name], input=input)


async def add_code(browser: Browser, conference: UUID, code: str) -> tuple[str, str]:
    """Make a promo code, and say what it is called and its id."""
    made = await browser.ask(
        "mutation($id: UUID!, $conference: UUID!, $code: String!) { createPromoCode(commandId: $id, "
        "conferenceId: $conference, code: $code, input: { percent: 10 }) "
        "{ ... on PromoCodeChanged { promoCode { id code } } } }",
        id=uuid4(),
        conference=conference,
        code=code,
    )
    promo = made["createPromoCode"]["promoCode"]
    return promo["code"], promo["id"]


async def wait(browser: Browser, conference: UUID, seat_type: UUID, person: Mapping[str, Any]) -> UUID:
    """Join the waitlist, and say with which order."""
    order = uuid4()
    await browser.ask(
        "mutation($id: UUID!, $order: UUID!, $conference: UUID!, $item: OrderItemInput!, $person: PersonInput!) { "
        "joinWaitlist(commandId: $id, orderId: $order, conferenceId: $conference, item: $item, registrant: $person) "
        "{ __typename } }",
        id=uuid4(),
        order=order,
        conference=conference,
        item={"seatTypeId": str(seat_type), "quantity": 1},
        person=person,
    )
    return order


async def buy(
    house: House, conference: UUID, seat_type: UUID, who: str, place: str
) -> tuple[Browser, dict[str, Any], set[str]]:
    """A registrant's browser, the paid order with two of three seats given away, and the texts that are theirs."""
    browser, order, payment = house.browser(), uuid4(), uuid4()
    person, guest = (
        {
            "email": f"{name.lower()}@{place.lower()}.example",
            "firstName": f"{name} of {place}",
            "lastName": f"Mc{name}{place}",
        }
        for name in (who, f"Guest.of.{who}")
    )
    await browser.place(conference, {seat_type: 3}, orderId=order)
    await browser.order("enterDetails", order, registrant=person)
    started = await browser.order("startPayment", order, paymentId=payment)
    await browser.http.post(started["order"]["payment"]["payAt"], data={"choice": "accept"})
    await house.engine.until(ORDERS, order, lambda row: row is not None and bool(row.seats), 10)
    await browser.order("assignSeat", order, position=SEAT, attendee=guest)
    given = await browser.order("assignSeat", order, position=1, attendee=guest)
    theirs = {*person.values(), *guest.values(), str(order), str(payment), given["order"]["code"]}
    return browser, given["order"], theirs


INPUTS: Mapping[str, Any] = {
    "ConferenceInput.slug": "renamed-days",
    "ConferenceInput.name": "Renamed Days",
    "ConferenceInput.timeZone": "Europe/Berlin",
    "ConferenceInput.currency": "USD",
    "OwnerInput.name": "Nora New",
    "OwnerInput.email": "nora@new.example",
    "SeatTypeInput.name": "Stool",
    "EditSeatTypeInput.name": "Stool",
    "PersonInput.email": "nora@new.example",
    "PersonInput.firstName": "Nora",
    "PersonInput.lastName": "New",
    "firstName": "Nora",
    "lastName": "New",
    "PromoCodeInput.percent": 10,
    "position": 1,
    "states": ["CONFIRMED"],
}
"""What may be filled in, by input and field; it is nobody's secret."""
