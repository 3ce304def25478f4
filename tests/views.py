"""What a screen would show: a view's row after some events."""

from datetime import UTC, datetime
from uuid import UUID

from plenary.engine.messages import Event, Metadata
from plenary.engine.views import Row, View

AT = datetime(2030, 5, 1, 12, tzinfo=UTC)


def event(position: int, data: object) -> Event:
    """An event as it comes from the log."""
    id = UUID(int=position)
    return Event(position, "any", position, data, Metadata(id, id, "request", "anyone"), AT)


def show(view: View[Row], *facts: object) -> Row:
    """The row after these events, which all concern it; the first one is at position 1."""
    row: Row | None = None
    key = view.key(facts[0])
    for position, data in enumerate(facts, 1):
        assert type(data) in view.events
        assert view.key(data) == key
        row = view.fold(row, event(position, data))
    assert row is not None
    return row
