"""What every resolver is handed: the engine, the settings, the secrets, and the visitor with what they may do."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from starlette.requests import HTTPConnection
from starlette.responses import Response
from strawberry.types.info import Info as StrawberryInfo

from plenary.access.pace import Pace
from plenary.access.secrets import Secrets
from plenary.access.sessions import LIFETIME, Sessions
from plenary.access.tickets import Tickets
from plenary.access.tries import Tries
from plenary.access.visitor import Visitor
from plenary.engine.engine import Engine
from plenary.settings import Settings

__all__ = ["Context", "Contexts", "Info"]


@dataclass(slots=True)
class Context:
    """One request, or one operation on a socket.

    `engine` carries out commands and answers reads; what goes wrong there may be raised: clients see a reference only.
    `visitor` says who may do what, and gains or loses rights. `secrets` derives links and codes, `tickets` signs.
    """

    engine: Engine
    settings: Settings
    secrets: Secrets
    tickets: Tickets
    visitor: Visitor

    def again(self) -> "Context":
        """The same for the next operation on a socket: the visitor's rights are looked up anew."""
        return replace(self, visitor=self.visitor.again())


Info: TypeAlias = StrawberryInfo[Context, None]


class Contexts:
    """Makes the context of each request and socket."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """One for the life of the server."""
        self.engine, self.settings = engine, settings
        self.secrets = Secrets(settings.secret)
        self.tickets = Tickets(self.secrets)
        self.sessions = Sessions(engine.database, engine.now)
        self.tries = Tries(engine.database, engine.now, self.secrets.key("tries"))
        self.pace = Pace(engine.now)
        # A browser takes a cookie called __Host- only over https, for this very host, and from nobody else.
        self.cookie = "__Host-plenary" if settings.is_secure else "plenary"

    def token(self, connection: HTTPConnection) -> str | None:
        """The session's token that a browser sent, if any, whatever it is worth."""
        return connection.cookies.get(self.cookie)

    def make(self, connection: HTTPConnection, response: Response | None) -> Context:
        """The context of a request, whose answer's cookies go into `response`, or of a socket (None)."""

        def keep(token: str | None) -> None:
            assert response is not None
            response.set_cookie(
                self.cookie,
                token or "",
                max_age=int(LIFETIME.total_seconds()) if token else 0,
                secure=self.settings.is_secure,
                httponly=True,
                samesite="lax",
            )

        visitor = Visitor(
            sessions=self.sessions,
            tries=self.tries,
            pace=self.pace,
            token=self.token(connection),
            address=connection.client.host if connection.client else "unknown",
            keep=None if response is None else keep,
        )
        return Context(self.engine, self.settings, self.secrets, self.tickets, visitor)

    def stranger(self) -> Context:
        """The context of nobody in particular, without any rights."""
        visitor = Visitor(self.sessions, self.tries, self.pace, token=None, address="nobody", keep=None)
        return Context(self.engine, self.settings, self.secrets, self.tickets, visitor)
