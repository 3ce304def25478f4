"""Kept answers: who asks again what a stranger was answered gets the same bytes, until the view behind them changes.

Whatever is kept was answered to a stranger without any rights: no visitor's data can be in it. Browsers with a session
get it only if it was made without a look at who was asking.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    NullValueNode,
    VariableNode,
    get_named_type,
)

from plenary.engine.engine import Engine
from plenary.engine.messages import Event, Unknown
from plenary.engine.views import View
from plenary.graphql.compiled import attribute
from plenary.graphql.documents import Known

MOST: Final = 1_000
MOST_BYTES: Final = 16_000_000

Public: TypeAlias = Mapping[str, View[Any]]
"""Fields of `Query` whose answers may be kept, with the view that each of them reads and nothing else."""
Moment: TypeAlias = tuple[tuple[str, int, int], ...]
"""Views, how often each was rebuilt, and the positions of their last changes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a stranger was answered at a moment; `for_all` if nobody looked at who it was."""

    answer: bytes
    moment: Moment
    for_all: bool


class Answers:
    """The answers that a process keeps."""

    def __init__(self, engine: Engine, schema: GraphQLSchema, public: Public) -> None:
        """Raises ValueError for a public field below which more is looked up: who knows what that depends on?"""
        self._engine, self._public = engine, public
        self._views = {view.name: view for view in public.values()}
        self._changed: dict[str, int] = {}
        self._begun: int | None = None
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._bytes = 0
        for name in public:
            _check(schema, name)
        if public:
            engine.tail.listen(self._hear)

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            for name, view in self._views.items():
                try:
                    concerned = isinstance(event.data, Unknown) or view.key_of(event) is not None
                except Exception:  # its follower puts it aside; here it counts as a change
                    concerned = True
                if concerned:
                    self._changed[name] = event.position

    def _last_change(self, view: str) -> int:
        """Where a view changed last, as far as this process has heard; never less than where it began to listen."""
        if self._begun is None:
            self._begun = self._engine.tail.head
        return max(self._begun, self._changed.get(view, 0))

    def _now(self, view: str) -> tuple[str, int, int]:
        return view, self._engine.progress.generation(view), self._last_change(view)

    def find(self, question: bytes) -> Kept | None:
        """The answer to a question, the body of a request, while it is what would be answered now."""
        kept = self._kept.get(question)
        if kept is None:
            return None
        if kept.moment != tuple(self._now(view) for view, *_ in kept.moment):
            self._drop(question)
            return None
        self._kept.move_to_end(question)
        return kept

    def moment(self, known: Known, variables: Mapping[str, object] | None) -> Moment | None:
        """The moment before an answer is made, to be kept with it; None if it must not be kept.

        That is so unless all its root fields are public, ask for no position, and their tables show all that was heard.
        """
        views: dict[str, tuple[str, int, int]] = {}
        for node in known.operation.selection_set.selections if known.is_query else ():
            if not isinstance(node, FieldNode) or (view := self._public.get(node.name.value)) is None:
                return None
            if _waits(node, known, variables or {}):
                return None
            views[view.name] = self._now(view.name)
            if self._engine.progress.shown(view.name) < self._last_change(view.name):
                return None
        return tuple(views.values()) or None

    def keep(self, question: bytes, kept: Kept) -> None:
        """Keep an answer; the least recently wanted ones make room."""
        self._drop(question)
        self._kept[question] = kept
        self._bytes += len(question) + len(kept.answer)
        while len(self._kept) > MOST or self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, question: bytes) -> None:
        if (kept := self._kept.pop(question, None)) is not None:
            self._bytes -= len(question) + len(kept.answer)


def _waits(node: FieldNode, known: Known, variables: Mapping[str, object]) -> bool:
    """Whether a root field asks for a position."""
    for argument in node.arguments or ():
        if argument.name.value == "atLeast" and isinstance(argument.value, VariableNode):
            name = argument.value.name.value
            declared = next(d for d in known.operation.variable_definitions or () if d.variable.name.value == name)
            return variables[name] is not None if name in variables else declared.default_value is not None
        if argument.name.value == "atLeast":
            return not isinstance(argument.value, NullValueNode)
    return False


def _check(schema: GraphQLSchema, name: str) -> None:
    assert schema.query_type is not None
    for kind in _below(get_named_type(schema.query_type.fields[name].type), set()):
        for field in kind.fields.values():
            try:
                attribute(field)
            except Exception as wrong:
                raise ValueError(f"`{name}` must not be public: {kind.name} is not plain") from wrong


def _below(kind: GraphQLNamedType, seen: set[str]) -> Iterator[GraphQLObjectType]:
    """An output type and all that can be reached from it, as far as they have fields."""
    if kind.name in seen:
        return
    seen.add(kind.name)
    if isinstance(kind, GraphQLUnionType):
        for one in kind.types:
            yield from _below(one, seen)
    elif isinstance(kind, GraphQLObjectType):
        yield kind
        for field in kind.fields.values():
            yield from _below(get_named_type(field.type), seen)
