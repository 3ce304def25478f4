"""How large one GraphQL document may be: what a stranger may ask for costs little, whatever they write.

Fragments count wherever they are spread, and each is measured once, so that measuring is never the attack. Of
introspection all but its depth counts: graphql-core has a rule of its own for that.
"""

from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

MAX_TOKENS: Final = 1000
MAX_DEPTH: Final = 10
MAX_FIELDS: Final = 500
MAX_ROOT_FIELDS: Final = 10
MAX_ALIASES: Final = 15
MAX_DIRECTIVES: Final = 20


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection amounts to with all its fragments; `depth` is how many levels of fields it has."""

    depth: int = 0
    fields: int = 0
    root_fields: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: "Size") -> "Size":
        """Both, one beside the other."""
        return Size(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.root_fields + other.root_fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


class SizeRule(ValidationRule):
    """Refuses operations beyond the limits. One class for the life of the process: caches know a rule by its class."""

    def __init__(self, context: ValidationContext) -> None:
        """Begin with one document."""
        super().__init__(context)
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        self._sizes: dict[str, Size] = {}

    def enter_document(self, node: DocumentNode, *_args: Any) -> None:
        """Measure every operation of the document."""
        self._fragments = {d.name.value: d for d in node.definitions if isinstance(d, FragmentDefinitionNode)}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                directives = Size(directives=len(definition.directives or ()))
                self._check(directives.beside(self._of(definition.selection_set)), definition)

    def _check(self, size: Size, operation: OperationDefinitionNode) -> None:
        for what, found, most in (
            ("levels", size.depth, MAX_DEPTH),
            ("fields", size.fields, MAX_FIELDS),
            ("root fields", size.root_fields, MAX_ROOT_FIELDS),
            ("aliases", size.aliases, MAX_ALIASES),
            ("directives", size.directives, MAX_DIRECTIVES),
        ):
            if found > most:
                self.report_error(GraphQLError(f"The operation has too many {what}: at most {most}.", operation))

    def _of(self, selections: SelectionSetNode) -> Size:
        total = Size()
        for node in selections.selections:
            total = total.beside(Size(directives=len(node.directives or ())))
            if isinstance(node, FragmentSpreadNode):
                total = total.beside(self._of_fragment(node.name.value))
            elif isinstance(node, FieldNode):
                inner = self._of(node.selection_set) if node.selection_set else Size()
                depth = 0 if node.name.value.startswith("__") else inner.depth + 1
                aliases = inner.aliases + (node.alias is not None)
                total = total.beside(Size(depth, inner.fields + 1, 1, aliases, inner.directives))
            elif isinstance(node, InlineFragmentNode):
                total = total.beside(self._of(node.selection_set))
        return total

    def _of_fragment(self, name: str) -> Size:
        if name not in self._sizes:
            self._sizes[name] = Size()  # a circle of fragments ends here; another rule refuses it
            if name in self._fragments:
                self._sizes[name] = self._of(self._fragments[name].selection_set)
        return self._sizes[name]
