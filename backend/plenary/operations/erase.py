"""Erasing a person: their key is destroyed, and everything that was made readable with it is made anew without it.

The log stays as it is; what it holds of the person cannot be opened by anybody any more. Each step may be repeated, so
that an erasing that was interrupted is finished by beginning it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.answers import Accepted
from plenary.engine.engine import Engine
from plenary.engine.person import ErasePerson
from plenary.engine.snapshots import drop_snapshots
from plenary.operations.rebuild import rebuild

ERASING: Final = uuid5(NAMESPACE_URL, "plenary:erasing")
PATIENCE: Final = 60.0
"""Seconds until everybody who acts on events must have read that the person is erased."""
Forget = Callable[[AsyncConnection, UUID], Awaitable[None]]


class CannotErase(Exception):
    """Why a person was not erased, or not completely."""


async def erase(engine: Engine, email: str, forget: Sequence[Forget], tell: Callable[[str], None]) -> int:
    """Erase everybody with this address; how many that were. `forget` deletes what else is kept of a person."""
    people = await engine.keys.of_one_to_erase(email)
    for person in people:
        tell("destroying the key")
        await engine.keys.destroy(person, email)
        # Hearing this, every process forgets what it has in memory.
        answer = await engine.send(ErasePerson(person), id=uuid5(ERASING, str(person)), sender="operator")
        if not isinstance(answer, Accepted):
            raise CannotErase(answer.message)
        await _heard_by_all(engine, answer.position)
        tell("deleting what was kept")
        await drop_snapshots(engine.database)
        async with engine.database.transaction() as db:
            for delete in forget:
                await delete(db, person)
        for view in engine.plan.views:
            if any(engine.messages.is_personal(event) for event in view.events):
                await rebuild(engine, view.name, _telling(tell, view.name))
        await engine.keys.remove(person)
    await engine.database.tidy()
    return len(people)


async def _heard_by_all(engine: Engine, position: int) -> None:
    """Wait for those who write letters and the like: they may still be busy with what happened before."""
    for name in engine.plan.handlers:
        try:
            async with asyncio.timeout(PATIENCE):
                await engine.until_reached(name, position)
        except TimeoutError:
            raise CannotErase(
                f"{name} does not read on, so that it may still hold something. See `plenary doctor`, then erase again."
            ) from None


def _telling(tell: Callable[[str], None], name: str) -> Callable[[int, int], Any]:
    return lambda position, head: tell(f"rebuilding {name}, event {position} of {head}")
