"""How an operation is run: limits first, then caches, then graphql-core with a deadline and without its memory leak."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any, Final

import strawberry
from graphql import GraphQLError, specified_rules
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.execution import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from plenary.graphql.limits import MAX_TOKENS, SizeRule
from plenary.graphql.words import SCALARS

CACHED: Final = 128
LONGEST_EXECUTION: Final = 15.0
RULES = (*specified_rules, SizeRule)


class PerEventExecutor(StrawberryGraphQLCoreExecutionContext):
    """Gives every event of a subscription its own memo of sub-fields.

    graphql-core 3.3 shares one among all events of a subscription, keyed by lists that live as long as the memo: about
    a kilobyte leaks with each event. `tests/graphql/test_memory.py` watches this.
    """

    def build_per_event_executor(self, payload: Any) -> Any:
        """An executor for one event."""
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        return executor


class Parsed(ParserCache):
    """Parses each document once. What cannot be is left to the schema, which tells sockets and requests alike."""

    def on_parse(self) -> Iterator[None]:
        """Look the document up."""
        context = self.execution_context
        with suppress(GraphQLError):
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        yield


class Limits(SchemaExtension):
    """Counts tokens while parsing, measures the document while validating, and ends what takes too long."""

    longest: float = LONGEST_EXECUTION

    def on_operation(self) -> Iterator[None]:
        """Set the limits of parsing and validation."""
        self.execution_context.parse_options["max_tokens"] = MAX_TOKENS
        self.execution_context.validation_rules = RULES
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Answer within seconds. For a subscription this covers its beginning, not its life."""
        async with asyncio.timeout(self.longest):
            yield


class Schema(strawberry.Schema):
    """A schema whose faults are logged where they are masked, and nowhere else."""

    async def execute(self, *args: Any, **more: Any) -> ExecutionResult:
        """One answer to one operation, which a subscription has not: asking for it here is the client's mistake."""
        more["allowed_operation_types"] = set(more.get("allowed_operation_types") or OperationType) - {
            OperationType.SUBSCRIPTION
        }
        return await super().execute(*args, **more)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Do nothing: `plenary.graphql.errors` reports faults without anybody's data."""


def make_schema(query: type, mutation: type | None = None, subscription: type | None = None) -> Schema:
    """A schema that runs operations the way this server does: with our scalars, limits and caches."""
    return Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        extensions=[Limits, lambda: Parsed(maxsize=CACHED), lambda: ValidationCache(maxsize=CACHED)],
        execution_context_class=PerEventExecutor,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
