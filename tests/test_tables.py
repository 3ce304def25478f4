"""Every table in the code is the one that the migrations make, and is either kept or can be folded again."""

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from plenary.access.tables import kept_access
from plenary.app import VIEWS
from plenary.engine.database import Database
from plenary.engine.tables import kept
from plenary.notifications.mailbox import mailbox

KEPT = (kept, kept_access, mailbox.metadata)
DERIVED = tuple(view.table.metadata for view in VIEWS)


async def test_the_migrations_make_the_tables_and_indexes_that_the_code_describes(database_url: str) -> None:
    database = Database(database_url)

    def differences(connection: sa.Connection) -> list[Any]:
        def belongs_here(thing: Any, name: str, kind: str, reflected: bool, compared: Any) -> bool:
            only = None if reflected or kind != "index" else thing._ddl_if
            return only is None or only.dialect == connection.dialect.name

        options = {"compare_server_default": True, "include_object": belongs_here}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, [*KEPT, *DERIVED]))  # type: ignore[arg-type]  # its stub names one, it takes many

    async with database.reading() as db:
        assert await db.run_sync(differences) == []
    await database.close()


def test_only_what_is_folded_from_the_log_may_be_thrown_away() -> None:
    assert {name for metadata in KEPT for name in metadata.tables} == {
        *("events", "commands", "bookmarks", "workers", "parked", "timers", "keys", "snapshots"),
        *("sessions", "session_scopes", "tries"),
        "mailbox",
    }
    assert {name for metadata in DERIVED for name in metadata.tables} == {
        *("catalogue", "availability", "orders", "promo_codes"),
        *("deeds", "sales"),
    }
