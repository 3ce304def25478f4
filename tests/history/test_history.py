"""Whatever was ever stored can be read today, and what is stored today is what the samples say."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from plenary.app import DECIDERS
from plenary.engine.sealed import ERASED
from plenary.log.contract import Recorded
from tests.history.write import FOLDER, messages, name_of

EVENTS = [event for decider in DECIDERS for event in decider.events]
SAMPLES = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}


def recorded(sample: dict[str, Any]) -> Recorded:
    return Recorded(
        position=1,
        stream=sample["stream"],
        version=sample["version"],
        type=sample["type"],
        schema_version=sample["schema_version"],
        data=json.dumps(sample["data"]),
        metadata=json.dumps(sample["metadata"]),
        recorded_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(("name", "sample"), SAMPLES.items(), ids=SAMPLES)
async def test_every_event_ever_written_is_still_read(name: str, sample: dict[str, Any]) -> None:
    (event,) = await messages().decode([recorded(sample)])
    assert type(event.data).__name__ == name.partition(".")[0]
    assert ERASED not in repr(event.data)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
async def test_what_is_stored_today_has_the_fields_of_its_sample(event: type[Any]) -> None:
    sample = SAMPLES[name_of(event).removesuffix(".json")]
    store = messages()
    (read,) = await store.decode([recorded(sample)])
    stored = json.loads(store.encode(read.data, sample["stream"], sample["version"], read.metadata).data)
    assert stored.keys() == sample["data"].keys(), (
        f"{event.__name__} changed its shape: it needs a version and an upcaster"
    )
    plain = {field for field, value in stored.items() if not str(value).startswith("sealed:")}
    assert {field: stored[field] for field in plain} == {field: sample["data"][field] for field in plain}


def test_personal_fields_are_sealed_in_every_sample() -> None:
    assert not [name for name, sample in SAMPLES.items() if "@" in json.dumps(sample)]
