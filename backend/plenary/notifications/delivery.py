"""Delivery: hands the mails that wait to an SMTP server, each until it was taken, or until that is hopeless.

A mail is claimed for a minute by the database's clock, so that several processes never send the same one at the same
time. Whoever is killed between handing it over and writing that down has it sent again, under the same Message-ID.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from plenary.engine.database import Database, outlast
from plenary.notifications.envelope import recipient_of, sealed
from plenary.notifications.mailbox import Mail, claim_mails, give_back, mark_delivered, mark_failed

CLAIM: Final = 60.0
"""Seconds for which mails are claimed; no new one of them is begun in the second half."""
TOGETHER: Final = 20
"""Mails that are claimed together, and sent over one connection."""
TIMEOUT: Final = 10.0
"""Seconds until the server must have answered a step."""
LONGEST: Final = 25.0
"""Seconds until a mail must be handed over, with all its steps."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks for mails."""
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 900.0
MOST_TRIES: Final = 200
"""Tries until a mail is given up: about two days."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Server:
    """The SMTP server that mails are handed to, as PLENARY_SMTP says."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Server":
        """From smtp://user:password@host:port or smtps://…; the settings have looked at it."""
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        user, password = (None if word is None else unquote(word) for word in (parts.username, parts.password))
        return cls(parts.hostname or "", parts.port or (465 if tls else 587), user, password, tls)

    def client(self) -> SMTP:
        """A client that is not connected yet. A password leaves this machine only over TLS."""
        start_tls = None if self.user is None else True
        if self.tls or _is_here(self.host):
            start_tls = False
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls,
            start_tls=start_tls,
            timeout=TIMEOUT,
        )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Delivery:
    """Sends what waits, as long as it runs."""

    def __init__(self, database: Database, server: Server, sender: str, host: str) -> None:
        """`sender` is whom mails are from; `host` is ours, which Message-IDs end with."""
        self._database, self._server, self._sender, self._host = database, server, sender, host
        self._over = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver while the block runs; a mail that is being handed over in the end is finished."""
        self._over.clear()
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._over.set()
            await asyncio.wait([task], timeout=LONGEST)  # it ends between two steps: nothing is torn apart
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._over.is_set():
            try:
                found = await self.deliver()
            except Exception as broken:  # whatever a driver raises: what is claimed is found again
                log.warning("mails could not be looked for", exc_info=broken)
                found = 0
            if not found:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):
                        await self._over.wait()

    async def deliver(self) -> int:
        """Send some of the mails whose time has come, if any; how many were: none, too, where the server is away."""
        began = asyncio.get_running_loop().time()
        left = await claim_mails(self._database, TOGETHER, CLAIM)
        client, tried = self._server.client(), 0
        try:
            while left and not self._over.is_set() and asyncio.get_running_loop().time() < began + CLAIM / 2:
                if not await self._send(client, left.pop(0)):
                    return 0
                tried += 1
            if client.is_connected:
                with suppress(SMTPException, TimeoutError):
                    await client.quit()
        finally:
            client.close()
            if left:
                await give_back(self._database, left)
        return tried

    async def _send(self, client: SMTP, mail: Mail) -> bool:
        """Hand one mail over, and write down what became of it. False where the others would fare no better."""
        try:
            async with asyncio.timeout(LONGEST):
                message = sealed(mail, self._sender, self._host)
                if not client.is_connected:
                    await client.connect()
                await client.send_message(message, recipients=[recipient_of(mail).addr_spec])
        except Exception as problem:
            verdict = verdict_on(problem)
            hopeless = (verdict or 0) >= 500 or mail.tries + 1 >= MOST_TRIES
            pause = None if hopeless else pause_after(mail.tries + 1)
            kind, then = described(problem), "it is given up" if hopeless else "it is tried again"
            log.warning("mail %s was not taken (%s), %s", mail.mail_id, kind, then)
            await outlast(lambda: mark_failed(self._database, mail, kind, pause))
            return verdict is not None
        await outlast(lambda: mark_delivered(self._database, mail))
        return True


def pause_after(tries: int) -> float:
    """Seconds until the next try: half a minute, a minute, two … a quarter of an hour."""
    return min(FIRST_PAUSE * 2.0 ** (tries - 1), LONGEST_PAUSE)


def verdict_on(problem: BaseException) -> int | None:
    """What the server said of this very mail, as a code of SMTP; None if it says nothing of it: others wait, too.

    A sender or a password that is refused is no fault of a mail: those who run the server can mend it.
    """
    match problem:
        case SMTPRecipientsRefused(recipients=[refused, *_]):
            return verdict_on(refused)
        case SMTPRecipientRefused() | SMTPDataError():
            return problem.code
        case SMTPNotSupported() | ValueError():  # an address that this server cannot write, or that is none
            return 553
    return None


def described(problem: BaseException) -> str:
    """Of what kind a failure is; never its words, which may quote an address."""
    match problem:
        case SMTPRecipientsRefused(recipients=[refused, *_]):
            return described(refused)
        case SMTPResponseException(code=code):
            return f"{type(problem).__name__} {code}"
    return type(problem).__name__
