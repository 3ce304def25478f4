"""One run for many sockets: identical public subscriptions are executed once, and share the bytes of each result.

Only fields that show everybody the same may be shared, and they are run as a stranger without any rights: what a
stranger may not see is never shared, and no visitor's data can reach another. Everything else is run for its own
socket.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from functools import lru_cache
from typing import Any, Final

import orjson
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.utils.aio import aclosing

from plenary.graphql.context import Context
from plenary.graphql.errors import masked
from plenary.graphql.execution import Schema
from plenary.graphql.limits import MAX_TOKENS
from plenary.graphql.traffic import Traffic

PUBLIC: Final = frozenset({"seatAvailability"})
"""The subscription fields that show the same to everybody who may see anything."""
DIFFERENT: Final = 1_000
"""Different documents that are shared at the same time; further ones are run for their own sockets."""

Send = Callable[[str], Coroutine[Any, Any, None]]


@lru_cache(maxsize=256)
def is_public(query: str, operation_name: str | None) -> bool:
    """Whether a document is one subscription to public fields only."""
    try:
        definitions = parse(query, max_tokens=MAX_TOKENS, no_location=True).definitions
    except GraphQLError:
        return False
    if len(definitions) != 1 or not isinstance(operation := definitions[0], OperationDefinitionNode):
        return False
    if operation.operation.value != "subscription" or operation_name not in (
        None,
        operation.name and operation.name.value,
    ):
        return False
    fields = operation.selection_set.selections
    return all(isinstance(field, FieldNode) and field.name.value in PUBLIC for field in fields)


class Watcher:
    """One socket's place among the watchers. Whoever is slow gets the newest result next, and keeps nobody waiting."""

    def __init__(self, id: str, send: Send, traffic: Traffic) -> None:
        """`send(text)` sends one frame; `id` is the operation's on its socket; `traffic` counts what is sent."""
        self._traffic = traffic
        self._head = '{"id":' + orjson.dumps(id).decode() + ',"type":"next","payload":'
        self._send = send
        self._sending: asyncio.Task[None] | None = None
        self._newest: str | None = None
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def push(self, payload: str) -> None:
        """Send a result, now if the socket takes it, else as soon as it does; never waits."""
        if self._sending is not None:
            self._newest = payload
            return
        self._traffic.pushes += 1
        sending = self._send(f"{self._head}{payload}}}")
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except Exception as gone:
            self._leave(gone)
            return
        self._sending = asyncio.create_task(self._go_on(_Resumed(sending, waits_for)))

    async def _go_on(self, rest: Awaitable[None]) -> None:
        try:
            await rest
            while (newest := self._newest) is not None:
                self._newest = None
                self._traffic.pushes += 1
                await self._send(f"{self._head}{newest}}}")
        except Exception as gone:
            self._leave(gone)
        finally:
            self._sending = None

    def _leave(self, cause: Exception) -> None:
        if not self.left.done():
            self.left.set_exception(cause)
            self.left.exception()  # whoever waited may have left, too: then this is no news for asyncio to report

    def end(self) -> None:
        """Nothing more comes."""
        if not self.left.done():
            self.left.set_result(None)

    def drop(self) -> None:
        """Forget what is still to be sent."""
        if self._sending is not None:
            self._sending.cancel()


class _Resumed:
    """The rest of a coroutine of which the first step was made by hand, to be awaited by a task."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            try:
                got = yield self._waits_for
            except BaseException as thrown:
                waits_for = self._coroutine.throw(thrown)
            else:
                waits_for = self._coroutine.send(got)
        except StopIteration:
            return
        yield from _Resumed(self._coroutine, waits_for).__await__()


class _Run:
    """One execution and everybody who watches it."""

    def __init__(self) -> None:
        self.watchers: set[Watcher] = set()
        self.last: str | None = None
        self.begun: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None

    def tell(self, payload: str) -> None:
        self.last = payload
        for watcher in tuple(self.watchers):
            watcher.push(payload)


class Shared:
    """All shared runs of a process."""

    def __init__(self, schema: Schema, stranger: Callable[[], Context], traffic: Traffic | None = None) -> None:
        """`stranger()` makes the context of somebody without any rights; `traffic` counts what is sent."""
        self._schema, self._stranger, self._traffic = schema, stranger, traffic or Traffic()
        self._runs: dict[bytes, _Run] = {}

    async def watch(
        self, id: str, query: str, variables: Mapping[str, object] | None, operation_name: str | None, send: Send
    ) -> bool:
        """Send a socket the results of a subscription until it ends; False if it must be run for this socket alone."""
        if not is_public(query, operation_name):
            return False
        key = orjson.dumps([query, variables, operation_name], option=orjson.OPT_SORT_KEYS)
        run = self._runs.get(key)
        if run is None:
            if len(self._runs) >= DIFFERENT:
                return False
            run = self._runs[key] = _Run()
            run.task = asyncio.create_task(self._execute(key, run, query, variables, operation_name))
        watcher = Watcher(id, send, self._traffic)
        run.watchers.add(watcher)
        if run.last is not None:
            watcher.push(run.last)
        try:
            if not await asyncio.shield(run.begun):
                return False
            await watcher.left
        finally:
            run.watchers.discard(watcher)
            watcher.drop()
            if not run.watchers and self._runs.get(key) is run:
                del self._runs[key]
                run.task.cancel() if run.task else None
        return True

    async def _execute(
        self, key: bytes, run: _Run, query: str, variables: Mapping[str, object] | None, operation_name: str | None
    ) -> None:
        """Run a subscription as a stranger; whatever does not begin well is left to its own socket."""
        try:
            results = await self._schema.stream(
                query,
                variable_values=dict(variables) if variables else None,
                context_value=self._stranger(),
                operation_name=operation_name,
                allowed_operation_types=(OperationType.SUBSCRIPTION,),
            )
            async with aclosing(results):
                async for result in results:
                    begins = not run.begun.done()
                    if not isinstance(result, ExecutionResult) or (begins and result.errors):
                        break
                    errors = {"errors": [e.formatted for e in masked(result.errors)]} if result.errors else {}
                    run.tell(orjson.dumps({"data": result.data, **errors}).decode())
                    if begins:
                        run.begun.set_result(True)
        finally:
            if self._runs.get(key) is run:
                del self._runs[key]
            if not run.begun.done():
                run.begun.set_result(False)
            for watcher in tuple(run.watchers):
                watcher.end()
