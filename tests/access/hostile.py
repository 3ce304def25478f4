"""What nobody sends by mistake: hostile values for every type, put into every place that an operation has for them."""

import copy
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from tests.asking import ROOTS

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
INSIDE = (
    "\x00",
    "\x1b[31m",
    "\r\nBcc: eve@evil.example\r\n",
    "\n",
    "\r",
    "\u2028",
    "\x85",
    "\u202e",
    "\u2066",
    "\u200b",
)
"""Characters that hide something, put into the middle of what would be right."""
OUTSIDE = (
    "",
    " \t ",
    "\ud800",
    MARKUP,
    '=HYPERLINK("http://evil.example","Click")',
    "'; DROP TABLE events; --",
    "$code ${link} {{7*7}} %s %n {0}",
    "../../etc/passwd",
    "e" + "\u0301" * 3_000,
    "\ufeff\uffff",
    "x" * 90_000,
)
NUMBERS: tuple[Any, ...] = (-(2**31), -1, 0, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 10**30, 1.5, True, "1", [1], {})
INSTANTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
    "2030-05-20T09:00:00+23:59",
    "2030-05-20T09:00:00",
    "2030-02-30T09:00:00Z",
    "\x00",
    7,
)
DAYS = ("0001-01-01", "9999-12-31", "2030-02-30", "0000-00-00", "", "\x00", 7)
IDS: tuple[Any, ...] = (
    "",
    "garbage",
    "0" * 36,
    "\x00" * 36,
    "{2b1c1c0e-8d0a-4c6e-9d0a}",
    7,
    [],
    "x" * 90_000,
)
POSITIONS = ("", "garbage", "\x00", "cC0x", "\ud800", 7, "WzFd")
VALUES: Mapping[str, tuple[Any, ...]] = {
    "Int": NUMBERS,
    "MinorUnits": NUMBERS,
    "DateTime": INSTANTS,
    "Date": DAYS,
    "UUID": IDS,
    "Position": POSITIONS,
    "Boolean": ("yes", 2, "\x00"),
}
Way = tuple[str | int, ...]


def places(kind: str, name: str) -> Iterator[tuple[Way, Any]]:
    """Every place of a field's arguments that takes a value, with its type; those that may be left out, too."""
    for arg, about in ROOTS[kind][name].args.items():
        yield from _within((arg,), about.type)


def _within(way: Way, kind: Any) -> Iterator[tuple[Way, Any]]:
    if isinstance(kind, GraphQLNonNull):
        yield from _within(way, kind.of_type)
    elif isinstance(kind, GraphQLList):
        yield from _within((*way, 0), kind.of_type)
    elif isinstance(kind, GraphQLInputObjectType):
        for inner, field in kind.fields.items():
            yield from _within((*way, inner), field.type)
    else:
        yield way, kind


def hostile(kind: Any, right: object) -> list[Any]:
    """What is put into a place of this type, where `right` would be right."""
    if isinstance(kind, GraphQLEnumType):
        return ["", "NO_SUCH_THING", "\x00", 7, None]
    if kind.name == "String":
        base = right if isinstance(right, str) and right else "some text"
        return [*OUTSIDE, *(base[:2] + bad + base[2:] for bad in INSIDE), 7, [], None]
    return [*VALUES[kind.name], None]


def put(variables: Mapping[str, Any], way: Way, value: Any) -> dict[str, Any]:
    """The same variables with another value in one place."""
    changed: Any = copy.deepcopy(dict(variables))
    place = changed
    for step, below in pairwise(way):
        if isinstance(place, dict) and place.get(step) is None:  # it was left out
            place[step] = [None] if below == 0 else {}
        place = place[step]
    place[way[-1]] = value
    return dict(changed)


def found(variables: Mapping[str, Any], way: Way) -> Any:
    """What stands in a place; None where nothing was said."""
    place: Any = variables
    for step in way:
        if place is None:
            return None
        place = place.get(step) if isinstance(place, dict) else place[step]
    return place


def texts(answer: Any) -> Iterator[str]:
    """Every text in an answer."""
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, dict | list):
        for part in answer.values() if isinstance(answer, dict) else answer:
            yield from texts(part)
