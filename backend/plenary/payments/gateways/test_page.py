"""The test gateway's page: what is to be paid, to whom, and three buttons. Plain HTML, no script, any screen."""

from html import escape
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from plenary.access.origins import is_foreign
from plenary.amounts import money
from plenary.conferences.conference import CONFERENCE
from plenary.engine.answers import Busy
from plenary.engine.engine import Engine
from plenary.payments.gateways.pages import awaited, style
from plenary.payments.gateways.protocol import hear
from plenary.payments.gateways.test import TestGateway
from plenary.payments.payment import Initiated
from plenary.payments.payment_messages import PaymentInitiated

CHOICES: Final = {"accept": "paid", "reject": "declined", "abandon": "abandoned"}


def routes(engine: Engine, gateway: TestGateway) -> list[Route]:
    """The gateway's own pages."""

    async def show(request: Request) -> Response:
        payment = await awaited(engine, request.path_params["payment_id"])
        if payment is None:
            return _unknown()
        bill = payment.bill
        if not isinstance(payment, Initiated):
            return _page("Already decided", f"<h1>Already decided</h1><p>{type(payment).__name__}.</p>{_back(bill)}")
        conference, _ = await engine.state(CONFERENCE, bill.conference_id)
        return _page("Test payment", _decision(bill, conference.details.name if conference else "a conference"))

    async def decide(request: Request) -> Response:
        if is_foreign(request.headers):
            return _page("Not from here", "<h1>This can only be decided on the page itself.</h1>", 403)
        form = parse_qs((await request.body()).decode(errors="replace"))
        payment = await awaited(engine, request.path_params["payment_id"])
        result = CHOICES.get(form.get("choice", [""])[0])
        if payment is None or result is None:
            return _unknown()
        bill = payment.bill
        said = gateway.message(bill.payment_id, result, bill.amount, bill.currency)
        if isinstance(await hear(engine, gateway, *said), Busy):
            return _page("One moment", f"<h1>One moment</h1><p>{Busy.text}</p>{_back(bill)}", 503)
        return RedirectResponse(f"/o/{bill.order_id}?from=payment", 303)

    return [
        Route("/gateway/pages.css", style),
        Route("/gateway/test/{payment_id:uuid}", show),
        Route("/gateway/test/{payment_id:uuid}", decide, methods=["POST"]),
    ]


def _unknown() -> Response:
    return _page("No such payment", "<h1>No such payment</h1><p>Go back to your order and start again.</p>", 404)


def _decision(bill: PaymentInitiated, conference: str) -> str:
    amount = escape(money(bill.amount, bill.currency))
    return f"""
      <p class="label">To pay</p>
      <h1>{amount}</h1>
      <p class="to">{escape(conference)}</p>
      <p class="note">No money moves here. Choose what a bank would have said.</p>
      <form method="post">
        <button class="accept" name="choice" value="accept">Accept {amount}</button>
        <button class="reject" name="choice" value="reject">Reject the card</button>
        <button class="plain" name="choice" value="abandon">Go back without paying</button>
      </form>"""


def _back(bill: PaymentInitiated) -> str:
    return f'<p><a href="/o/{bill.order_id}">Back to your order</a></p>'


def _page(title: str, body: str, status: int = 200) -> Response:
    html = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="color-scheme" content="light dark">
    <title>{escape(title)} · Test gateway</title>
    <link rel="stylesheet" href="/gateway/pages.css">
  </head>
  <body>
    <main>
      <p class="test"><strong>TEST</strong> gateway</p>{body}
    </main>
  </body>
</html>
"""
    return HTMLResponse(html, status, {"cache-control": "no-store"})
