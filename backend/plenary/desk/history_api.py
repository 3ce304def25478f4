"""Histories over the API, for organizers: of an order, and of all that was done to a conference."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Sequence

import strawberry

from plenary.desk.deeds import DEEDS
from plenary.desk.history import Entry, conference_history, order_history
from plenary.desk.history_types import HistoryConnection, HistoryEdge, HistoryEntry, entry_cursor
from plenary.graphql.context import Info
from plenary.graphql.pages import page, page_size
from plenary.graphql.reading import After, AtLeast, ConferenceId, First, OrderId, after_number, lags, see
from plenary.registration.orders import ORDERS


def _connection(entries: Sequence[Entry], size: int, after: str | None, stale: bool) -> HistoryConnection:
    shown, place = page(entries, size, entry_cursor, after)
    edges = [HistoryEdge(cursor=entry_cursor(entry), node=HistoryEntry.of(entry)) for entry in shown]
    return HistoryConnection(edges=edges, page_info=place, stale=stale)


@strawberry.type
class Query:
    @strawberry.field(
        description="All that happened to an order, its payments and its seats, the newest first, for its conference's "
        "organizer; null for others."
    )
    async def order_history(
        self, info: Info, order: OrderId, first: First = 20, after: After = None, at_least: AtLeast = None
    ) -> HistoryConnection | None:
        engine, size, before = info.context.engine, page_size(first), after_number(after)
        seen = await see(engine, ORDERS, order, at_least)
        if seen.row is None or not await info.context.visitor.runs(seen.row.conference_id):
            return None
        entries = [
            e for e in reversed(await order_history(engine, order)) if before is None or e.event.position < before
        ]
        return _connection(entries[: size + 1], size, after, seen.stale)

    @strawberry.field(
        description="All that organizers did to a conference and its orders, the newest first, for its organizer; null "
        "for others."
    )
    async def conference_history(
        self, info: Info, conference: ConferenceId, first: First = 20, after: After = None, at_least: AtLeast = None
    ) -> HistoryConnection | None:
        engine, size, before = info.context.engine, page_size(first), after_number(after)
        if not await info.context.visitor.runs(conference):
            return None
        stale = await lags(engine, DEEDS, at_least)
        return _connection(await conference_history(engine, conference, size + 1, before), size, after, stale)
