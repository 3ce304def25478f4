"""What a stranger may ask for costs little, whatever they write."""

import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from graphql import get_introspection_query

from plenary.graphql.execution import Limits
from plenary.web import LARGEST_BODY
from tests.graphql.house import SCHEMA, House


async def ask(house: House, query: str) -> tuple[int, str]:
    async with house.browser(accept="application/graphql-response+json") as browser:
        response = await browser.post("/graphql", json={"query": query})
    body = response.json()
    return response.status_code, "" if "errors" not in body else body["errors"][0]["message"]


def knots(levels: int) -> str:
    return "{" + "knot {" * levels + "name" + "}" * levels + "}"


HALVING = " ".join(f"fragment F{n} on Knot {{ knot {{ ...F{n + 1} }} knot {{ ...F{n + 1} }} }}" for n in range(40))
FLAT_HALVING = " ".join(f"fragment F{n} on Knot {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ knot {" + " ".join(f"a{n}: name" for n in range(16)) + "} }", "aliases"),
        ("{" + " ".join(f"a{n}: hello" for n in range(2_000)) + "}", "more than 1000 tokens"),
        ("{" + "hello " * 11 + "}", "root fields"),
        ("{ hello " + "@skip(if: false) " * 21 + "}", "directives"),
        ("query A " + "@x " * 21 + "{ hello }", "directives"),
        (knots(10), "levels"),
        (knots(150), "levels"),
        (knots(400), "nested too deeply"),
        ("{ knot { ...F } } fragment F on Knot { " + "name " * 500 + "}", "fields"),
        ("{ knot { ...F0 } } " + HALVING + " fragment F40 on Knot { name }", "levels"),
        ("{ knot { ...F0 } } " + FLAT_HALVING + " fragment F60 on Knot { name }", "fields"),
        ("{ knot { ...A } } fragment A on Knot { knot { ...A } }", "itself"),
        ("{ knot { ...Missing } }", "Unknown fragment"),
        ("{ hello(nam: 1) }", "Unknown argument"),
    ],
)
async def test_too_much_is_refused_before_anything_runs(house: House, query: str, message: str) -> None:
    status, said = await ask(house, query)
    assert status == 400
    assert message in said
    assert "Did you mean" not in said


@pytest.mark.parametrize("query", [knots(9), get_introspection_query(), "{ a: hello b: hello c: knot { name } }"])
async def test_what_people_need_is_allowed(house: House, query: str) -> None:
    assert await ask(house, query) == (200, "")


async def test_deep_introspection_is_refused(house: House) -> None:
    deep = "fields { type { " * 4 + "name" + "} }" * 4
    status, said = await ask(house, f"{{ __schema {{ types {{ {deep} }} }} }}")
    assert status == 400
    assert "introspection depth" in said.lower()


async def test_a_document_is_parsed_and_validated_once(house: House) -> None:
    looked = SCHEMA.documents._look
    before = looked.cache_info()
    for _ in range(3):
        assert await ask(house, "{ hello knot { name } once: hello }") == (200, "")
    after = looked.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 2)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "longest", timedelta(0).total_seconds())


@pytest.mark.usefixtures("impatient")
async def test_an_operation_that_hangs_is_ended(house: House) -> None:
    status, said = await ask(house, "{ hangs }")
    assert status == 400
    assert "Reference" in said


@pytest.mark.parametrize("megabytes", [10, 100])
async def test_a_body_of_many_megabytes_is_neither_kept_nor_heard_to_its_end(house: House, megabytes: int) -> None:
    sent = 0

    async def long() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < megabytes * 1_000_000:
            sent += 50_000
            yield b"#" * 50_000

    tracemalloc.start()
    async with house.browser() as browser:
        response = await browser.post("/graphql", content=long(), headers={"content-type": "application/json"})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert response.status_code == 413
    assert sent < 33_000_000
    assert most < 2_000_000


async def test_a_body_at_the_limit_is_heard(house: House) -> None:
    for extra, status in ((0, 200), (1, 413)):
        request = b'{"query": "{ hello }"}'
        content = request + b" " * (LARGEST_BODY - len(request) + extra)
        async with house.browser() as browser:
            response = await browser.post("/graphql", content=content, headers={"content-type": "application/json"})
        assert response.status_code == status
