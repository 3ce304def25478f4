"""Variables of a document that is known are those that graphql-core makes of them, right or wrong."""

from typing import Any
from uuid import UUID

import pytest
import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    get_named_type,
    is_input_object_type,
)
from graphql import execute as as_graphql_core_does

from plenary.graphql.execution import PerEventExecutor, make_schema
from plenary.graphql.schema import SCHEMA

ID = "6a2f41a3-c54c-4d5e-9f5d-2b1f6d1d3c11"


@strawberry.input
class Wish:
    id: UUID
    quantity: int = 1
    note: str | None = None


@strawberry.type
class Query:
    @strawberry.field
    def echo(
        self, one: UUID, number: int | None = 7, wishes: list[Wish] | None = None, text: str = "none", flag: bool = True
    ) -> str:
        return repr((one, number, wishes, text, flag))


ECHO = make_schema(Query)
ASKED = """query Echo($one: UUID!, $number: Int, $wishes: [Wish!], $text: String! = "default", $flag: Boolean = false) {
  echo(one: $one, number: $number, wishes: $wishes, text: $text, flag: $flag) }"""
GIVEN: list[dict[str, Any]] = [
    {"one": ID, "number": 1, "wishes": [{"id": ID, "quantity": 2, "note": "n"}], "text": "t", "flag": True},
    {"one": ID},
    {"one": ID, "unknown": 1},
    {"one": ID, "number": None, "wishes": None, "flag": None, "text": "t"},
    {"one": ID, "wishes": []},
    {"one": ID, "wishes": {"id": ID}},
    {"one": ID, "wishes": [{"id": ID}, {"id": ID, "note": None}]},
    {},
    {"one": None},
    {"one": "nonsense"},
    {"one": 7, "number": "7"},
    {"one": ID, "number": 1.0},
    {"one": ID, "number": 1.5},
    {"one": ID, "number": 2**40},
    {"one": ID, "text": None},
    {"one": ID, "flag": "yes"},
    {"one": ID, "wishes": [None]},
    {"one": ID, "wishes": [{}]},
    {"one": ID, "wishes": [{"id": ID, "colour": "red"}]},
    {"one": ID, "wishes": [[{"id": ID}]]},
    {"one": ID, "wishes": [{"id": "x", "quantity": None}, {"quantity": "2"}]},
]


@pytest.mark.parametrize("given", GIVEN, ids=str)
async def test_what_is_given_is_taken_as_graphql_core_takes_it(given: dict[str, Any]) -> None:
    known = ECHO.documents.find(ASKED, "Echo")
    assert known is not None
    await ECHO.run(known, GIVEN[0], None)
    assert known.signatures is not None
    ours = await ECHO.run(known, given, None)
    theirs = as_graphql_core_does(ECHO._schema, known.document, variable_values=given, executor_class=PerEventExecutor)
    assert not hasattr(theirs, "__await__")
    assert ours.data == theirs.data
    assert [str(error) for error in ours.errors or ()] == [str(error) for error in theirs.errors or ()]


async def test_nothing_of_one_run_is_left_for_the_next() -> None:
    known = ECHO.documents.find(ASKED, "Echo")
    assert known is not None
    first = await ECHO.run(known, GIVEN[0], None)
    second = await ECHO.run(known, {"one": ID}, None)
    assert first.data != second.data
    assert second.data == {"echo": repr((UUID(ID), 7, None, "default", False))}


def test_no_input_holds_one_like_itself() -> None:
    """Else what is given could be nested without end, and would have to be measured first."""
    inputs = [kind for kind in SCHEMA._schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
    assert inputs
    for kind in inputs:
        seen: set[str] = set()
        look: list[GraphQLInputType] = [kind]
        while look:
            for field in getattr(look.pop(), "fields", {}).values():
                inner = get_named_type(field.type)
                assert inner is not kind
                if is_input_object_type(inner) and inner.name not in seen:
                    seen.add(inner.name)
                    look.append(inner)
