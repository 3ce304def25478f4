"""`python -m tests.history.write` adds a sample of every event that has none yet, as the log would hold it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plenary.app import DECIDERS
from plenary.engine.decider import Decider, Refusal
from plenary.engine.messages import Messages, Metadata
from plenary.engine.sealed import Keys
from plenary.upcasters import UPCASTERS
from tests.test_deciders import COMMANDS, FURTHER

FOLDER = Path(__file__).parent
PERSON_KEY = bytes(range(32))
ABOUT = Metadata(UUID(int=101), UUID(int=102), "event 7", "process:registration")


class SampleKeys(Keys):
    """Everybody has the same key, so that samples can be opened for ever."""

    def __init__(self) -> None:
        """Needs no database."""
        self._opened = {}

    async def load(self, subjects: Any) -> None:
        """The one key for all of them."""
        self._opened |= {subject: AESGCM(PERSON_KEY) for subject in subjects}


def messages() -> Messages:
    """Today's messages, with keys that open the samples."""
    events = [event for decider in DECIDERS for event in decider.events]
    return Messages(events, [], SampleKeys(), UPCASTERS)


def name_of(event: type[Any]) -> str:
    """The file of an event's current version."""
    return f"{event.__name__}.{1 + len(UPCASTERS.get(event.__name__, ()))}.json"


def happenings(decider: Decider[Any, Any, Any]) -> Iterator[Any]:
    """Events of every kind, from trying commands in one state after the other."""
    states, seen = [decider.initial, *FURTHER.get(decider, ())], 0
    known = set(states)
    while seen < len(states) < 2_000:
        state, seen = states[seen], seen + 1
        for command in COMMANDS[decider]:
            answer = decider.decide(command, state)
            after = state
            for event in () if isinstance(answer, Refusal) else answer:
                yield event
                after = decider.evolve(after, event)
            if after not in known:
                known.add(after)
                states.append(after)


async def write() -> list[str]:
    """Add what is missing; the names of the new files."""
    written = []
    for decider in DECIDERS:
        missing = {event for event in decider.events if not (FOLDER / name_of(event)).exists()}
        for event in happenings(decider) if missing else ():
            if type(event) in missing:
                missing.discard(type(event))
                store = messages()
                await store.load_people([event])
                stored = store.encode(event, f"{decider.name}-sample", 3, ABOUT)
                sample = {
                    "type": stored.type,
                    "schema_version": stored.schema_version,
                    "stream": f"{decider.name}-sample",
                    "version": 3,
                    "data": json.loads(stored.data),
                    "metadata": json.loads(stored.metadata),
                }
                (FOLDER / name_of(type(event))).write_text(json.dumps(sample, indent=2, ensure_ascii=False) + "\n")
                written.append(name_of(type(event)))
            if not missing:
                break
    return written


if __name__ == "__main__":
    import asyncio

    print("\n".join(asyncio.run(write())) or "every event has its sample")
