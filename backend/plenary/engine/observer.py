"""Who watches the engine work: told of commands, flushes, batches and pushes, and without a say in any of them."""

from collections.abc import Awaitable, Sequence
from contextlib import AbstractContextManager, nullcontext

from plenary.engine.answers import Answer
from plenary.engine.messages import Event, Metadata
from plenary.log.contract import Append


class Observer:
    """Looks away; whoever wants to know overrides what they want to know."""

    def request(self, name: str | None) -> AbstractContextManager[None]:
        """While the block runs, one thing is asked for from outside, perhaps by commands."""
        return nullcontext()

    async def command(self, name: str, about: Metadata, answer: Awaitable[Answer]) -> Answer:
        """A command is carried out while `answer` is awaited."""
        return await answer

    def flushed(self, batch: Sequence[Append], waited: Sequence[float], seconds: float) -> None:
        """Appends that had `waited` so many seconds each were stored by a flush that took `seconds`, or were not."""

    def handled(self, follower: str, events: Sequence[Event], seconds: float) -> None:
        """A follower has handled a batch, and its bookmark has moved."""

    def pushed(self, view: str, cause: Metadata) -> None:
        """Those who watch a row are told that it changed; `cause` is that of its last event."""
