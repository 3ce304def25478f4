"""Compiled selections: what a document asks of plain data is written by one function, as graphql-core would write it.

Plain is what only has to be read: attributes, lists, unions told apart by class, scalars and enums. A function that
meets anything else in a value (nothing where something must be, an error, somebody to wait for) gives up, and
graphql-core completes the same value from the start: errors and nulls are always its own.
"""

import enum
from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeAlias
from uuid import UUID

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    SelectionSetNode,
    Undefined,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.type import GraphQLBoolean, GraphQLString
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

REMEMBERED: Final = 1_000
DEFINITION: Final = "strawberry-definition"
TEXTUAL: Final = frozenset({str, int, bool, float, UUID, date, datetime})
AS_THEY_ARE: Final[dict[GraphQLLeafType, type]] = {GraphQLString: str, GraphQLBoolean: bool}

Writer: TypeAlias = Callable[[Any], Any]


class NotPlain(Exception):
    """Something that only graphql-core knows how to complete."""


class CompilingExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, except that plain values are completed by functions kept for each selection."""

    _writers: ClassVar[dict[tuple[object, ...], tuple[FieldDetailsList, Writer | None]]] = {}
    """By type and selected nodes, for all executions; the nodes are held, so that nothing else can have their ids."""
    _gave_up = False

    def complete_value(
        self, return_type: GraphQLOutputType, field_details_list: FieldDetailsList, *more: Any
    ) -> Any:  # what more there is: info, path, result, position
        """A value as the answer has it."""
        result, position = more[2:]
        if result is not None and position is None and not self._gave_up:
            writer = self._writer(return_type, field_details_list)
            if writer is not None:
                try:
                    return writer(result)
                except Exception:  # whatever it was: graphql-core finds it, too, and knows what to say about it
                    self._gave_up = True
        return super().complete_value(return_type, field_details_list, *more)

    def _writer(self, return_type: GraphQLOutputType, details: FieldDetailsList) -> Writer | None:
        key = (return_type, id(details[0].node)) if len(details) == 1 else (return_type, *(id(d.node) for d in details))
        found = self._writers.get(key)
        if found is None:
            if len(self._writers) >= REMEMBERED:
                self._writers.clear()
            found = self._writers[key] = (details, self._compile(return_type, details))
        return found[1]

    def _compile(self, return_type: GraphQLOutputType, details: FieldDetailsList) -> Writer | None:
        if not is_composite_type(get_named_type(return_type)):
            return None
        try:
            if isinstance(return_type, GraphQLNonNull):
                return self._present(return_type.of_type, details)
            return self._present(return_type, details)
        except NotPlain:
            return None

    def _present(self, kind: GraphQLOutputType, details: FieldDetailsList) -> Writer:
        """A writer of values that are there; it gives up on None."""
        if isinstance(kind, GraphQLList):
            return self._list(kind, details)
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, details)
        if isinstance(kind, GraphQLUnionType):
            return self._union(kind, details)
        if is_leaf_type(kind):
            return leaf(kind)
        raise NotPlain

    def _list(self, kind: GraphQLList[Any], details: FieldDetailsList) -> Writer:
        required, inner = unwrapped(kind.of_type)
        write = self._present(inner, details)

        def write_list(values: Any) -> Any:
            if type(values) is not list and type(values) is not tuple:
                raise NotPlain
            if required:
                return [write(value) for value in values]
            return [None if value is None else write(value) for value in values]

        return write_list

    def _union(self, kind: GraphQLUnionType, details: FieldDetailsList) -> Writer:
        writers = {class_of(one): self._object(one, details) for one in kind.types}

        def write_union(value: Any) -> Any:
            return writers[type(value)](value)

        return write_union

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Writer:
        own = class_of(kind)
        for one in details:
            if one.fragment_variable_values is not None or one.defer_usage is not None:
                raise NotPlain
            if one.node.selection_set is not None:
                self._check(one.node.selection_set)
        fields: list[tuple[str, Writer, bool, Writer]] = []
        for key, selected in self.collect_subfields(kind, details).grouped_field_set.items():
            name = selected[0].node.name.value
            if name == "__typename":
                fields.append((key, lambda _: "", True, lambda _: kind.name))
                continue
            field = kind.fields[name]
            required, inner = unwrapped(field.type)
            fields.append((key, attribute(field), required, self._present(inner, selected)))

        def write_object(value: Any) -> Any:
            if type(value) is not own:
                raise NotPlain
            written = {}
            for key, read, required, write in fields:
                found = read(value)
                written[key] = None if found is None and not required else write(found)
            return written

        return write_object

    def _check(self, selections: SelectionSetNode) -> None:
        """See that the same is selected whatever the variables are."""
        for node in selections.selections:
            if any(isinstance(a.value, VariableNode) for d in node.directives or () for a in d.arguments or ()):
                raise NotPlain
            if isinstance(node, FragmentSpreadNode):
                self._check(self.fragment_definitions[node.name.value].selection_set)
            elif not isinstance(node, FieldNode):
                self._check(node.selection_set)  # type: ignore[attr-defined]  # an inline fragment, the only other kind


def unwrapped(kind: GraphQLOutputType) -> tuple[bool, Any]:
    """Whether a value must be there, and the type of one that is."""
    return (True, kind.of_type) if isinstance(kind, GraphQLNonNull) else (False, kind)


def class_of(kind: GraphQLObjectType) -> type:
    """The class whose objects, and nothing else, are of a type."""
    definition: StrawberryObjectDefinition | None = kind.extensions.get(DEFINITION)
    if definition is None or definition.is_type_of or definition.concrete_of or definition.is_graphql_generic:
        raise NotPlain
    return definition.origin


def attribute(field: GraphQLField) -> Writer:
    """How a field is read that has no resolver of its own, no arguments and nothing wrapped around it."""
    definition = field.extensions.get(DEFINITION)
    if type(definition) is not StrawberryField or not definition.is_basic_field or field.args:
        raise NotPlain
    if definition.default_resolver is not getattr:
        raise NotPlain
    return attrgetter(definition.python_name)


def leaf(kind: GraphQLLeafType) -> Writer:
    """How a scalar or an enum is written; only of values that no other rule applies to."""
    if isinstance(kind, GraphQLEnumType):
        return enumerated(kind)
    same, write = AS_THEY_ARE.get(kind), kind.coerce_output_value

    def write_leaf(value: Any) -> Any:
        if type(value) is same:
            return value
        if type(value) not in TEXTUAL or (written := write(value)) is None or written is Undefined:
            raise NotPlain
        return written

    def write_int(value: Any) -> Any:
        return value if type(value) is int and -(2**31) <= value < 2**31 else write_leaf(value)

    return write_int if kind is GraphQLInt else write_leaf


def enumerated(kind: GraphQLEnumType) -> Writer:
    """How a member of an enum is written."""
    names: dict[enum.Enum, str] = {}

    def write_member(value: Any) -> Any:
        if not isinstance(value, enum.Enum):
            raise NotPlain
        if value not in names:
            names[value] = kind.coerce_output_value(value)
        return names[value]

    return write_member
