"""Tables are read and written through PgBouncer, where a connection is another one after each transaction."""

import asyncio
from uuid import uuid4

import sqlalchemy as sa

from plenary.engine.database import Database
from plenary.engine.sealed import Keys
from plenary.engine.tables import keys
from tests.servers import PgBouncer


async def test_many_processes_read_and_write_through_pgbouncer(postgres_url: str, pgbouncer_server: PgBouncer) -> None:
    url = pgbouncer_server.url(postgres_url.rpartition("/")[2])
    databases = [Database(url, pgbouncer=True) for _ in range(3)]

    async def use(database: Database, number: int) -> None:
        people = Keys(database, b"k" * 32)
        for _ in range(5):
            person = await people.subject(f"{uuid4()}@example.org")
            async with database.transaction() as db:
                found = await db.scalar(sa.select(keys.c.subject).where(keys.c.subject == person))
                assert found == person
                assert await db.scalar(sa.select(sa.literal(number))) == number

    await asyncio.gather(*(use(database, number) for database in databases for number in range(8)))
    async with databases[0].reading() as db:
        assert await db.scalar(sa.select(sa.func.count()).select_from(keys)) == 3 * 8 * 5
    for database in databases:
        await database.close()
