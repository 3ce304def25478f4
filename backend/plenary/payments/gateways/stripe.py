"""Stripe: Payment Intents, the signed word of its webhook, and refunds, by plain HTTPS to one version of its API."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec

from plenary.engine.engine import Engine
from plenary.payments.gateways.protocol import (
    Abandoned,
    Declined,
    Denied,
    Disbelieved,
    GivenBack,
    Paid,
    RefundUndone,
    Unreachable,
    Word,
)
from plenary.payments.payment import Refund
from plenary.payments.payment_messages import PaymentInitiated

VERSION: Final = "2024-06-20"
"""Of Stripe's API, as this file speaks it. Without payment_method_types an intent takes what the account offers."""
HEADER: Final = "stripe-signature"
OLDEST: Final = 300
"""How many seconds old, or ahead of our clock, a message may be."""
TIMEOUT: Final = httpx.Timeout(10.0)
HUNDREDFOLD: Final = {"ISK": 100, "UGX": 100}
"""Currencies that have no minor unit, of which Stripe counts hundredths all the same."""
TLS: Final = httpx.create_ssl_context()


class Charge(msgspec.Struct):
    """A payment that was tried."""

    created: int
    payment_intent: str | None = None
    amount_refunded: int = 0
    currency: str = ""
    id: str = ""
    metadata: dict[str, str] = {}


class Intent(msgspec.Struct):
    """What is to be paid, and how that stands."""

    id: str
    amount: int
    currency: str
    status: str = ""
    client_secret: str | None = None
    metadata: dict[str, str] = {}
    latest_charge: Charge | str | None = None
    last_payment_error: dict[str, Any] | None = None


class Given(msgspec.Struct):
    """A refund."""

    id: str
    status: str | None = None
    metadata: dict[str, str] | None = None
    payment_intent: str | None = None
    failure_reason: str | None = None


class Listed(msgspec.Struct):
    """The refunds of an intent."""

    data: list[Given]


class About(msgspec.Struct):
    """What an event is about, still to be read."""

    object: msgspec.Raw


class Said(msgspec.Struct):
    """An event; `account` is set where it happened to somebody else's account, connected with ours."""

    id: str
    type: str
    created: int
    data: About
    livemode: bool = False
    account: str | None = None


class Problem(msgspec.Struct):
    """Why something was not done."""

    message: str = ""
    code: str | None = None


class Failure(msgspec.Struct):
    """An answer that says so."""

    error: Problem


@dataclass(frozen=True, slots=True)
class Stripe:
    """Our account there. `transport` is for tests."""

    engine: Engine
    secret: str = field(repr=False)
    publishable: str
    webhook_secret: str = field(repr=False)
    url: str
    transport: httpx.AsyncBaseTransport | None = field(default=None, repr=False)
    name: str = "stripe"
    insists: bool = True
    waits: bool = True

    # ---- asking

    async def begin(self, bill: PaymentInitiated) -> Intent:
        """The intent of a payment, the same one however often it is asked for. Raises `Unreachable` or `Denied`."""
        fields = {
            "amount": str(bill.amount * HUNDREDFOLD.get(bill.currency, 1)),
            "currency": bill.currency.lower(),
            "metadata[payment]": str(bill.payment_id),
            "metadata[order]": str(bill.order_id),
        }
        return msgspec.json.decode(await self._ask("/v1/payment_intents", fields, str(bill.payment_id)), type=Intent)

    async def find(self, reference: str) -> Intent:
        """An intent as it stands now, with its latest charge. Raises `Unreachable` or `Denied`."""
        found = await self._ask(f"/v1/payment_intents/{reference}?expand[]=latest_charge")
        return msgspec.json.decode(found, type=Intent)

    async def look(self, reference: str) -> Word | None:
        """What became of an intent; None while it can still be paid. Raises `Unreachable` or `Denied`."""
        intent = await self.find(reference)
        charge = intent.latest_charge
        at = datetime.fromtimestamp(charge.created, UTC) if isinstance(charge, Charge) else self.engine.now()
        match intent.status:
            case "succeeded":
                return _about(intent, "payment_intent.succeeded", at)
            case "canceled":
                return _about(intent, "payment_intent.canceled", at)
            case "requires_payment_method" if intent.last_payment_error:
                return _about(intent, "payment_intent.payment_failed", at)
            case _:
                return None

    async def call_off(self, bill: PaymentInitiated, reference: str | None) -> Word | None:
        """Cancel the intent, if there is one; where it is too late for that, what became of it."""
        if reference is None:
            return None
        try:
            await self._ask(f"/v1/payment_intents/{reference}/cancel", {}, f"{bill.payment_id}:cancel")
        except Denied:
            try:
                return await self.look(reference)
            except Denied as why:
                raise Unreachable(str(why)) from why
        return Abandoned(bill.payment_id, reference)

    async def refund(self, bill: PaymentInitiated, reference: str, refund: Refund) -> str:
        """Give a part back, once for each number, however often and late it is asked for."""
        # Stripe forgets keys after a day, and remembers refunds.
        listed = await self._ask(f"/v1/refunds?payment_intent={reference}&limit=100")
        mine = {"payment": str(bill.payment_id), "number": str(refund.number)}
        for one in msgspec.json.decode(listed, type=Listed).data:
            if mine.items() <= (one.metadata or {}).items() and one.status not in ("failed", "canceled"):
                return one.id
        fields = {
            "payment_intent": reference,
            "amount": str(refund.amount * HUNDREDFOLD.get(bill.currency, 1)),
            **{f"metadata[{name}]": value for name, value in mine.items()},
        }
        key = f"{bill.payment_id}:{refund.number}:{refund.failures}"
        done = msgspec.json.decode(await self._ask("/v1/refunds", fields, key), type=Given)
        if done.status in ("failed", "canceled"):
            raise Denied(done.failure_reason or "Stripe could not give it back.")
        return done.id

    async def _ask(self, path: str, fields: Mapping[str, str] | None = None, key: str | None = None) -> bytes:
        headers = {"authorization": f"Bearer {self.secret}", "stripe-version": VERSION}
        headers |= {"idempotency-key": key} if key else {}
        async with httpx.AsyncClient(transport=self.transport, verify=TLS, timeout=TIMEOUT, trust_env=False) as http:
            try:
                method = "GET" if fields is None else "POST"
                answer = await http.request(method, self.url + path, data=fields, headers=headers)
            except httpx.HTTPError as problem:
                raise Unreachable(type(problem).__name__) from problem
        if answer.is_success:
            return answer.content
        try:
            why = msgspec.json.decode(answer.content, type=Failure).error
        except msgspec.MsgspecError:
            why = Problem(f"HTTP {answer.status_code}")
        # A key that is not accepted is mended by an operator; until then everything waits.
        if answer.status_code in (401, 403, 409, 429) or answer.status_code >= 500:
            raise Unreachable(f"HTTP {answer.status_code} {why.code or ''}".strip())
        raise Denied(why.message[:200] or f"HTTP {answer.status_code}")

    # ---- hearing

    def verify(self, headers: Mapping[str, str], body: bytes) -> Word | None:
        """What an event says, if Stripe signed it just now. Raises `Disbelieved` otherwise."""
        _check(self.webhook_secret.encode(), headers.get(HEADER, ""), body, self.engine.now())
        try:
            said = msgspec.json.decode(body, type=Said)
            if said.account is not None or said.livemode != ("_live_" in self.secret):
                return None  # it happened to another account, or not for real
            return _word(said)
        except msgspec.MsgspecError as wrong:
            raise Disbelieved("The message cannot be read.") from wrong


def _word(said: Said) -> Word | None:
    at, about = datetime.fromtimestamp(said.created, UTC), said.data.object
    match said.type:
        case "payment_intent.succeeded" | "payment_intent.payment_failed" | "payment_intent.canceled":
            return _about(msgspec.json.decode(about, type=Intent), said.type, at)
        case "charge.refunded":
            charge = msgspec.json.decode(about, type=Charge)
            payment_id = _payment(charge.metadata)
            if payment_id is None or charge.payment_intent is None:
                return None
            amount = _minor(charge.amount_refunded, charge.currency.upper())
            return GivenBack(payment_id, amount, charge.payment_intent, charge.id)
        case "refund.failed" | "refund.updated" | "charge.refund.updated":
            refund = msgspec.json.decode(about, type=Given)
            payment_id, number = _payment(refund.metadata or {}), (refund.metadata or {}).get("number", "")
            if payment_id is None or refund.payment_intent is None or not re.fullmatch(r"\d{1,9}", number, re.ASCII):
                return None
            if refund.status not in ("failed", "canceled"):
                return None
            why = refund.failure_reason or "Stripe could not give it back."
            return RefundUndone(payment_id, int(number), refund.payment_intent, refund.id, why)
        case _:
            return None


def _about(intent: Intent, what: str, at: datetime) -> Word | None:
    """What an event of an intent says; nothing where it is not one of ours."""
    payment_id, currency = _payment(intent.metadata), intent.currency.upper()
    if payment_id is None:
        return None
    match what:
        case "payment_intent.succeeded":
            return Paid(payment_id, _minor(intent.amount, currency), currency, at, intent.id)
        case "payment_intent.canceled":
            return Abandoned(payment_id, intent.id)
        case _:
            return Declined(payment_id, intent.id)


def _payment(metadata: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(metadata.get("payment", ""))
    except ValueError:
        return None


def _minor(amount: int, currency: str) -> int:
    """Stripe's amount in our minor units; one that is none in ours is nobody's."""
    whole, rest = divmod(amount, HUNDREDFOLD.get(currency, 1))
    return -1 if rest else whole


def _check(secret: bytes, header: str, body: bytes, now: datetime) -> None:
    """Raises `Disbelieved` unless one of the header's signatures is right and young; a new secret overlaps the old."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in parts if name.strip() == "t"]
    if len(times) != 1 or not re.fullmatch(r"\d{1,12}", times[0], re.ASCII):
        raise Disbelieved("The message is not signed.")
    right = hmac.new(secret, f"{times[0]}.".encode() + body, hashlib.sha256).hexdigest().encode()
    signatures = [value for name, value in parts if name.strip() == "v1"]
    if not any(hmac.compare_digest(right, one.encode(errors="replace")) for one in signatures):
        raise Disbelieved("The message was not signed by Stripe.")
    if abs(now.timestamp() - int(times[0])) > OLDEST:
        raise Disbelieved("The message is too old.")
