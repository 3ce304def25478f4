"""What a process is: a pure function from an event to the commands that follow it, each now or at a time.

It keeps no state and has no stream: everything it needs stands in the event.
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
    react: Callable[[object], Sequence[Send]]
