"""The background work: each part has a bookmark, and a part that acts on the world never begins again by itself."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.tables import bookmarks
from plenary.engine.views import View
from plenary.log.contract import EventLog

TIMERS: Final = "timers"
"""The part of the work that sends what is due; its bookmark stands still and only holds the lease."""


class NoBookmark(RuntimeError):
    """The bookmark of somebody who acts on the world is gone, and doing everything again would do harm."""

    def __init__(self, name: str) -> None:
        """`name` is the bookmark's."""
        super().__init__(
            f"{name} has no bookmark, although there are events. Say from which position on it is to act: "
            f"`plenary doctor --begin {name}=POSITION`."
        )


async def begin_work(
    database: Database, log: EventLog, views: Mapping[str, View[Any]], acting: Collection[str]
) -> None:
    """See that every part of the work has a bookmark; a view without one begins anew, with an empty table.

    Raises NoBookmark for somebody `acting` on the world that has none, although there are events.
    """
    async with database.transaction() as db:
        known = set((await db.execute(sa.select(bookmarks.c.name))).scalars())
        if (lost := [name for name in acting if name not in known]) and await log.head():
            raise NoBookmark(lost[0])
        for name in [name for name in (*views, *acting, TIMERS) if name not in known]:
            row = {"name": name, "position": 0, "fence": 0, "updated_at": datetime.now(UTC)}
            begun = await db.execute(database.insert_new(bookmarks).values(row))
            if begun.rowcount and name in views:
                await db.execute(sa.delete(views[name].table))
