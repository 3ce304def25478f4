"""An SMTP server of a test's own: it keeps what it was given, and says no where it is told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

FINE = "250 OK"


@dataclass
class Received:
    """One mail as it arrived."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])


@dataclass
class Handler:
    """What the server does: `rcpt` and `data` are asked for its answers."""

    received: list[Received] = field(default_factory=list)
    rcpt: Callable[[str], str] = lambda _: FINE
    data: Callable[[], str] = lambda: FINE

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802  aiosmtpd's name
        """Somebody is written to."""
        answer = self.rcpt(address)
        if answer == FINE:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """A mail arrives."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append(Received(envelope.mail_from or "", [*envelope.rcpt_tos], message))
        return self.data()

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what has arrived, in order."""
        return [one.id for one in self.received]


@asynccontextmanager
async def smtp_server(handler: Handler, port: int = 0, password: str | None = None) -> AsyncIterator[str]:
    """The address of a running server, with a password for "plenary" where there is one."""

    def knows(_: SMTP, __: Session, ___: Envelope, ____: str, said: LoginPassword) -> AuthResult:
        return AuthResult(success=said.password == (password or "").encode(), handled=False)

    def connection() -> SMTP:
        needed: dict[str, Any] = {}
        if password is not None:
            needed = {"authenticator": knows, "auth_required": True, "auth_require_tls": False}
        return SMTP(handler, enable_SMTPUTF8=True, hostname="mail.test", **needed)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", port)
    user = f"plenary:{password}@" if password else ""
    try:
        yield f"smtp://{user}127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
