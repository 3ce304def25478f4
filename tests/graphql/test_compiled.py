"""Compiled selections answer what graphql-core answers, to the letter."""

import asyncio
import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLResolveInfo, MiddlewareManager, execute, parse, validate
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from plenary.graphql.compiled import CompilingExecutor
from tests.graphql.documents import CORE, ODD, ROOTS, VARIABLES, Later, Maker, documents

PLAIN = """query { seatAvailability(conference: "00000000-0000-4000-8000-000000000001") {
  ... on SeatAvailability { slug __typename } ...Seats position } }
fragment Seats on SeatAvailability { seats { id: seatTypeId price { amount currency } available @skip(if: false) } }"""
VARYING = PLAIN.replace("query", "query($no: Boolean!)").replace("(if: false)", "(if: $no)")


def replaying(outcome: Callable[[Any], Any]) -> MiddlewareManager:
    """Root fields answer with what is given; what is below them is resolved as ever."""

    def resolve(onward: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if info.path.prev is None:
            return outcome(info)
        # A resolver of its own would ask the house, which is not there.
        return (
            None if info.field_name in ("conference", "ticket", "transferPath") else onward(source, info, **arguments)
        )

    return MiddlewareManager(resolve)


def answer(document: str, outcome: Callable[[Any], Any], executor: type[Any], **variables: object) -> str:
    """Data and errors."""

    async def answered() -> Any:
        result: Any = execute(
            CORE, parse(document), variable_values=variables, middleware=replaying(outcome), executor_class=executor
        )
        return await result if inspect.isawaitable(result) else result

    result = asyncio.run(answered())
    return json.dumps([result.data, [error.formatted for error in result.errors or ()]])


def made_up(seed: int, wrong: int) -> Callable[[Any], Any]:
    """Root fields that answer something of their type, the same for the same seed; some of them a moment later."""

    def outcome(info: GraphQLResolveInfo[Any]) -> Any:
        maker = Maker(f"{seed} {info.path.key}", wrong)
        found = maker.value(info.return_type)
        return Later(found) if maker.random.random() < 0.5 else found

    return outcome


@pytest.mark.parametrize("wrong", [0, 1, 20])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_whatever_is_asked_and_found_the_answer_is_that_of_graphql_core(
    wrong: int, data: st.DataObject, seed: int
) -> None:
    document = data.draw(st.sampled_from(ROOTS).flatmap(documents))
    assume(not validate(CORE, parse(document)))
    expected = answer(document, made_up(seed, wrong), StrawberryGraphQLCoreExecutionContext, **VARIABLES)
    assert answer(document, made_up(seed, wrong), CompilingExecutor, **VARIABLES) == expected


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "place", ["slug", "seats", "position", "seats.0", "seats.0.seat_type_id", "seats.0.price.amount"]
)
def test_one_wrong_value_anywhere_is_told_as_graphql_core_tells_it(place: str, odd: Callable[[], Any]) -> None:
    def spoilt(_: Any) -> Any:
        found = spot = seats(_)
        *steps, last = place.split(".")
        for step in steps:
            spot = spot[int(step)] if step.isdigit() else getattr(spot, step)
        if last.isdigit():
            spot[int(last)] = odd()
        else:
            setattr(spot, last, odd())
        return found

    expected = answer(PLAIN, spoilt, StrawberryGraphQLCoreExecutionContext)
    assert answer(PLAIN, spoilt, CompilingExecutor) == expected


class Strict(CompilingExecutor):
    """Cannot complete an object in graphql-core's own way."""

    def complete_object_value(self, *_: Any) -> Any:
        """Never needed for what is plain."""
        raise NotImplementedError


def seats(_: Any) -> Any:
    """A conference's seats."""
    found = Maker("seats").present(CORE.type_map["SeatAvailability"])
    found.seats = [Maker("seat").present(CORE.type_map["SeatTypeAvailability"])]
    return found


def test_what_is_plain_is_compiled_and_what_depends_on_variables_is_not() -> None:
    plain = answer(PLAIN, seats, StrawberryGraphQLCoreExecutionContext)
    assert answer(PLAIN, seats, Strict) == plain
    for no in (True, False):
        expected = answer(VARYING, seats, StrawberryGraphQLCoreExecutionContext, no=no)
        assert answer(VARYING, seats, CompilingExecutor, no=no) == expected
        assert json.loads(answer(VARYING, seats, Strict, no=no))[1]
    assert expected == plain
