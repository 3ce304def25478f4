"""Documents and values made up from the schema itself: what anybody might ask, and what resolvers might answer."""

from collections.abc import Callable, Generator
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from plenary.graphql.schema import SCHEMA

CORE = SCHEMA._schema
ROOTS = [root for root in (CORE.query_type, CORE.mutation_type) if root is not None]
DEFINITION = "strawberry-definition"
IDS = "00000000-0000-4000-8000-000000000001"
LITERALS = {"UUID": f'"{IDS}"', "Date": '"2030-01-31"', "Position": '"cDE"', "Boolean": "true", "String": '"a"'}
VALUES: dict[str, Callable[[Random], Any]] = {
    "UUID": lambda random: UUID(IDS),
    "Date": lambda random: date(2030, 1, 31),
    "DateTime": lambda random: datetime(2030, 1, 31, 9, tzinfo=UTC),
    "Boolean": lambda random: random.random() < 0.5,
    "String": lambda random: random.choice(["", "a", "\u00e9\u2028", "null"]),
    "Int": lambda random: random.randint(-(2**31), 2**31 - 1),
    "MinorUnits": lambda random: random.randint(0, 2**40),
    "Position": lambda random: random.randint(0, 2**40),
}
CONSTANT = ["", "", "", "@skip(if: true)", "@include(if: true)"]
VARYING = [*CONSTANT, "@include(if: $yes)", "@skip(if: $no)", "@skip(if: $yes)"]
VARIABLES = {"yes": True, "no": False}


class Later:
    """A value that has to be waited for."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        yield
        return self.value


ODD: list[Callable[[], Any]] = [
    *[lambda: None] * 6,
    lambda: 2**40,
    lambda: "text",
    lambda: 1.5,
    lambda: True,
    lambda: RuntimeError("an answer that is an error"),
    lambda: ...,
    lambda: Undefined,
    list,
    lambda: [None],
    lambda: Later(None),
    lambda: Later("a"),
]
"""What a resolver should not have answered."""


def literal(kind: Any) -> str:
    """An argument of a type, written down."""
    if isinstance(kind, GraphQLNonNull):
        return literal(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{literal(kind.of_type)}]"
    if isinstance(kind, GraphQLInputObjectType):
        return "{" + " ".join(f"{name}: {literal(field.type)}" for name, field in kind.fields.items()) + "}"
    return LITERALS.get(kind.name, "1")


def arguments(field: GraphQLField) -> str:
    """The arguments that a field needs."""
    needed = {name: a.type for name, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    return "(" + ", ".join(f"{name}: {literal(kind)}" for name, kind in needed.items()) + ")" if needed else ""


@st.composite
def selections(draw: st.DrawFn, kind: Any, fragments: dict[str, str], often: list[str], depth: int = 4) -> str:
    """A selection of a composite type; named fragments are put into `fragments`."""
    parts = [draw(st.sampled_from(["__typename", "type: __typename"]))] if draw(st.booleans()) else []
    fields = {} if isinstance(kind, GraphQLUnionType) else dict(kind.fields)
    if depth == 0:
        fields = {name: field for name, field in fields.items() if is_leaf_type(get_named_type(field.type))}
    for name in draw(st.lists(st.sampled_from(sorted(fields)), max_size=4)) if fields else []:
        alias = draw(st.sampled_from(["", "", f"a_{name}: "]))
        inner = get_named_type(fields[name].type)
        below = "" if is_leaf_type(inner) else draw(selections(inner, fragments, often, depth - 1))
        parts.append(f"{alias}{name} {draw(st.sampled_from(often))} {below}")
    for narrowed in draw(st.lists(st.sampled_from(narrower(kind)), max_size=2)) if depth else []:
        below = draw(selections(narrowed, fragments, often, depth - 1))
        if draw(st.booleans()):
            fragments[f"F{len(fragments)}"] = f"on {narrowed.name} {below}"
            parts.append(f"...F{len(fragments) - 1} {draw(st.sampled_from(often))}")
        else:
            on = f"on {narrowed.name}" if narrowed is not kind or draw(st.booleans()) else ""
            parts.append(f"... {on} {draw(st.sampled_from(often))} {below}")
    return "{ " + " ".join(parts or ["__typename"]) + " }"


def narrower(kind: Any) -> list[Any]:
    """The types that a fragment inside a selection of a type may be on."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        members = list(CORE.get_possible_types(kind))
        return [*members, *{one for member in members for one in member.interfaces}]
    return [kind, *kind.interfaces]


@st.composite
def documents(draw: st.DrawFn, root: GraphQLObjectType) -> str:
    """A document of one operation with one to three root fields."""
    fragments: dict[str, str] = {}
    often = draw(st.sampled_from([[""], CONSTANT, VARYING]))
    names = draw(st.lists(st.sampled_from(sorted(root.fields)), min_size=1, max_size=3))
    fields = []
    for number, name in enumerate(names):
        kind = get_named_type(root.fields[name].type)
        below = "" if is_leaf_type(kind) else draw(selections(kind, fragments, often))
        fields.append(f"r{number}: {name}{arguments(root.fields[name])} {below}")
    operation = "mutation" if root is CORE.mutation_type else "query"
    text = f"{operation} Q($yes: Boolean! = true, $no: Boolean! = false) {{ {' '.join(fields)} }}"
    return " ".join([text, *(f"fragment {name} {body}" for name, body in fragments.items())])


class Maker:
    """Makes up what resolvers answer, the same for the same seed; up to `wrong` values are none of their type."""

    def __init__(self, seed: str, wrong: int = 0) -> None:
        self.random, self.wrong = Random(seed), wrong

    def value(self, kind: Any) -> Any:
        """A value of a type, or None where that is allowed."""
        if self.wrong and self.random.random() < 0.08:
            self.wrong -= 1
            return self.random.choice(ODD)()
        if isinstance(kind, GraphQLNonNull):
            return self.present(kind.of_type)
        return None if self.random.random() < 0.1 else self.present(kind)

    def present(self, kind: Any) -> Any:
        """A value of a type."""
        if isinstance(kind, GraphQLList):
            items = [self.value(kind.of_type) for _ in range(self.random.randint(0, 2))]
            return self.random.choice([items, tuple(items), items, (item for item in items)])
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(list(kind.wrapped_cls))  # type: ignore[attr-defined]  # Strawberry's own enum type
        if is_leaf_type(kind):
            return VALUES[kind.name](self.random)
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            kind = self.random.choice(list(CORE.get_possible_types(kind)))
        made = kind.extensions[DEFINITION].origin.__new__(kind.extensions[DEFINITION].origin)
        for field in kind.fields.values():
            if (definition := field.extensions[DEFINITION]).is_basic_field:
                setattr(made, definition.python_name, self.value(field.type))
        return made
