"""Documents that are known to be good: parsed, within the limits and valid, which is found out once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.get_variable_signature import GraphQLVariableSignature

from plenary.graphql.limits import MAX_TOKENS, SizeRule

CACHED: Final = 128
RULES: Final = (*specified_rules, SizeRule)


@dataclass(slots=True, eq=False)
class Known:
    """A good document of one operation, a query or a mutation; `signatures` of its variables, once it was run."""

    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails] = field(default_factory=dict)
    signatures: Mapping[str, GraphQLVariableSignature] | None = None

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.operation.operation is OperationType.QUERY


class Documents:
    """The documents that a schema was asked lately."""

    def __init__(self, schema: GraphQLSchema) -> None:
        """Nothing is known yet."""
        self._schema = schema
        self._look = lru_cache(maxsize=CACHED)(self._judge)

    def find(self, query: str, operation_name: str | None) -> Known | None:
        """What is known of a document; None if it is not good, or leaves more than one thing to be run."""
        known = self._look(query)
        if known is None or operation_name is None:
            return known
        name = known.operation.name
        return known if name is not None and name.value == operation_name else None

    def _judge(self, query: str) -> Known | None:
        try:
            document = parse(query, max_tokens=MAX_TOKENS)
        except GraphQLError:
            return None
        operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) != 1 or operations[0].operation is OperationType.SUBSCRIPTION:
            return None
        return None if validate(self._schema, document, RULES) else Known(document, operations[0])
