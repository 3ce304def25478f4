"""Scenarios as they are written: YAML documents with steps, and the shorthand that makes them short."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tests.acceptance.driving.words import money

PARTS = ("given", "when", "then")
SHORT = {"GA": "General admission", "WS": "CQRS Workshop", "CP": "Additional cocktail party"}
PRICES = {"GA": "$199", "WS": "$500", "CP": "$50"}
SPLIT = re.compile(r"\d+(?:/\d+)+")
KEYS_OF_SEATS = ("seats", "wanted", "available", "held", "sold", "granted", "quota", "waiting", "waitlisted")


class Unreadable(Exception):
    """A scenario that is not written as scenarios are."""


@dataclass(frozen=True)
class Step:
    """Somebody does something, or several at once; `expect` is what comes of it, None: anything but a refusal."""

    part: str
    text: str
    who: str
    verb: str
    args: Any
    expect: Any = None
    name: str | None = None
    times: int = 1
    together: tuple[tuple["Step", ...], ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A story."""

    name: str
    title: str
    steps: tuple[Step, ...]

    @property
    def moves_the_server(self) -> bool:
        """Whether it needs a server that it can stop and start."""
        return any(step.who == "server" for step in self.steps)


def read(file: Path) -> list[Scenario]:
    """The scenarios of a file. Raises `Unreadable`, which says where and why."""
    try:
        documents = [one for one in yaml.safe_load_all(file.read_text()) if one]
        return [_scenario(one) for one in documents]
    except (yaml.YAMLError, Unreadable) as wrong:
        raise Unreadable(f"{file}: {wrong}") from wrong


def _scenario(said: Any) -> Scenario:
    known = {"scenario", "title", *PARTS}
    if not isinstance(said, Mapping) or "scenario" not in said:
        raise Unreadable(f"a scenario begins with `scenario: NAME`, not with {str(said)[:60]!r}")
    if unknown := set(said) - known:
        raise Unreadable(f"{said['scenario']}: {', '.join(map(str, unknown))} is not one of {', '.join(sorted(known))}")
    steps = tuple(_step(part, one) for part in said if part in PARTS for one in said[part] or ())
    return Scenario(str(said["scenario"]), said.get("title", ""), steps)


def _step(part: str, said: Any) -> Step:
    if not isinstance(said, Mapping) or not said:
        raise Unreadable(f"a step is written `who verb: …`, not {said!r}")
    first, args = next(iter(said.items()))
    other = {key: value for key, value in said.items() if key != first}
    if unknown := set(other) - {"expect", "as", "times"}:
        raise Unreadable(f"{first}: {', '.join(map(str, unknown))} is not one of expect, as, times")
    common = {"expect": other.get("expect"), "name": other.get("as"), "times": other.get("times", 1)}
    if first == "at once":
        return Step(part, "at once", "everybody", "at_once", None, together=tuple(_together(part, args)), **common)
    who, _, verb = str(first).strip().rpartition(" ")
    if not who:
        raise Unreadable(f"{first!r} does not say who does it")
    return Step(part, f"{first}: {'' if args is None else args}", who, verb, args, **common)


def _together(part: str, said: Any) -> Iterator[tuple[Step, ...]]:
    """What several people do at once, each their own steps one after another."""
    if isinstance(said, list):
        yield from ((_step(part, one),) for one in said)
        return
    found = re.fullmatch(r"(.*?)(\d+)\.\.\D*(\d+)", str(said["people"]))
    if found is None:
        raise Unreadable(f"people are written R1..R20, not {said['people']!r}")
    for number in range(int(found[2]), int(found[3]) + 1):
        who = f"{found[1]}{number}"
        steps = [{f"{who} {verb}": args} for one in said["each"] for verb, args in one.items()]
        yield tuple(_step(part, _said_for(one, who)) for one in steps)


def _said_for(value: Any, who: str) -> Any:
    if isinstance(value, Mapping):
        return {_said_for(key, who): _said_for(one, who) for key, one in value.items()}
    return value.replace("<who>", who) if isinstance(value, str) else value


# ---------------------------------------------------------------- shorthand


def offered(said: Any) -> tuple[dict[str, tuple[str, int]], dict[str, Any]]:
    """Seat types as {name: (price, quota)}, and what else is said of a conference.

    "S100" is a quota of 100 of each of the three usual types; otherwise `seat types: {GA: 100 x $199, …}`.
    """
    about = dict(said) if isinstance(said, Mapping) else {"seat types": said}
    types = about.pop("seat types", {})
    if isinstance(types, str) and (found := re.fullmatch(r"S(\d+)", types)):
        return {SHORT[short]: (price, int(found[1])) for short, price in PRICES.items()}, about
    if not isinstance(types, Mapping):
        raise Unreadable(f"seat types are written S100 or {{GA: 100 x $199}}, not {types!r}")
    read_types: dict[str, tuple[str, int]] = {}
    for name, text in types.items():
        quota, times, price = str(text).replace("×", "x").replace(",", "").partition(" x ")
        if not times or not quota.isdigit() or money(price) is None:
            raise Unreadable(f"a seat type is written GA: 100 x $199, not {text!r}")
        read_types[SHORT.get(str(name), str(name))] = (price.strip(), int(quota))
    return read_types, about


def spelled(value: Any, types: list[str], look_up: Callable[[str, str], Any], key: str = "") -> Any:
    """A value without shorthand: names of seat types in full, 3/1/2 by name, prices as money, <R1.code> looked up."""
    if isinstance(value, Mapping):
        return {_full(str(k)): spelled(one, types, look_up, str(k)) for k, one in value.items()}
    if isinstance(value, list):
        return [spelled(one, types, look_up, key) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return value
    if key in KEYS_OF_SEATS and SPLIT.fullmatch(value):
        numbers = [int(number) for number in value.split("/")]
        if len(numbers) > len(types):
            raise Unreadable(f"{value} counts {len(numbers)} seat types, but there are {len(types)}")
        return dict(zip(types, numbers, strict=False))
    if found := re.fullmatch(r"<([^<>.]+)\.(\w+)>", value):
        return look_up(found[1], found[2])
    text = re.sub(r"<([^<>.]+)\.(\w+)>", lambda found: str(look_up(found[1], found[2])), value)
    return money(text) or _full(text)


def _full(text: str) -> str:
    home, slash, name = text.rpartition("/")
    return f"{home}{slash}{SHORT.get(name, name)}"
