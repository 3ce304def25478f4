"""Reading as fresh as asked, and the arguments that many fields share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeAlias
from uuid import UUID

import strawberry
from graphql import GraphQLError

from plenary.engine.engine import Engine
from plenary.engine.views import Row, View
from plenary.graphql.pages import decode_cursor, not_a_cursor
from plenary.graphql.scalars import LARGEST, Position, instant_of

CommandId: TypeAlias = Annotated[
    UUID,
    strawberry.argument(description="Made by the client: a retry with the same id has one effect and the same answer."),
]
ConferenceId: TypeAlias = Annotated[UUID, strawberry.argument(description="The conference.")]
OrderId: TypeAlias = Annotated[UUID, strawberry.argument(description="The order.")]
AtLeast: TypeAlias = Annotated[
    Position | None,
    strawberry.argument(description="Wait, 2 seconds at most, until the answer shows everything up to this position."),
]
First: TypeAlias = Annotated[int, strawberry.argument(description="How many at most, from 1 to 100.")]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The cursor after which to begin; the beginning without one.")
]


async def lags(engine: Engine, view: View[Any], at_least: int | None) -> bool:
    """Wait until a view shows everything up to a position; whether that took too long, so that answers are stale."""
    return at_least is not None and not await engine.caught_up(view, at_least)


@dataclass(frozen=True, slots=True)
class Seen(Generic[Row]):
    """A row, if there is one, and whether it is staler than was asked for."""

    row: Row | None
    stale: bool


async def see(engine: Engine, view: View[Row], key: UUID, at_least: int | None = None) -> Seen[Row]:
    """One row as fresh as asked, and never older than what this process has pushed to anybody."""
    stale = await lags(engine, view, at_least)
    now = engine.until(view, key, lambda _: True, timeout=0)
    return Seen(await now, stale)


def after_number(cursor: str | None) -> int | None:
    """The number that a cursor stands for. Raises `GraphQLError` (a client's mistake) for any other cursor."""
    if cursor is None:
        return None
    key, _ = decode_cursor(cursor)
    if isinstance(key, int) and 0 <= key <= LARGEST:
        return key
    raise not_a_cursor()


def after_instant(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The instant and id that a cursor stands for. Raises `GraphQLError` (a client's mistake) for any other cursor."""
    if cursor is None:
        return None
    key, id = decode_cursor(cursor)
    if (instant := instant_of(key)) is not None:
        return instant, id
    raise not_a_cursor()


def not_allowed() -> GraphQLError:
    """How a live result ends for a browser without the right to it."""
    return GraphQLError("This browser may not see this.", extensions={"code": "NOT_ALLOWED"})
