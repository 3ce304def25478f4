"""One's own seat over the API: its link shows one seat and nothing of the order, until the seat changes hands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.access.secrets import Secrets
from plenary.access.tickets import Ticket, Tickets, verify
from plenary.registration.orders import ORDERS
from tests.graphql.test_api_live import until, watching
from tests.house import ADA, JON, REFUSAL, SETTINGS, Browser, House, Sold, open_house

SEAT = """{ seat { position seatType attendee { email firstName lastName } ticket { token picture } transferPath }
  conference { slug name } position stale }"""
MY_SEAT = f"query($order: UUID!, $position: Int!) {{ mySeat(order: $order, position: $position) {SEAT} }}"
TICKETS = """query($id: UUID!) { order(id: $id) { seats { position ticket { token } transferPath } } }"""
SECRETS = Secrets(SETTINGS.secret)


@dataclass
class Booked:
    """A confirmed order of two seats, of which the first is Jon's."""

    house: House
    sold: Sold
    registrant: Browser
    order: UUID

    def secret(self, generation: int, position: int = 1) -> str:
        """A seat's link."""
        return SECRETS.seat_secret(self.order, position, generation)

    async def do(self, browser: Browser, mutation: str, **variables: Any) -> Any:
        """What a mutation about a seat answers."""
        given = {"orderId": self.order, "position": 1} | variables
        given |= {} if mutation.startswith("open") else {"commandId": uuid4()} | variables
        declared = ", ".join(f"${name}: {TYPES[name]}" for name in given)
        passed = ", ".join(f"{name}: ${name}" for name in given)
        query = f"mutation({declared}) {{ done: {mutation}({passed}) {{ {RETURNS[mutation]} {REFUSAL} }} }}"
        return (await browser.ask(query, **given))["done"]

    async def seat(self, browser: Browser, position: int = 1) -> Any:
        """A seat as a browser sees it."""
        return (await browser.ask(MY_SEAT, order=self.order, position=position))["mySeat"]

    async def seats(self, browser: Browser) -> Any:
        """The seats of the order as a browser sees them."""
        return (await browser.ask(TICKETS, id=self.order))["order"]["seats"]


TYPES = {
    "commandId": "UUID!",
    "orderId": "UUID!",
    "position": "Int!",
    "secret": "String!",
    "attendee": "PersonInput!",
    "firstName": "String!",
    "lastName": "String!",
}
SHOWN = f"__typename ... on SeatShown {{ mySeat {SEAT} position }}"
RETURNS = {
    "openSeat": SHOWN,
    "takeSeat": SHOWN,
    "correctMyName": SHOWN,
    "openTransfer": "... on SeatToTake { seatType conference { slug } }",
    "resendTicket": "... on OrderChanged { order { id } }",
}


@pytest.fixture
async def booked(sqlite_url: str) -> AsyncIterator[Booked]:
    async with open_house(sqlite_url) as house:
        sold, registrant = await house.on_sale({"GA": (0, 10)}), house.browser()
        placed = await registrant.place(sold.id, {sold.types["GA"]: 2})
        id = UUID(placed["order"]["id"])
        await registrant.order("enterDetails", id, registrant=ADA)
        await house.engine.until(ORDERS, id, lambda row: bool(row and row.seats), timeout=10)
        await registrant.order("assignSeat", id, position=1, attendee=JON)
        yield Booked(house, sold, registrant, id)


async def test_a_seat_s_link_shows_that_seat_and_nothing_of_the_order(booked: Booked) -> None:
    jon = booked.house.browser()
    assert await booked.seat(jon) is None
    shown = (await booked.do(jon, "openSeat", secret=booked.secret(1)))["mySeat"]
    assert shown == await booked.seat(jon) | {"position": shown["position"]}
    assert shown["seat"]["attendee"] == JON
    assert (shown["conference"]["name"], shown["stale"]) == ("CQRS Days", False)
    key = Tickets(SECRETS).public_key
    assert verify(key, booked.sold.id, shown["seat"]["ticket"]["token"]) == Ticket(booked.order, 1, 1)
    assert shown["seat"]["ticket"]["picture"].startswith("data:image/svg+xml")
    assert await booked.seat(jon, 2) is None
    assert (await jon.ask(TICKETS, id=booked.order))["order"] is None


async def test_a_wrong_link_opens_nothing_and_guesses_have_to_wait(booked: Booked) -> None:
    jon = booked.house.browser()
    for wrong in (booked.secret(0), booked.secret(2), booked.secret(1, position=2), "seat_", ""):
        assert (await booked.do(jon, "openSeat", secret=wrong))["code"] == "WRONG_SEAT_LINK"
    assert (await booked.do(jon, "openSeat", secret=booked.secret(1)))["__typename"] == "TooManyTries"
    other = await booked.do(jon, "openSeat", orderId=uuid4(), secret=booked.secret(1))
    assert other["code"] == "WRONG_SEAT_LINK"


async def test_a_transfer_link_is_no_seat_link_and_the_other_way_round(booked: Booked) -> None:
    jon, transfer = booked.house.browser(), SECRETS.transfer_secret(booked.order, 1, 1)
    assert (await booked.do(jon, "openSeat", secret=transfer))["code"] == "WRONG_SEAT_LINK"
    taken = await booked.do(jon, "takeSeat", secret=booked.secret(1), attendee=JON)
    assert taken["code"] == "WRONG_SEAT_LINK"


async def test_a_seat_is_over_for_whom_it_was_given_to_before(booked: Booked) -> None:
    jon = booked.house.browser()
    await booked.do(jon, "openSeat", secret=booked.secret(1))
    await booked.registrant.order("assignSeat", booked.order, position=1, attendee=ADA)
    assert await booked.seat(jon) is None
    assert (await booked.do(jon, "correctMyName", firstName="Jon", lastName="Again"))["code"] == "NOT_ALLOWED"
    assert (await booked.do(jon, "openSeat", secret=booked.secret(1)))["code"] == "WRONG_SEAT_LINK"
    assert (await booked.do(jon, "openSeat", secret=booked.secret(2)))["__typename"] == "SeatShown"


async def test_whoever_has_the_transfer_link_takes_the_seat_over_once(booked: Booked) -> None:
    jon, eve = booked.house.browser(), booked.house.browser()
    path = (await booked.do(jon, "openSeat", secret=booked.secret(1)))["mySeat"]["seat"]["transferPath"]
    where, _, secret = path.partition("#")
    assert where == f"/t/{booked.order}/1"
    assert path == (await booked.seats(booked.registrant))[0]["transferPath"]
    offered = await booked.do(eve, "openTransfer", secret=secret)
    assert offered == {"__typename": "SeatToTake", "seatType": "GA", "conference": {"slug": "cqrs-days"}}
    assert (await booked.do(eve, "takeSeat", secret=secret, attendee=ADA | {"lastName": ""}))["errors"]
    said = {"commandId": uuid4(), "secret": secret, "attendee": ADA}
    taken = await booked.do(eve, "takeSeat", **said)
    assert taken["mySeat"]["seat"]["attendee"] == ADA
    assert await booked.do(eve, "takeSeat", **said) == taken  # a lost answer is asked for again
    assert await booked.seat(jon) is None
    for late in (jon, booked.house.browser()):
        again = await booked.do(late, "takeSeat", secret=secret, attendee=JON)
        assert again["code"] == "SEAT_HAS_CHANGED_HANDS"
    assert (await booked.do(jon, "openTransfer", secret=secret))["code"] == "SEAT_HAS_CHANGED_HANDS"
    assert (await booked.seat(eve))["seat"]["transferPath"] != path


async def test_who_sits_there_corrects_their_own_name(booked: Booked) -> None:
    jon = booked.house.browser()
    assert (await booked.do(jon, "correctMyName", firstName="J", lastName="J"))["code"] == "NOT_ALLOWED"
    await booked.do(jon, "openSeat", secret=booked.secret(1))
    said = {"commandId": uuid4(), "firstName": "Jonathan", "lastName": "Jaffe"}
    corrected = await booked.do(jon, "correctMyName", **said)
    assert corrected["mySeat"]["seat"]["attendee"] == JON | {"firstName": "Jonathan", "lastName": "Jaffe"}
    assert (await booked.do(jon, "correctMyName", **said))["__typename"] == "SeatShown"
    assert (await booked.do(jon, "correctMyName", firstName="", lastName="J"))["errors"][0]["field"] == "firstName"


async def test_tickets_and_transfer_links_are_the_registrant_s_and_not_the_organizer_s(booked: Booked) -> None:
    first, second = await booked.seats(booked.registrant)
    assert first["ticket"]["token"] != second["ticket"]["token"]
    assert second["transferPath"].startswith(f"/t/{booked.order}/2#pass_")
    for seat in await booked.seats(booked.sold.organizer):
        assert (seat["ticket"], seat["transferPath"]) == (None, None)


async def test_a_ticket_is_sent_again_by_registrant_and_organizer(booked: Booked) -> None:
    for browser in (booked.registrant, booked.sold.organizer):
        booked.house.clock.advance(timedelta(minutes=1))
        assert (await booked.do(browser, "resendTicket"))["__typename"] == "OrderChanged"
        assert (await booked.do(browser, "resendTicket"))["code"] == "TICKET_JUST_RESENT"
        assert (await booked.do(browser, "resendTicket", position=2))["code"] == "SEAT_IS_NOBODYS"
    jon = booked.house.browser()
    await booked.do(jon, "openSeat", secret=booked.secret(1))
    assert (await booked.do(jon, "resendTicket"))["code"] == "NOT_ALLOWED"
    answers = [(await booked.do(booked.registrant, "resendTicket"))["__typename"] for _ in range(60)]
    assert answers[-1] == "TooManyTries"


async def test_a_seat_is_watched_until_it_changes_hands(booked: Booked) -> None:
    jon = booked.house.browser()
    watched = "subscription($id: UUID!) { mySeat(order: $id, position: 1) { seat { attendee { firstName } } } }"
    async with watching(booked.house, jon, watched, booked.order) as pushed:
        assert (await anext(pushed)).errors[0].extensions == {"code": "NOT_ALLOWED"}
    await booked.do(jon, "openSeat", secret=booked.secret(1))
    async with watching(booked.house, jon, watched, booked.order) as pushed:
        assert await until(pushed, "mySeat", lambda seen: True) == {"seat": {"attendee": {"firstName": "Jon"}}}
        await booked.do(jon, "correctMyName", firstName="Jonathan", lastName="Jaffe")
        await until(pushed, "mySeat", lambda seen: seen["seat"]["attendee"]["firstName"] == "Jonathan")
        await booked.registrant.order("unassignSeat", booked.order, position=1)
        await until(pushed, "mySeat", lambda seen: seen is None)
        with pytest.raises(StopAsyncIteration):
            await anext(pushed)
