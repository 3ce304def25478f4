"""Our page where an order is paid at Stripe: the amount, and Stripe's own fields, which tell Stripe only."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final
from uuid import uuid5

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from plenary.access.origins import is_foreign
from plenary.amounts import money
from plenary.conferences.conference import CONFERENCE
from plenary.engine.engine import Engine
from plenary.payments.gateways.pages import awaited, style
from plenary.payments.gateways.protocol import Denied, Unreachable, believe
from plenary.payments.gateways.stripe import Intent, Stripe
from plenary.payments.payment import PAYMENT, Completed, Initiated
from plenary.payments.payment_messages import CancelPayment, NotePayment, PaymentInitiated

SCRIPT: Final = Path(__file__).with_name("stripe.js")
PLACE: Final = "/gateway/stripe/"
HEADERS: Final[Mapping[str, str]] = {
    # What Stripe.js needs, and no more: its script, its frames (also those of banks), and its API.
    "content-security-policy": "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: https://*.stripe.com; "
    "connect-src 'self' https://api.stripe.com https://*.stripe.com; "
    "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "permissions-policy": 'camera=(), geolocation=(), microphone=(), payment=(self "https://js.stripe.com"), usb=()',
    "cross-origin-opener-policy": "same-origin-allow-popups",
    "referrer-policy": "strict-origin",
}
"""Instead of the house's own, for the pages under `PLACE`."""


def routes(engine: Engine, stripe: Stripe, url: str) -> list[Route]:
    """The pages; `url` is this server's address, to which Stripe sends the buyer back."""

    async def show(request: Request) -> Response:
        payment = await awaited(engine, request.path_params["payment_id"])
        if payment is None or payment.bill.gateway != stripe.name:
            return _page(
                "No such payment", "<h1>No such payment</h1><p>Go back to your order and start again.</p>", 404
            )
        if not isinstance(payment, Initiated):
            return _back(payment.bill)
        try:
            intent = await _intent(payment)
        except (Unreachable, Denied) as why:
            said = "Stripe cannot be reached at the moment. Please reload this page."
            text = escape(said if isinstance(why, Unreachable) else str(why))
            return _page("Not now", f"<h1>Not now</h1><p>{text}</p>{_link(payment.bill)}", 503)
        if intent.status in ("succeeded", "canceled", "processing"):
            return await _ask(payment.bill, intent.id)
        conference, _ = await engine.state(CONFERENCE, payment.bill.conference_id)
        return _form(payment.bill, conference.details.name if conference else "a conference", intent)

    async def _intent(payment: Initiated) -> Intent:
        """The payment's intent: made on first sight, and noted, so that no other can stand in for it."""
        bill = payment.bill
        if payment.reference is None:
            made = await stripe.begin(bill)
            note = NotePayment(bill.payment_id, made.id)
            await engine.send(note, id=uuid5(bill.payment_id, f"note {made.id}"), sender="gateway:stripe")
            now, _ = await engine.state(PAYMENT, bill.payment_id, fresh=True)
            if now is None or now.reference in (None, made.id):
                return made
            payment = Initiated(bill, now.reference)
        assert payment.reference is not None
        return await stripe.find(payment.reference)

    async def back(request: Request) -> Response:
        payment, _ = await engine.state(PAYMENT, request.path_params["payment_id"], fresh=True)
        if payment is None or payment.bill.gateway != stripe.name:
            return RedirectResponse("/", 303)
        if isinstance(payment, Completed) or payment.reference is None:
            return _back(payment.bill)
        return await _ask(payment.bill, payment.reference)

    async def _ask(bill: PaymentInitiated, reference: str) -> Response:
        """Look how the payment stands, in case the webhook is late or lost, and go on to the order."""
        try:
            if word := await stripe.look(reference):
                await believe(engine, stripe.name, word)
        except (Unreachable, Denied):
            pass  # then the webhook tells
        return _back(bill)

    async def leave(request: Request) -> Response:
        payment, _ = await engine.state(PAYMENT, request.path_params["payment_id"], fresh=True)
        if is_foreign(request.headers) or payment is None or payment.bill.gateway != stripe.name:
            return _page("Not from here", "<h1>This can only be decided on the page itself.</h1>", 403)
        cancel = CancelPayment(payment.bill.payment_id)
        await engine.send(cancel, id=uuid5(payment.bill.payment_id, "left"), sender="gateway:stripe")
        return _back(payment.bill)

    async def script(_request: Request) -> Response:
        return Response(SCRIPT.read_bytes(), media_type="text/javascript", headers={"cache-control": "max-age=3600"})

    def _form(bill: PaymentInitiated, conference: str, intent: Intent) -> Response:
        amount, here = escape(money(bill.amount, bill.currency)), f"{PLACE}{bill.payment_id}"
        data = {"key": stripe.publishable, "secret": intent.client_secret or "", "back": f"{url}{here}/back"}
        body = f"""
      <p class="label">To pay</p>
      <h1>{amount}</h1>
      <p class="to">{escape(conference)}</p>
      <form id="pay">
        <div id="element"></div>
        <noscript><p>Paying by card needs JavaScript, which this browser does not run.</p></noscript>
        <p id="problem" role="alert"></p>
        <button class="accept" disabled>Pay {amount}</button>
      </form>
      <form method="post" action="{here}/leave"><button class="plain">Go back without paying</button></form>
      <p class="note">Your card’s details go from this page to Stripe only.</p>"""
        return _page("Payment", body, data=data)

    return [
        Route("/gateway/pages.css", style),
        Route("/gateway/stripe.js", script),
        Route(f"{PLACE}{{payment_id:uuid}}", show),
        Route(f"{PLACE}{{payment_id:uuid}}/back", back),
        Route(f"{PLACE}{{payment_id:uuid}}/leave", leave, methods=["POST"]),
    ]


def _back(bill: PaymentInitiated) -> Response:
    return RedirectResponse(f"/o/{bill.order_id}?from=payment", 303)


def _link(bill: PaymentInitiated) -> str:
    return f'<p><a href="/o/{bill.order_id}">Back to your order</a></p>'


def _page(title: str, body: str, status: int = 200, data: Mapping[str, str] | None = None) -> Response:
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in (data or {}).items())
    scripts = '<script src="https://js.stripe.com/v3/" defer></script><script src="/gateway/stripe.js" defer></script>'
    html = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="color-scheme" content="light dark">
    <title>{escape(title)}</title>
    <link rel="stylesheet" href="/gateway/pages.css">
    {scripts if data else ""}
  </head>
  <body>
    <main{attributes}>{body}
    </main>
  </body>
</html>
"""
    return HTMLResponse(html, status, {"cache-control": "no-store"})
