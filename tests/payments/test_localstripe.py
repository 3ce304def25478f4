"""Orders paid at a Stripe: intents, cards, signed webhooks and refunds, as they go over the wire."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.driver import Driver
from tests.acceptance.served import Served
from tests.payments.conftest import CARD, DECLINED, Buyer, at_stripe


@dataclass
class Sale:
    """An order that waits to be paid at Stripe."""

    served: Served
    people: Driver
    buyer: Buyer

    async def page(self) -> tuple[str, str]:
        """The page for paying, and the intent that it shows."""
        found = await self.people.line.person("R1").get(self.people.orders["R1"]["pay_at"])
        assert found.status_code == 200, found.text
        secret = re.search(r'data-secret="([^"]+)"', found.text)
        assert secret, found.text
        return found.text, html.unescape(secret[1]).partition("_secret_")[0]

    async def becomes(self, **wanted: str) -> Any:
        """The order as soon as it is so, by its page's live view."""
        live = await self.people.watch_order("R1")
        return await live.shows(lambda order: all(order[name] == value for name, value in wanted.items()), 10.0)


@pytest.fixture
async def sale(shop: Served, stripe_url: str) -> AsyncIterator[Sale]:
    people = shop.driver()
    await people.create_conference("organizer")
    await people.add_seat_type("organizer", name="GA", price=24_900, quota=1)
    await people.publish("organizer")
    await people.place_order("R1", {"GA": 1})
    await people.enter_details("R1")
    started = await people.start_payment("R1")
    assert started["payment"] == "initiated", started
    async with at_stripe(stripe_url) as buyer:
        yield Sale(shop, people, buyer)
    await people.close()


async def test_a_card_pays_the_order(sale: Sale) -> None:
    page, intent = await sale.page()
    assert "249.00" in page
    assert (await sale.page())[1] == intent, "looking again makes no other intent"
    known = await sale.buyer.ask(f"/v1/payment_intents/{intent}")
    assert (known["amount"], known["currency"]) == (24_900, "usd")
    assert known["metadata"]["order"] == sale.people.orders["R1"]["id"]
    await sale.buyer.confirm(intent, CARD)
    assert (await sale.becomes(state="confirmed"))["payment"] == "completed"


async def test_a_declined_card_leaves_the_seats_held(sale: Sale) -> None:
    _, intent = await sale.page()
    await sale.buyer.confirm(intent, DECLINED)
    assert (await sale.becomes(payment="rejected"))["state"] == "held"
    await sale.people.start_payment("R1")
    _, other = await sale.page()
    assert other != intent
    await sale.buyer.confirm(other, CARD)
    assert (await sale.becomes(state="confirmed"))["payment"] == "completed"


async def test_who_comes_back_before_the_webhook_is_looked_up(sale: Sale) -> None:
    _, intent = await sale.page()
    await sale.buyer.http.post("/_config/webhooks/shop", json={"url": "http://127.0.0.1:9/", "secret": "lost"})
    await sale.buyer.confirm(intent, CARD)
    back = await sale.people.line.person("R1").get(sale.people.orders["R1"]["pay_at"] + "/back")
    assert back.status_code == 303
    assert back.headers["location"].endswith("?from=payment")
    assert (await sale.becomes(state="confirmed"))["payment"] == "completed"


async def test_a_webhook_that_is_lost_is_made_up_for_when_the_order_expires(sale: Sale) -> None:
    _, intent = await sale.page()
    await sale.buyer.http.post("/_config/webhooks/shop", json={"url": "http://127.0.0.1:9/", "secret": "lost"})
    await sale.buyer.confirm(intent, CARD)
    await sale.people.let_time_pass(by="16 min")
    assert (await sale.becomes(state="confirmed"))["payment"] == "completed"


async def test_money_that_comes_too_late_for_its_seats_goes_back(sale: Sale) -> None:
    _, intent = await sale.page()
    await sale.buyer.http.post("/_config/webhooks/shop", json={"url": "http://127.0.0.1:9/", "secret": "lost"})
    await sale.people.change_quota("organizer", seat_type="GA", quota=0)
    await sale.buyer.confirm(intent, CARD)
    await sale.people.let_time_pass(by="16 min")
    assert (await sale.becomes(payment="refunded"))["state"] == "refunded"
    (refund,) = (await sale.buyer.ask(f"/v1/refunds?payment_intent={intent}"))["data"]
    assert refund["amount"] == 24_900


async def test_a_payment_that_is_given_up_is_cancelled_there(sale: Sale) -> None:
    _, intent = await sale.page()
    assert (await sale.people.abandon_payment("R1"))["payment"] == "cancelled"
    await sale.served.at_rest()
    assert (await sale.buyer.ask(f"/v1/payment_intents/{intent}"))["status"] == "canceled"


async def test_the_page_lets_nothing_in_but_stripe(sale: Sale) -> None:
    client = sale.people.line.person("R1")
    page = await client.get(sale.people.orders["R1"]["pay_at"])
    policy = page.headers["content-security-policy"]
    assert "script-src 'self' https://js.stripe.com" in policy
    assert "default-src 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert "stripe" not in (await client.get("/")).headers["content-security-policy"]
    for name, kind in (("stripe.js", "text/javascript"), ("pages.css", "text/css")):
        file = await client.get(f"/gateway/{name}")
        assert (file.status_code, file.headers["content-type"].partition(";")[0]) == (200, kind)


async def test_who_leaves_the_page_has_not_paid_and_nobody_else_can_make_them_leave(sale: Sale) -> None:
    _, intent = await sale.page()
    client, leave = sale.people.line.person("R1"), sale.people.orders["R1"]["pay_at"] + "/leave"
    foreign = await client.post(leave, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    left = await client.post(leave)
    assert (left.status_code, left.headers["location"].partition("?")[2]) == (303, "from=payment")
    assert (await sale.becomes(payment="cancelled"))["state"] == "held"
    await sale.served.at_rest()
    assert (await sale.buyer.ask(f"/v1/payment_intents/{intent}"))["status"] == "canceled"
