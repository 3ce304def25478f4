"""Pace: how often one client address may do a costly thing; generous, counted in this process's memory."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from plenary.access.tries import TooManyTries, network

REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `burst` at once, and `per_minute` in the long run."""

    burst: int
    per_minute: float


ALLOWANCES: Mapping[str, Allowance] = {
    "create_conference": Allowance(burst=600, per_minute=120),
    "find_order": Allowance(burst=300, per_minute=120),
    "resend": Allowance(burst=60, per_minute=20),
    "join_waitlist": Allowance(burst=120, per_minute=60),
    "place_order": Allowance(burst=10_000, per_minute=30_000),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """Counts what each address does, per kind of thing. `now` gives the present instant."""

    now: Callable[[], datetime]
    allowances: Mapping[str, Allowance] = field(default_factory=lambda: ALLOWANCES)
    _left: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, what: str, address: str) -> TooManyTries | None:
        """Count one more; a refusal says it is too much for now. `what` must be a key of the allowances."""
        allowance, now = self.allowances[what], self.now().timestamp()
        key = (what, network(address))
        left, since = self._left.pop(key, (float(allowance.burst), now))
        left = min(allowance.burst, left + max(now - since, 0) * allowance.per_minute / 60)
        refused = left < 1
        self._left[key] = (left if refused else left - 1, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return TooManyTries(ceil((1 - left) * 60 / allowance.per_minute)) if refused else None
