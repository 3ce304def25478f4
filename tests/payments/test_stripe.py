"""Stripe's word: believed when it is signed, about our account and this very payment; and how Stripe is asked."""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from plenary.engine.answers import Accepted
from plenary.payments.payment import PAYMENT, Cancelled, Completed, Initiated, Rejected
from plenary.payments.payment_messages import (
    CompletePayment,
    CompleteRefund,
    FailRefund,
    InitiatePayment,
    NotePayment,
    RefundPayment,
)
from plenary.settings import Settings
from tests.house import NOON, SETTINGS, House, open_house

SECRET = "whsec_a_secret_for_tests"
KEYS: dict[str, Any] = {
    "stripe_secret": "sk_test_12345678",
    "stripe_publishable": "pk_test_12345678",
    "stripe_webhook_secret": SECRET,
    "stripe_url": "http://127.0.0.1:9",
}
SHOP: Settings = replace(SETTINGS, gateway=("stripe", "test"), **KEYS)


def signed(body: bytes, secret: str = SECRET, late: int = 0, more: str = "") -> dict[str, str]:
    """The header that Stripe would send with this."""
    t = int(NOON.timestamp()) + late
    v1 = hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={t},{more}v1={v1},v0=whatever"}


@dataclass
class Till:
    """A house with a payment of $249 that waits at Stripe as pi_1."""

    house: House
    payment_id: UUID = field(default_factory=uuid4)

    async def send(self, *commands: Any) -> None:
        for command in commands:
            assert isinstance(await self.house.engine.send(command, id=uuid4(), sender="test"), Accepted)

    async def initiate(self, gateway: str = "stripe") -> UUID:
        payment_id = uuid4()
        await self.send(InitiatePayment(payment_id, uuid4(), uuid4(), 24_900, "USD", gateway))
        return payment_id

    async def payment(self, payment_id: UUID | None = None) -> Any:
        return (await self.house.engine.state(PAYMENT, payment_id or self.payment_id, fresh=True))[0]

    def event(self, type: str, about: dict[str, Any] | None = None, **changes: Any) -> bytes:
        """What Stripe says."""
        intent = {"id": "pi_1", "amount": 24_900, "currency": "usd", "metadata": {"payment": str(self.payment_id)}}
        said = {"id": "evt_1", "type": type, "created": int(NOON.timestamp()) - 60, "livemode": False}
        return json.dumps(said | {"data": {"object": intent | (about or {})}} | changes).encode()

    async def hears(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """How the webhook answers."""
        answer = await self.house.browser().http.post(
            "/webhooks/stripe", content=body, headers=signed(body) if headers is None else headers
        )
        return answer.status_code, answer.json().get("heard")


@pytest.fixture
async def till(sqlite_url: str) -> AsyncIterator[Till]:
    async with open_house(sqlite_url, SHOP) as house:
        till = Till(house)
        till.payment_id = await till.initiate()
        await till.send(NotePayment(till.payment_id, "pi_1"))
        yield till


async def test_a_signed_success_completes_the_payment_at_stripe_s_time_once(till: Till) -> None:
    said = till.event("payment_intent.succeeded")
    assert await till.hears(said) == (200, True)
    assert await till.hears(said) == (200, True)
    again = till.event("payment_intent.succeeded", created=int(NOON.timestamp()), id="evt_2")
    assert await till.hears(again) == (200, True)
    events = await till.house.engine.log.stream(f"payment-{till.payment_id}")
    assert [event.type for event in events] == ["PaymentInitiated", "PaymentNoted", "PaymentCompleted"]
    assert f"{NOON - timedelta(seconds=60):%Y-%m-%dT%H:%M:%S}" in events[2].data


async def test_what_comes_out_of_order_ends_the_same(till: Till) -> None:
    for kind in ("payment_failed", "succeeded", "canceled", "payment_failed"):
        assert (await till.hears(till.event(f"payment_intent.{kind}")))[0] == 200
    assert isinstance(await till.payment(), Completed)


@pytest.mark.parametrize(("kind", "state"), [("payment_failed", Rejected), ("canceled", Cancelled)])
async def test_a_payment_that_came_to_nothing_is_over(till: Till, kind: str, state: type) -> None:
    assert await till.hears(till.event(f"payment_intent.{kind}")) == (200, True)
    assert isinstance(await till.payment(), state)


async def test_what_stripe_did_not_sign_just_now_is_refused(till: Till) -> None:
    said = till.event("payment_intent.succeeded")
    header = signed(said)["stripe-signature"]
    wrong: list[dict[str, str]] = [
        {},
        {"stripe-signature": ""},
        {"stripe-signature": "t=1,v1="},
        {"stripe-signature": header.replace("v1=", "v0=")},
        {"stripe-signature": header + ",t=1"},
        {"stripe-signature": header.replace("v1=", "v1=" + "0" * 64 + ",v2=")},
        signed(said, secret="whsec_another_secret"),
        signed(said, late=-301),
        signed(said, late=301),
        signed(said + b" "),
    ]
    for headers in wrong:
        assert (await till.hears(said, headers))[0] == 400, headers
    for body in (b"", b"[]", b"{}", till.event("payment_intent.succeeded", {"amount": "much"})):
        assert (await till.hears(body))[0] == 400, body
    assert isinstance(await till.payment(), Initiated)


async def test_while_a_secret_is_changed_either_signature_counts(till: Till) -> None:
    said = till.event("payment_intent.succeeded")
    assert await till.hears(said, signed(said, more=f"v1={'0' * 64},")) == (200, True)


async def test_what_is_not_about_this_payment_is_heard_out_and_changes_nothing(
    till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere, unnoted = await till.initiate("test"), await till.initiate()
    ok = "payment_intent.succeeded"
    nothing = [
        till.event("customer.created"),
        till.event("payment_intent.created"),
        till.event(ok, account="acct_of_somebody_else"),
        till.event(ok, livemode=True),
        till.event(ok, {"metadata": {}}),
        till.event(ok, {"metadata": {"payment": "no id"}}),
        till.event(ok, {"metadata": {"payment": str(uuid4())}}),
        till.event(ok, {"metadata": {"payment": str(elsewhere)}}),
        till.event(ok, {"amount": 1}),
        till.event(ok, {"currency": "eur"}),
        till.event(ok, {"id": "pi_2"}),
        till.event("payment_intent.canceled", {"id": "pi_2"}),
        till.event("charge.refunded", {"created": 1, "metadata": {}}),
        till.event("refund.failed", {"metadata": {"payment": str(till.payment_id)}}),
    ]
    with caplog.at_level(logging.WARNING):
        for said in nothing:
            assert await till.hears(said) == (200, False), said
    assert sum("another reference or amount" in line for line in caplog.messages) == 4
    for payment_id in (till.payment_id, elsewhere, unnoted):
        assert isinstance(await till.payment(payment_id), Initiated)
    first = till.event(ok, {"id": "pi_9", "metadata": {"payment": str(unnoted)}})
    assert await till.hears(first) == (200, True), "noting it may have failed, its metadata is ours all the same"
    assert isinstance(await till.payment(unnoted), Completed)


async def test_a_refund_that_was_made_by_hand_at_stripe_settles_what_failed(till: Till) -> None:
    here = till.payment_id
    await till.send(
        CompletePayment(here, NOON, "pi_1"),
        RefundPayment(here, 5_000, "one seat less", 1),
        RefundPayment(here, 10_000, "two seats less", 2),
        RefundPayment(here, 1_000, "one badge less", 3),
        CompleteRefund(here, 1, "re_1"),
        FailRefund(here, 2, "no money"),
        FailRefund(here, 3, "no money"),
    )
    charge = {"id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 5_000, "created": 1}
    assert (await till.hears(till.event("charge.refunded", charge)))[0] == 200
    assert [refund.state for refund in (await till.payment()).refunds] == ["completed", "failed", "failed"]
    for _ in range(2):
        assert (await till.hears(till.event("charge.refunded", charge | {"amount_refunded": 16_000})))[0] == 200
    assert [refund.state for refund in (await till.payment()).refunds] == ["completed"] * 3


async def test_a_refund_that_does_not_arrive_after_all_is_doubted(till: Till) -> None:
    here = till.payment_id
    await till.send(
        CompletePayment(here, NOON, "pi_1"),
        RefundPayment(here, 5_000, "one seat less", 1),
        CompleteRefund(here, 1, "re_1"),
    )
    mine = {"id": "re_1", "payment_intent": "pi_1", "metadata": {"payment": str(here), "number": "1"}}
    for about in (
        {"status": "succeeded"},
        {"status": "failed", "id": "re_2"},
        {"status": "failed", "payment_intent": "pi_2"},
    ):
        assert (await till.hears(till.event("refund.updated", mine | about)))[0] == 200
    assert (await till.payment()).refunds[0].state == "completed"
    assert await till.hears(till.event("refund.failed", mine | {"status": "failed"})) == (200, True)
    assert (await till.payment()).refunds[0].state == "failed"
