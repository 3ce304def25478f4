"""The visitor: whoever sent this request, what they may do, and how they gain or lose a right: decided here only."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import ClassVar
from uuid import UUID

from plenary.access import scopes
from plenary.access.pace import Pace
from plenary.access.sessions import Sessions
from plenary.access.tries import TooManyTries, Tries
from plenary.engine.decider import Refusal


@dataclass(frozen=True, slots=True)
class NotAllowed(Refusal):
    """This browser's session does not have the right to do this."""

    text: ClassVar[str] = "This browser is not signed in for that. Please open your link or sign in first."


@dataclass(slots=True)
class Visitor:
    """One browser for one request or one operation on a socket: its session's scopes and its client address.

    `keep` is told the session's token whenever it changes (None: the session ended), to set the cookie. It is None
    where no cookie can be set (on a socket); then nothing can be granted.
    """

    sessions: Sessions
    tries: Tries
    pace: Pace
    token: str | None
    address: str
    keep: Callable[[str | None], None] | None = None
    asked: bool = False
    """Whether anybody looked at who this is, so that what they answer may be true for this visitor only."""
    _scopes: frozenset[str] | None = field(default=None, repr=False)

    def again(self) -> "Visitor":
        """The same browser for its next operation: what it may do is looked up anew."""
        return replace(self, asked=False, _scopes=None)

    async def scopes(self) -> frozenset[str]:
        """Everything this browser may see, as scopes; read from the database once per request."""
        self.asked = True
        if self._scopes is None:
            self._scopes = await self.sessions.scopes(self.token) if self.token else frozenset()
        return self._scopes

    async def may(self, *any_of: str) -> bool:
        """Whether this browser has one of these scopes, "conference:<id>" or "order:<id>"."""
        return not (await self.scopes()).isdisjoint(any_of)

    async def runs(self, conference_id: UUID) -> bool:
        """Whether this browser may run a conference: see its drafts, owner, orders, and change it."""
        return await self.may(scopes.conference(conference_id))

    async def sees_order(self, order_id: UUID, conference_id: UUID) -> bool:
        """Whether this browser may see an order: its registrant, or the conference's organizer."""
        return await self.may(scopes.order(order_id), scopes.conference(conference_id))

    async def holds_order(self, order_id: UUID) -> bool:
        """Whether this browser may change an order: only its registrant."""
        return await self.may(scopes.order(order_id))

    async def has_seat(self, order_id: UUID, position: int, generation: int) -> bool:
        """Whether this browser belongs to who sits on a seat, since it last changed hands."""
        return await self.may(scopes.seat(order_id, position, generation))

    async def conferences(self) -> list[UUID]:
        """The conferences this browser may run."""
        return scopes.ids("conference", await self.scopes())

    async def orders(self) -> list[UUID]:
        """The orders this browser may see as their registrant."""
        return scopes.ids("order", await self.scopes())

    async def grant(self, *granted: str) -> None:
        """Give this browser rights; its first one begins a session and sets the cookie. On a socket: RuntimeError."""
        if self.keep is None:
            raise RuntimeError("A right can only be granted over HTTP, where a cookie can be set.")
        self.token = await self.sessions.grant(self.token, granted)
        self._scopes = None
        self.keep(self.token)

    async def leave(self) -> None:
        """End this browser's session and take all its rights. On a socket: RuntimeError."""
        if self.keep is None:
            raise RuntimeError("A session can only be ended over HTTP, where a cookie can be removed.")
        if self.token is not None:
            await self.sessions.end(self.token)
        self.token, self._scopes = None, frozenset()
        self.keep(None)

    @contextmanager
    def until_it_leaves(self, left: Callable[[], Awaitable[None]]) -> Iterator[None]:
        """While the block runs, `left` is called when this browser's session is ended, wherever that happens."""
        with self.sessions.watching(self.token, left):
            yield

    async def begin_try(self, what: str) -> TooManyTries | None:
        """Count a guess at a secret before looking at it; a refusal must be answered, right or wrong."""
        return await self.tries.begin(what, self.address)

    async def too_many_tries(self, what: str) -> TooManyTries | None:
        """Whether there were too many wrong guesses for a right one to count, where only wrong ones are counted."""
        return await self.tries.refuses(what, self.address)

    async def right_try(self, what: str) -> None:
        """The guess was right: it does not count as a failure of this address."""
        await self.tries.succeeded(what, self.address)

    def hurry(self, what: str) -> TooManyTries | None:
        """Count a costly thing ("create_conference", "find_order", "place_order"); a refusal says: too many for now."""
        return self.pace.take(what, self.address)
