"""Where a migration gets its connection: from `plenary.migrations`, else from PLENARY_DATABASE."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from plenary.engine.tables import kept


def run(connection: Connection) -> None:
    """Migrate on a connection; its owner commits, or everything is undone."""
    context.configure(connection=connection, target_metadata=kept, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_alone(url: str) -> None:
    """Migrate with a connection of our own, as the `alembic` command does."""
    database = create_async_engine(url)
    try:
        async with database.begin() as connection:
            await connection.run_sync(run)
    finally:
        await database.dispose()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is None:
    asyncio.run(run_alone(os.environ["PLENARY_DATABASE"]))
else:
    run(handed_over)
