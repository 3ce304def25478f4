"""Pages of long lists: after a cursor, so many rows, and whether more follow. Cursors hold while rows are added."""

import base64
from collections.abc import Callable, Sequence
from typing import Final, TypeVar
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLError

from plenary.graphql.scalars import from_base64

LARGEST_PAGE: Final = 100
Row = TypeVar("Row")


@strawberry.type(description="Where a page of a list stands in the whole list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows after `endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether something stands before `startCursor`.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; pass it as `after`.")


def encode_cursor(key: str | int, id: UUID) -> str:
    """The cursor of a row: its sort key (times as ISO texts) and its id, which settles ties."""
    return base64.urlsafe_b64encode(orjson.dumps([key, id.hex])).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str | int, UUID]:
    """The sort key and id behind a cursor. Raises `GraphQLError` (a client's mistake) for anything else."""
    try:
        key, id = orjson.loads(from_base64(cursor))
        if isinstance(key, str | int) and not isinstance(key, bool):
            return key, UUID(id)
    except (ValueError, TypeError, AttributeError):
        pass
    raise not_a_cursor()


def not_a_cursor() -> GraphQLError:
    """What a client is told who passes something else as `after`."""
    return GraphQLError("`after` must be a cursor that an answer carried.")


def page_size(first: int) -> int:
    """How many rows a page may have: what was asked, 1 to 100. Raises `GraphQLError` otherwise."""
    if not 1 <= first <= LARGEST_PAGE:
        raise GraphQLError(f"`first` must be from 1 to {LARGEST_PAGE}.")
    return first


def page(
    rows: Sequence[Row], first: int, cursor: Callable[[Row], str], after: str | None
) -> tuple[Sequence[Row], PageInfo]:
    """A page of `first` rows and its place, from the `first + 1` rows that were read after the cursor `after`."""
    shown = rows[:first]
    return shown, PageInfo(
        has_next_page=len(rows) > first,
        has_previous_page=after is not None,
        start_cursor=cursor(shown[0]) if shown else None,
        end_cursor=cursor(shown[-1]) if shown else None,
    )
