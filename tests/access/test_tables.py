"""The tables in the code are the tables that the migration makes."""

import sqlalchemy as sa

from plenary.access.tables import kept_access
from plenary.engine.database import Database


async def test_the_migration_makes_the_tables(database_url: str) -> None:
    database = Database(database_url)

    def shape(connection: sa.Connection) -> dict[str, object]:
        inspector = sa.inspect(connection)
        return {
            name: (
                {(c["name"], c["nullable"]) for c in inspector.get_columns(name)},
                inspector.get_pk_constraint(name)["constrained_columns"],
                {index["name"] for index in inspector.get_indexes(name)},
            )
            for name in kept_access.tables
        }

    async with database.reading() as db:
        made = await db.run_sync(shape)
    await database.close()
    assert made == {
        name: (
            {(column.name, column.nullable) for column in table.columns},
            [column.name for column in table.primary_key],
            {index.name for index in table.indexes},
        )
        for name, table in kept_access.tables.items()
    }
