"""The log in memory: for tests and for looking at the rules without a database."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from uuid import UUID

from plenary.log.contract import Answered, Append, Recorded, Verdict
from plenary.log.lane import check, judge


class MemoryLog:
    """An EventLog that forgets everything with the process."""

    def __init__(self) -> None:
        """An empty log."""
        self._events: list[Recorded] = []
        self._streams: defaultdict[str, list[Recorded]] = defaultdict(list)
        self._answered: dict[UUID, Answered] = {}

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        """See EventLog. Nothing else runs meanwhile, because nothing in here waits."""
        check(batch)
        judged = judge(batch, len(self._events), lambda name: len(self._streams.get(name, ())), self._answered.get)
        moment = datetime.now(UTC)
        for position, stream, version, new in judged.events:
            event = Recorded(
                position, stream, version, new.type, new.schema_version, new.data, new.metadata, moment
            )  # fmt: skip
            self._events.append(event)
            self._streams[stream].append(event)
        self._answered.update((answer.id, answer) for answer in judged.answers)
        return judged.verdicts

    async def stream(self, name: str, after: int = 0) -> list[Recorded]:
        """See EventLog."""
        return self._streams.get(name, [])[after:]

    async def after(self, position: int, limit: int = 1000) -> list[Recorded]:
        """See EventLog."""
        return self._events[position : position + limit]

    async def head(self) -> int:
        """See EventLog."""
        return len(self._events)

    async def answered(self, ids: Sequence[UUID]) -> dict[UUID, Answered]:
        """See EventLog."""
        return {id: self._answered[id] for id in ids if id in self._answered}

    def turn(self, stream: str) -> AbstractAsyncContextManager[None]:
        """See EventLog. There is no other process."""
        return nullcontext()

    async def close(self) -> None:
        """Nothing to close."""
