"""Views whose rows are told apart by more than an event says about itself: by who caused it, by when it was stored."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from plenary.engine.messages import Event
from plenary.engine.views import Row, View


def nowhere(event: Event) -> UUID | None:
    """Of no row."""
    return None


@dataclass(frozen=True)
class EventView(View[Row]):
    """A view with `of_event` in the place of `key`: which row a whole event changes, None for none."""

    of_event: Callable[[Event], UUID | None] = nowhere

    def key_of(self, event: Event) -> UUID | None:
        """Which row an event changes; any event may be asked about."""
        return self.of_event(event) if type(event.data) in self._handled else None
