"""What is stored: personal fields are sealed, old events are lifted, events of a newer program are named."""

import asyncio
import dataclasses
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from plenary.engine.engine import Engine
from plenary.engine.messages import UnknownMessage
from plenary.engine.sealed import ERASED
from plenary.engine.tables import keys
from tests.engine.jars import JAR, PLAN, FillJar, fill, open_engine, take


async def test_personal_fields_are_sealed_in_the_log_and_gone_with_their_key(engine: Engine) -> None:
    jar = await fill(engine, 3)
    await take(engine, jar, "Zaphod")
    rows = await engine.log.stream(f"jar-{jar}")
    assert not any("Zaphod" in row.data + row.metadata + row.stream for row in rows)
    assert (await engine.messages.decode(rows))[1].data.name == "Zaphod"
    async with engine.database.transaction() as db:
        await db.execute(sa.delete(keys))
    other = await open_engine(engine.database.url)
    assert (await other.messages.decode(rows))[1].data.name == ERASED
    await other.close()


async def test_a_sealed_field_moved_elsewhere_is_recognised(engine: Engine) -> None:
    jar = await fill(engine, 3)
    await take(engine, jar)
    row = (await engine.log.stream(f"jar-{jar}"))[1]
    with pytest.raises(ValueError, match="does not belong there"):
        await engine.messages.decode([row._replace(version=9)])


async def test_the_same_address_is_the_same_person_however_it_is_written(engine: Engine) -> None:
    people = await asyncio.gather(*(engine.subject(email) for email in ("a@x.org", "A@X.org ", "a@x.org")))
    assert len(set(people)) == 1
    assert await engine.subject("b@x.org") != people[0]


async def test_room_for_keys_is_made_without_taking_one_that_is_about_to_be_used(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plenary.engine.sealed.CACHED", 0)
    people = [await engine.subject(f"{name}@x.org") for name in ("ann", "bob", "eve")]

    async def sealed(*them: UUID) -> list[str]:
        await engine.keys.load(them)
        return [engine.keys.seal(one, "a name", "a place") for one in them]

    await engine.keys.load(people[:1])
    texts = await asyncio.gather(sealed(*people[:2]), sealed(people[2]))
    assert [len(some) for some in texts] == [2, 1]


async def test_an_event_from_a_newer_program_is_named(engine: Engine) -> None:
    jar = await fill(engine, 1)
    row = (await engine.log.stream(f"jar-{jar}"))[0]
    with pytest.raises(UnknownMessage, match="newer program"):
        await engine.messages.decode([row._replace(schema_version=2)])
    with pytest.raises(UnknownMessage, match="JarPainted"):
        await engine.messages.decode([row._replace(type="JarPainted")])


async def test_an_old_event_is_lifted_to_todays_shape(database_url: str) -> None:
    old = await open_engine(database_url)
    jar = uuid4()
    async with old.running(work=False):
        await old.send(FillJar(jar, 12), id=uuid4(), sender="test")
    dozens = dataclasses.replace(
        PLAN, upcasters={"JarFilled": [lambda data: {**data, "marbles": data["marbles"] * 12}]}
    )
    new = await open_engine(database_url, plan=dozens)
    assert (await new.state(JAR, jar))[0].left == 144
    await old.close()
    await new.close()
