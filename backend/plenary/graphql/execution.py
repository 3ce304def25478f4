"""How an operation is run: limits first, then graphql-core with a deadline and without its memory leak.

A document that was found good once is known: it is run without the ceremony of finding out again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from inspect import isawaitable
from typing import Any, Final

import strawberry
from graphql import (
    Executor,
    GraphQLError,
    GraphQLNonNull,
    Undefined,
    VariableValues,
    coerce_input_value,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature
from graphql.execution.values import VariableValueSource
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.execution import ExecutionContext, ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from plenary.graphql.compiled import CompilingExecutor
from plenary.graphql.documents import CACHED, RULES, Documents, Known
from plenary.graphql.limits import MAX_TOKENS
from plenary.graphql.words import SCALARS

LONGEST_EXECUTION: Final = 15.0


class PerEventExecutor(CompilingExecutor):
    """Gives every event of a subscription its own memo of sub-fields.

    graphql-core 3.3 shares one among all events of a subscription, keyed by lists that live as long as the memo: about
    a kilobyte leaks with each event. `tests/graphql/test_memory.py` watches this.
    """

    def build_per_event_executor(self, payload: Any) -> Any:
        """An executor for one event."""
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        return executor


class Names(NameConverter):
    """Spells names as the schema does; strawberry asks for that of every argument of every request."""

    def __init__(self) -> None:
        """Nothing is spelt yet."""
        super().__init__()
        self._spelt: dict[str, str] = {}

    def apply_naming_config(self, name: str) -> str:
        """The name in the schema of something that has none of its own."""
        if (spelt := self._spelt.get(name)) is None:
            spelt = self._spelt[name] = super().apply_naming_config(name)
        return spelt


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
    """A schema that knows good documents again; its faults are logged where they are masked, and nowhere else."""

    @cached_property
    def documents(self) -> Documents:
        """The documents it was asked lately."""
        return Documents(self._schema)

    async def execute(self, *args: Any, **more: Any) -> ExecutionResult:
        """One answer to one operation, which a subscription has not: asking for it here is the client's mistake."""
        more["allowed_operation_types"] = set(more.get("allowed_operation_types") or OperationType) - {
            OperationType.SUBSCRIPTION
        }
        return await super().execute(*args, **more)

    async def run(self, known: Known, variables: dict[str, Any] | None, context: Any) -> ExecutionResult:
        """The same for a known document, without the ceremony around it."""
        try:
            async with asyncio.timeout(Limits.longest):
                executor = self._executor(known, variables or {}, context)
                if isinstance(executor, list):
                    return ExecutionResult(data=None, errors=executor)
                result: Any = executor.execute_operation()
                if isawaitable(result):
                    result = await result
        except Exception as broken:
            error = broken if isinstance(broken, GraphQLError) else GraphQLError(str(broken), original_error=broken)
            return PreExecutionError(data=None, errors=[error])
        return ExecutionResult(data=result.data, errors=result.errors)

    def _executor(self, known: Known, variables: dict[str, Any], context: Any) -> Executor[Any] | list[GraphQLError]:
        """What runs a document once, or what is wrong with the variables."""
        if known.signatures is not None and (values := _coerced(known.signatures, variables)) is not None:
            return PerEventExecutor(
                self._schema,
                {name: fragment.definition for name, fragment in known.fragments.items()},
                known.fragments,
                None,
                context,
                known.operation,
                values,
                default_field_resolver,
                default_type_resolver,
                default_field_resolver,
                is_awaitable=optimized_is_awaitable,
            )
        executor = PerEventExecutor.build(
            self._schema,
            known.document,
            context_value=context,
            raw_variable_values=variables,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # a guard in all but name
        )
        if not isinstance(executor, list):
            known.fragments = executor.fragments
            known.signatures = {name: source.signature for name, source in executor.variable_values.sources.items()}
        return executor

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Do nothing: `plenary.graphql.errors` reports faults without anybody's data."""


def _coerced(signatures: Mapping[str, GraphQLVariableSignature], given: Mapping[str, Any]) -> VariableValues | None:
    """The variables as graphql-core coerces them; None where a default is to be taken or something is wrong."""
    sources, coerced = dict[str, VariableValueSource](), dict[str, Any]()
    for name, signature in signatures.items():
        value = given.get(name, Undefined)
        sources[name] = VariableValueSource(signature, value)
        if value is not Undefined:
            coerced[name] = coerce_input_value(value, signature.type)
            if coerced[name] is Undefined:
                return None
        elif signature.default is not None or isinstance(signature.type, GraphQLNonNull):
            return None
    return VariableValues(sources, coerced)


def make_schema(query: type, mutation: type | None = None, subscription: type | None = None) -> Schema:
    """A schema that runs operations the way this server does: with our scalars, limits and caches."""
    return Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        extensions=[Limits, lambda: Parsed(maxsize=CACHED), lambda: ValidationCache(maxsize=CACHED)],
        execution_context_class=PerEventExecutor,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True, name_converter=Names()),
    )
