"""A Stripe on this machine for tests: localstripe, a program of its own, installed on first use."""

import asyncio
import fcntl
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.served import Served
from tests.servers import NoServerError, Server, free_port

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).parent / "peer" / "requirements.lock"
HOME = ROOT / ".cache" / "localstripe"
SECRET, PUBLISHABLE, WEBHOOK = "sk_test_12345678", "pk_test_12345678", "whsec_a_secret_for_tests"
CARD, DECLINED = "4242424242424242", "4000000000000341"


class LocalStripe(Server):
    """The program, answering on a port."""

    def answers(self) -> bool:
        """Whether somebody listens."""
        try:
            socket.create_connection(("localhost", self.port), 1).close()
        except OSError:
            return False
        return True


def installed() -> Path:
    """Its interpreter, after it was installed if it was not. Raises NoServerError with what to do."""
    interpreter, marker, wanted = HOME / "bin" / "python", HOME / "installed", LOCK.read_bytes()
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with (HOME.parent / "localstripe.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not marker.exists() or marker.read_bytes() != wanted:
            pip: list[str | Path] = [
                interpreter,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
            ]
            try:
                subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True, capture_output=True)
                subprocess.run([*pip, "-r", LOCK], check=True, capture_output=True, text=True, timeout=150)
            except (subprocess.SubprocessError, OSError) as problem:
                why = str(getattr(problem, "stderr", "") or problem)[-500:]
                raise NoServerError(f"localstripe could not be installed from PyPI into {HOME}: {why}") from problem
            marker.write_bytes(wanted)
    return interpreter


@pytest.fixture(scope="session")
def stripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a Stripe answers that nobody else uses."""
    folder, port = tmp_path_factory.mktemp("localstripe"), free_port()
    program = [str(installed()), "-m", "localstripe", "--from-scratch", "--port", str(port)]
    server = LocalStripe("localstripe", program, folder, port)
    server.start()
    yield f"http://localhost:{port}"
    server.kill()
    server.discard()


@dataclass
class Buyer:
    """What Stripe.js does in a buyer's browser, and what one sees in Stripe's dashboard."""

    http: httpx.AsyncClient

    async def ask(self, path: str, **fields: str) -> Any:
        """The answer to a request with our key, whatever it is."""
        answer = await (self.http.post(path, data=fields) if fields else self.http.get(path))
        return answer.json()

    async def confirm(self, intent: str, card: str) -> None:
        """Pay an intent by card."""
        fields = {"card[number]": card, "card[exp_month]": "12", "card[exp_year]": "2032", "card[cvc]": "123"}
        method = await self.ask("/v1/payment_methods", type="card", **fields)
        await self.ask(f"/v1/payment_intents/{intent}", payment_method=method["id"])
        await self.http.post(f"/v1/payment_intents/{intent}/confirm")


@asynccontextmanager
async def at_stripe(url: str) -> AsyncIterator[Buyer]:
    """Somebody who pays there."""
    headers = {"authorization": f"Bearer {SECRET}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as http:
        yield Buyer(http)


@pytest.fixture
async def shop(sqlite_url: str, stripe_url: str) -> AsyncIterator[Served]:
    """A server that is paid at this Stripe, which tells it by webhook."""
    keys = {"stripe_secret": SECRET, "stripe_publishable": PUBLISHABLE, "stripe_webhook_secret": WEBHOOK}
    served = Served(sqlite_url, gateway=("stripe",), stripe_url=stripe_url, **keys)
    await asyncio.to_thread(served.start)
    async with at_stripe(stripe_url) as buyer:
        hook = {"url": f"{served.url}/webhooks/stripe", "secret": WEBHOOK}
        await buyer.http.post("/_config/webhooks/shop", json=hook)
    yield served
    await asyncio.to_thread(served.stop)
