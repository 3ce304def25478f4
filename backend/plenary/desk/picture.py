"""A picture of a sale: its hours or minutes as at most 500 points, neighbours merged where there are more."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from plenary.desk.sales import NOTHING, HourRow, Level, Sums, after

POINTS: Final = 500
MINUTES_FOR: Final = 6
"""Hours with a sale that are shown by the minute."""
HOURS_FOR: Final = timedelta(days=4)
DAYS_FOR: Final = timedelta(days=POINTS)


class Step(Enum):
    """How long the time of one point is."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Point:
    """What happened from a moment on, for one step, and the seats of every type at its end."""

    begins: datetime
    sums: Sums
    levels: tuple[Level, ...]


def step_for(hours: Sequence[HourRow], wanted: Step | None = None) -> Step:
    """The wanted step, or the one that shows a sale of this length best; a coarser one where it has too many points."""
    steps = list(Step)
    if not hours:
        return wanted or Step.DAY
    span = hours[-1].hour - hours[0].hour
    fits = {
        Step.MINUTE: len(hours) <= MINUTES_FOR and span < HOURS_FOR,
        Step.HOUR: span <= HOURS_FOR if wanted is None else len(hours) <= POINTS,
        Step.DAY: span <= DAYS_FOR,
        Step.WEEK: span <= 7 * DAYS_FOR,
        Step.MONTH: True,
    }
    return next(step for step in steps[steps.index(wanted or Step.MINUTE) :] if fits[step])


def points(hours: Sequence[HourRow], step: Step, time_zone: str) -> list[Point]:
    """The points of a picture, in order; times in which nothing happened have none. Days are those of a time zone."""
    zone = ZoneInfo(time_zone)
    if step is Step.MINUTE:
        each = [
            Point(row.hour + timedelta(minutes=minute.minute), minute.sums, minute.levels)
            for row in hours
            for minute in row.minutes
        ]
    else:
        begins = BEGINS[step]
        single = [Point(begins(row.hour.astimezone(zone)), row.sums, row.levels) for row in hours]
        each = list(_merged(single))
    return list(_carried(each))[-POINTS:]


def total(hours: Iterable[HourRow]) -> Sums:
    """All of it."""
    whole = NOTHING
    for row in hours:
        whole = whole.plus(row.sums)
    return whole


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


BEGINS: Final[dict[Step, Callable[[datetime], datetime]]] = {
    Step.HOUR: lambda at: at,
    Step.DAY: _midnight,
    Step.WEEK: lambda at: _midnight(at - timedelta(days=at.weekday())),
    Step.MONTH: lambda at: _midnight(at.replace(day=1)),
}


def _merged(single: Sequence[Point]) -> Iterator[Point]:
    """Neighbours that begin at the same time as one point."""
    for begins, same in groupby(single, key=lambda point: point.begins):
        whole = Point(begins, NOTHING, ())
        for point in same:
            whole = replace(whole, sums=whole.sums.plus(point.sums), levels=after(whole.levels, point.levels))
        yield whole


def _carried(each: Sequence[Point]) -> Iterator[Point]:
    """Seats that a time did not touch are as they were before it."""
    levels: tuple[Level, ...] = ()
    for point in each:
        levels = after(levels, point.levels)
        yield replace(point, levels=levels)
