"""Whether an answer is what a scenario expects, and in words where it is not."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

RANGE = re.compile(r"(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?")
NUMBERS = ("seats", "wanted", "available", "held", "sold", "granted", "waiting", "waitlisted", "states", "refused")


def differences(expected: Any, actual: Any, at: str = "") -> Iterator[str]:
    """What is different, each with its place: nothing when the answer is as expected.

    A mapping names what must be there; other things may be, too. In numbers by name, one that is missing is 0. A list
    is expected as a whole and in its order. `anything`, ranges ("0..900") and the operators of `README.md` are known.
    """
    if expected == "anything":
        return
    if isinstance(expected, Mapping) and len(expected) == 1 and next(iter(expected)) in OPERATORS:
        ((operator, wanted),) = expected.items()
        if not (operator == "count" and isinstance(actual, Mapping)):
            yield from OPERATORS[operator](wanted, actual, at)
            return
    if isinstance(expected, Mapping) and isinstance(actual, Mapping) and not _is_money(expected):
        numbers = at.rpartition(".")[2] in NUMBERS
        for key, value in expected.items():
            yield from differences(value, actual.get(key, 0 if numbers else None), f"{at}.{key}" if at else str(key))
        if numbers:
            yield from (f"{at}.{key} is {n}, not expected" for key, n in actual.items() if key not in expected and n)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{at} has {len(actual)} entries, expected {len(expected)}: {short(actual)}"
        for number, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from differences(one, other, f"{at}[{number}]")
    elif not _equal(expected, actual):
        yield f"{at or 'the answer'} is {short(actual)}, expected {short(expected)}"


def short(value: Any) -> str:
    """A value in some words."""
    text = f"{value['amount']} {value['currency']}" if _is_money(value) else repr(value)
    return text if len(text) < 400 else f"{text[:400]}…"


def _is_money(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"amount", "currency"}


def _equal(expected: Any, actual: Any) -> bool:
    if isinstance(expected, str) and isinstance(actual, int | float) and (found := RANGE.fullmatch(expected.strip())):
        least, most = (float(text) if text else None for text in found.groups())
        return (least is None or actual >= least) and (most is None or actual <= most)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    return bool(expected == actual)


def _contains(wanted: Any, actual: Any, at: str) -> Iterator[str]:
    for text in wanted if isinstance(wanted, list) else [wanted]:
        if str(text) not in str(actual):
            yield f"{at} does not contain {text!r}: {short(actual)}"


def _not(unwanted: Any, actual: Any, at: str) -> Iterator[str]:
    if not list(differences(unwanted, actual, at)):
        yield f"{at} is {short(actual)}, which it must not be"


def _any_of(wanted: list[Any], actual: Any, at: str) -> Iterator[str]:
    if all(list(differences(one, actual, at)) for one in wanted):
        yield f"{at} is {short(actual)}, expected one of {short(wanted)}"


def _count(wanted: Any, actual: Any, at: str) -> Iterator[str]:
    yield from differences(wanted, len(actual or ()), f"the number of {at}")


def _includes(wanted: list[Any], actual: Any, at: str) -> Iterator[str]:
    left = list(actual or ())
    for one in wanted:
        found = next((number for number, other in enumerate(left) if not list(differences(one, other))), None)
        if found is None:
            yield f"{at} does not include {short(one)}: {short(actual)}"
        else:
            del left[found]


def _in_any_order(wanted: list[Any], actual: Any, at: str) -> Iterator[str]:
    yield from _count(len(wanted), actual, at)
    yield from _includes(wanted, actual, at)


OPERATORS = {
    "contains": _contains,
    "not": _not,
    "any of": _any_of,
    "count": _count,
    "includes": _includes,
    "in any order": _in_any_order,
}
