"""Operations made up from the schema: any of its fields, with arguments that fit, asking for all that it can answer."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_leaf_type,
)

from plenary.graphql.schema import SCHEMA

CORE = SCHEMA._schema
ROOTS = {
    kind: dict(root.fields)
    for kind, root in (
        ("query", CORE.query_type),
        ("mutation", CORE.mutation_type),
        ("subscription", CORE.subscription_type),
    )
    if root is not None
}
DEPTH = 8
TOGETHER = 120
"""Leaves that one operation asks for; the rest is asked for by further ones, so that none is too large."""
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation and its variables."""

    query: str
    variables: dict[str, Any]


def everything(kind: str, name: str, variables: dict[str, Any], values: Values) -> list[Asked]:
    """Operations that together ask a root field for all that it can answer; nested arguments come from `values`."""
    field = ROOTS[kind][name]
    declared = ", ".join(f"${arg}: {field.args[arg].type}" for arg in variables)
    passed = ", ".join(f"{arg}: ${arg}" for arg in variables)
    head = f"{kind}{f'({declared})' if declared else ''} {{ done: {name}{f'({passed})' if passed else ''}"
    inner = get_named_type(field.type)
    if is_leaf_type(inner):
        return [Asked(f"{head} }}", variables)]
    found = list(leaves(inner, values))
    portions = (found[start : start + TOGETHER] for start in range(0, len(found), TOGETHER))
    always = [("... on Refusal", leaf) for leaf in ("code", "message")] if is_refusable(inner) else []
    return [Asked(f"{head} {rendered([*always, *some])} }}", variables) for some in portions]


def is_refusable(kind: Any) -> bool:
    """Whether a type may be a refusal."""
    return isinstance(kind, GraphQLUnionType) and any(
        one.name == "Refusal" for member in kind.types for one in member.interfaces
    )


def leaves(
    kind: Any, values: Values, seen: frozenset[str] = frozenset(), depth: int = DEPTH
) -> Iterator[tuple[str, ...]]:
    """The ways to everything that a type can show, each ending with a leaf; no type is entered again below itself."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        members = CORE.get_possible_types(kind)
        shapes: dict[str, set[str]] = {}
        for member in members:
            for name, field in member.fields.items():
                shapes.setdefault(name, set()).add(str(field.type))
        yield ("__typename",)
        for member in members:
            for first, *rest in leaves(member, values, seen, depth):
                apart = "" if len(shapes.get(first.partition("(")[0], ())) < 2 else f"{first}_{member.name}: "
                yield (f"... on {member.name}", f"{apart}{first}", *rest)
        return
    yield ("__typename",)
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        step = f"{name}{written(field, values)}"
        if is_leaf_type(inner):
            yield (step,)
        elif depth and inner.name not in seen | {kind.name}:
            yield from ((step, *rest) for rest in leaves(inner, values, seen | {kind.name}, depth - 1))


def rendered(ways: Any) -> str:
    """The selection that goes all these ways."""
    tree: dict[str, Any] = {}
    for way in ways:
        place = tree
        for step in way:
            place = place.setdefault(step, {})

    def text(place: dict[str, Any]) -> str:
        return "{ " + " ".join(f"{step} {text(below)}" if below else step for step, below in place.items()) + " }"

    return text(tree)


def written(field: GraphQLField, values: Values) -> str:
    """The arguments that a nested field needs, as they are written in a document."""
    needed = arguments(field, values)
    return "(" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in needed.items()) + ")" if needed else ""


# ---- arguments


def arguments(field: GraphQLField, values: Values, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """Variables for the arguments that a field needs, and those that are named besides."""
    return {name: fitting(name, arg, values) for name, arg in field.args.items() if is_needed(arg) or name in also}


def is_needed(given: GraphQLArgument | GraphQLInputField) -> bool:
    """Whether an argument or an input's field cannot be left out."""
    return isinstance(given.type, GraphQLNonNull) and given.default_value is Undefined


def fitting(name: str, given: GraphQLArgument | GraphQLInputField, values: Values, within: str = "") -> Any:
    """A value for an argument: by its input and name, else by its name, else by its type."""
    if f"{within}.{name}" in values:
        return values[f"{within}.{name}"]
    if not within and name in values:
        return values[name]
    kind = given.type.of_type if isinstance(given.type, GraphQLNonNull) else given.type
    if isinstance(kind, GraphQLList):
        return [fitting(name, GraphQLArgument(kind.of_type), values, within)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            inner: fitting(inner, field, values, kind.name)
            for inner, field in kind.fields.items()
            if is_needed(field) or f"{kind.name}.{inner}" in values
        }
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if name in values:
        return values[name]
    if kind.name in BY_TYPE:
        return BY_TYPE[kind.name]()
    raise AssertionError(
        f"Say what `{within}.{name}` of type {kind} may be: add it to the values of tests/access/people.py."
    )


BY_TYPE: Mapping[str, Callable[[], Any]] = {
    "Int": lambda: 1,
    "MinorUnits": lambda: 100,
    "Boolean": lambda: True,
    "Date": lambda: "2030-06-01",
    "DateTime": lambda: "2030-05-20T09:00:00Z",
    "UUID": lambda: str(uuid4()),
}
