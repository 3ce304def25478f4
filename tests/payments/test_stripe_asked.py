"""How Stripe is asked: under which keys, for what, and what its answers mean."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest

from plenary.payments.gateways.protocol import Abandoned, Denied, Paid, Unreachable
from plenary.payments.gateways.stripe import Stripe
from plenary.payments.payment import Refund
from plenary.payments.payment_messages import PaymentInitiated
from tests.house import NOON
from tests.payments.test_stripe import SECRET, SHOP


@dataclass
class Asked:
    """A Stripe that answers what a test wants, and remembers the questions."""

    answers: list[httpx.Response | Exception]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    """An engine, as far as this gateway needs one."""

    def now(self) -> Any:
        return NOON


BILL = PaymentInitiated(UUID(int=1), UUID(int=2), UUID(int=3), 24_900, "USD", "stripe")
REFUND = Refund(1, 5_000, "one seat less")


def stripe(*answers: httpx.Response | Exception) -> tuple[Stripe, list[httpx.Request]]:
    asked = Asked(list(answers))
    clock: Any = Clock()
    keys = ("sk_test_1", "pk_test_1", SECRET, "https://api.stripe.com")
    return Stripe(clock, *keys, transport=httpx.MockTransport(asked)), asked.requests


def said(code: int = 200, /, **answer: Any) -> httpx.Response:
    return httpx.Response(code, json=answer)


def fields(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


async def test_an_intent_is_asked_for_under_the_payment_s_own_key() -> None:
    gateway, requests = stripe(said(id="pi_1", amount=24_900, currency="usd", client_secret="pi_1_secret"))
    assert (await gateway.begin(BILL)).client_secret == "pi_1_secret"
    (request,) = requests
    assert str(request.url) == "https://api.stripe.com/v1/payment_intents"
    assert request.headers["idempotency-key"] == str(BILL.payment_id)
    assert request.headers["authorization"] == "Bearer sk_test_1"
    assert request.headers["stripe-version"]
    assert fields(request) == {
        "amount": "24900",
        "currency": "usd",
        "metadata[payment]": str(BILL.payment_id),
        "metadata[order]": str(BILL.order_id),
    }


async def test_a_currency_of_which_stripe_counts_hundredths_is_counted_in_them() -> None:
    gateway, requests = stripe(said(id="pi_1", amount=500_000, currency="isk"))
    await gateway.begin(replace(BILL, amount=5_000, currency="ISK"))
    assert fields(requests[0])["amount"] == "500000"
    gateway, _ = stripe(
        said(id="pi_1", amount=500_000, currency="isk", status="succeeded", metadata={"payment": str(UUID(int=1))})
    )
    word = await gateway.look("pi_1")
    assert isinstance(word, Paid)
    assert (word.amount, word.currency) == (5_000, "ISK")


async def test_a_refund_is_asked_for_under_a_key_of_payment_number_and_failures() -> None:
    gateway, requests = stripe(said(data=[]), said(id="re_1", status="succeeded"))
    assert await gateway.refund(BILL, "pi_1", replace(REFUND, failures=2)) == "re_1"
    assert requests[1].headers["idempotency-key"] == f"{BILL.payment_id}:1:2"
    assert fields(requests[1]) == {
        "payment_intent": "pi_1",
        "amount": "5000",
        "metadata[payment]": str(BILL.payment_id),
        "metadata[number]": "1",
    }


async def test_a_refund_that_stripe_has_already_is_not_asked_for_again() -> None:
    mine = {"payment": str(BILL.payment_id), "number": "1"}
    others = [
        {"id": "re_1", "status": "failed", "metadata": mine},
        {"id": "re_2", "status": "succeeded", "metadata": mine | {"number": "2"}},
        {"id": "re_3", "status": "succeeded", "metadata": None},
    ]
    gateway, requests = stripe(said(data=[*others, {"id": "re_4", "status": "pending", "metadata": mine}]))
    assert await gateway.refund(BILL, "pi_1", REFUND) == "re_4"
    assert len(requests) == 1
    gateway, requests = stripe(said(data=others), said(id="re_5", status="pending"))
    assert await gateway.refund(BILL, "pi_1", REFUND) == "re_5"


@pytest.mark.parametrize(
    "silence",
    [httpx.ConnectError("no"), httpx.ReadTimeout("no"), *(httpx.Response(n) for n in (401, 403, 409, 429, 500, 503))],
    ids=str,
)
async def test_what_may_pass_is_asked_again_later(silence: httpx.Response | Exception) -> None:
    gateway, _ = stripe(silence)
    with pytest.raises(Unreachable):
        await gateway.refund(BILL, "pi_1", REFUND)


@pytest.mark.parametrize(
    "no",
    [
        said(400, error={"message": "Charge ch_1 has already been refunded.", "code": "charge_already_refunded"}),
        said(404, error={"message": "No such payment_intent."}),
        said(402, error={}),
        httpx.Response(400, text="<html>"),
        said(id="re_1", status="failed", failure_reason="lost_or_stolen_card"),
        said(id="re_1", status="canceled"),
    ],
    ids=lambda answer: str(answer.status_code),
)
async def test_a_no_is_the_organizer_s(no: httpx.Response) -> None:
    gateway, _ = stripe(said(data=[]), no)
    with pytest.raises(Denied, match=r"."):
        await gateway.refund(BILL, "pi_1", REFUND)


async def test_a_payment_is_called_off_or_turns_out_to_be_made() -> None:
    gateway, requests = stripe()
    assert await gateway.call_off(BILL, None) is None
    gateway, requests = stripe(said(id="pi_1", status="canceled"))
    assert await gateway.call_off(BILL, "pi_1") == Abandoned(BILL.payment_id, "pi_1")
    assert requests[0].url.path == "/v1/payment_intents/pi_1/cancel"
    intent = {"id": "pi_1", "amount": 24_900, "currency": "usd", "metadata": {"payment": str(BILL.payment_id)}}
    charge = {"created": int(NOON.timestamp()), "id": "ch_1"}
    made = said(**intent, status="succeeded", latest_charge=charge)
    gateway, _ = stripe(said(400, error={"message": "too late"}), made)
    assert await gateway.call_off(BILL, "pi_1") == Paid(BILL.payment_id, 24_900, "USD", NOON, "pi_1")
    gateway, _ = stripe(said(400, error={"message": "no"}), said(404, error={"message": "none"}))
    with pytest.raises(Unreachable):
        await gateway.call_off(BILL, "pi_1")


def test_keys_are_not_shown() -> None:
    gateway, _ = stripe()
    assert "sk_test_1" not in repr(gateway)
    assert SECRET not in repr(gateway)
    assert "sk_test_12345678" not in repr(SHOP)
    assert SECRET not in repr(SHOP)
