"""The whole house to try the API on: a real engine on a real database, a clock moved by hand, browsers with cookies."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from plenary.app import House as Built
from plenary.app import build
from plenary.engine.clock import HandClock
from plenary.engine.engine import Engine
from plenary.settings import Settings

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
SETTINGS = Settings(
    url="http://test", secret=b"a secret of thirty-two characters", key=b"k" * 32, gateway=("test",), dev=True
)

REFUSAL = """
  __typename
  ... on Refusal { code message }
  ... on Refused { errors { field code message } }
  ... on TooManyTries { retryAfter }
"""
CONFERENCE = """{
  id slug name tagline state currency holdSeconds owner { name email } position stale
  seatTypes { id name price { amount currency } quota retired everOnSale }
}"""
ORDER = """{
  id code state conferenceId conference { name } total { amount currency } placedAt payBy serverTime position stale
  lines { seatTypeId name unitPrice { amount } wanted granted total { amount } }
  registrant { email firstName lastName }
  payment { id state amount { amount } refunded { amount } method payAt }
  refunds { paymentId number amount { amount } state due why }
  seats { position seatType attendee { email firstName lastName } }
}"""
CREATE = f"""mutation($commandId: UUID!, $conferenceId: UUID!, $input: ConferenceInput!, $owner: OwnerInput!) {{
  done: createConference(commandId: $commandId, conferenceId: $conferenceId, input: $input, owner: $owner) {{
    ... on ConferenceCreated {{ conference {CONFERENCE} accessCode position }} {REFUSAL} }} }}"""
PLACE = f"""mutation($commandId: UUID!, $orderId: UUID!, $conferenceId: UUID!, $items: [OrderItemInput!]!) {{
  done: placeOrder(commandId: $commandId, orderId: $orderId, conferenceId: $conferenceId, items: $items) {{
    ... on OrderDecided {{ order {ORDER} secret position }} ... on Deciding {{ order {ORDER} }} {REFUSAL} }} }}"""


@dataclass
class Browser:
    """Somebody's browser: it keeps its cookies, and asks one thing after the other."""

    http: httpx.AsyncClient

    async def ask(self, query: str, **variables: object) -> Any:
        """The data of an operation that must not fail."""
        answer = (await self.answer(query, **variables)).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def answer(self, query: str, **variables: object) -> httpx.Response:
        """The whole answer to an operation."""
        plain = {name: str(value) if isinstance(value, UUID) else value for name, value in variables.items()}
        return await self.http.post("/graphql", json={"query": query, "variables": plain})

    async def do(self, mutation: str, returns: str, **variables: Any) -> Any:
        """What a mutation answers: `mutation` is its name, `returns` its success, variables are typed by `TYPES`."""
        given = {"commandId": uuid4()} | variables
        declared = ", ".join(f"${name}: {TYPES[name]}" for name in given)
        passed = ", ".join(f"{name}: ${name}" for name in given)
        query = f"mutation({declared}) {{ done: {mutation}({passed}) {{ {returns} {REFUSAL} }} }}"
        return (await self.ask(query, **given))["done"]

    async def conference(self, mutation: str, conference_id: UUID, **variables: Any) -> Any:
        """What an organizer's mutation answers."""
        returns = f"... on ConferenceChanged {{ conference {CONFERENCE} position }}"
        return await self.do(mutation, returns, conferenceId=conference_id, **variables)

    async def order(self, mutation: str, order_id: UUID, **variables: Any) -> Any:
        """What a registrant's mutation answers."""
        returns = f"... on OrderChanged {{ order {ORDER} position }}"
        return await self.do(mutation, returns, orderId=order_id, **variables)

    async def place(self, conference_id: UUID, items: Mapping[UUID, int], **variables: Any) -> Any:
        """What asking for seats answers."""
        wanted = [{"seatTypeId": str(id), "quantity": quantity} for id, quantity in items.items()]
        given = {"commandId": uuid4(), "orderId": uuid4(), "items": wanted} | variables
        return (await self.ask(PLACE, conferenceId=conference_id, **given))["done"]


TYPES = {
    "commandId": "UUID!",
    "conferenceId": "UUID!",
    "orderId": "UUID!",
    "seatTypeId": "UUID!",
    "paymentId": "UUID!",
    "gateway": "PaymentMethod",
    "number": "Int!",
    "input": "ConferenceInput!",
    "seatType": "SeatTypeInput!",
    "quota": "Int!",
    "items": "[OrderItemInput!]!",
    "registrant": "PersonInput!",
    "attendee": "PersonInput!",
    "position": "Int!",
    "secret": "String!",
    "firstName": "String!",
    "lastName": "String!",
}
ADA = {"email": "Ada@example.org", "firstName": "Ada", "lastName": "Lovelace"}
JON = {"email": "jon@example.org", "firstName": "Jon", "lastName": "Jaffe"}


def conference_input(**changes: object) -> dict[str, object]:
    """What a conference says about itself."""
    return {
        "slug": "cqrs-days",
        "name": "CQRS Days",
        "location": "Berlin",
        "timeZone": "Europe/Berlin",
        "startsOn": "2030-06-01",
        "endsOn": "2030-06-03",
        "currency": "USD",
    } | changes


OWNER = {"name": "Grace Hopper", "email": "grace@example.org"}


@dataclass
class Sold:
    """A published conference, its organizer's browser, and its seat types by name."""

    id: UUID
    organizer: Browser
    access_code: str
    types: dict[str, UUID]


@dataclass
class House:
    """One running process."""

    built: Built
    clock: HandClock
    browsers: list[Browser] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return self.built.engine

    def browser(self, address: str = "127.0.0.1") -> Browser:
        """A new browser without any cookie, somewhere on the net."""
        transport = httpx.ASGITransport(self.built.web, client=(address, 123))
        http = httpx.AsyncClient(transport=transport, base_url="http://test")
        self.browsers.append(Browser(http))
        return self.browsers[-1]

    async def create(self, browser: Browser, **variables: object) -> Any:
        """What creating a conference answers."""
        given = {"commandId": uuid4(), "conferenceId": uuid4(), "input": conference_input(), "owner": OWNER}
        return (await browser.ask(CREATE, **(given | variables)))["done"]

    async def on_sale(self, types: Mapping[str, tuple[int, int]], **changes: object) -> Sold:
        """A published conference with seat types of these prices and quotas."""
        organizer, id, ids = self.browser(), uuid4(), {name: uuid4() for name in types}
        created = await self.create(organizer, conferenceId=id, input=conference_input(**changes))
        for name, (price, quota) in types.items():
            query = f"""mutation($commandId: UUID!, $conferenceId: UUID!, $seatTypeId: UUID!, $input: SeatTypeInput!) {{
              done: addSeatType(commandId: $commandId, conferenceId: $conferenceId, seatTypeId: $seatTypeId,
                input: $input) {{ {REFUSAL} }} }}"""
            seat_type = {"name": name, "price": price, "quota": quota}
            await organizer.ask(query, commandId=uuid4(), conferenceId=id, seatTypeId=ids[name], input=seat_type)
        await organizer.conference("publishConference", id)
        return Sold(id, organizer, created["accessCode"], ids)


@asynccontextmanager
async def open_house(url: str, settings: Settings = SETTINGS) -> AsyncIterator[House]:
    """A running house on a migrated database."""
    clock = HandClock(NOON)
    house = House(build(replace(settings, database=url), clock), clock)
    deaths: list[BaseException] = []
    async with house.engine.running(died=deaths.append):
        yield house
        for browser in house.browsers:
            await browser.http.aclose()
    await house.engine.close()
    assert not deaths
