"""What a process is: a pure function from an event to the commands that follow it, each now or at a time.

It keeps no state. `now` is when the event is handled, or handled again: only what is sent at once may follow from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Send:
    """A command to send: as soon as possible, or at a time (then it survives restarts as a timer)."""

    command: object
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A named `react`."""

    name: str
    react: Callable[[object, datetime], Sequence[Send]]
