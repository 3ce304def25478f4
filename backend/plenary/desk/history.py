"""Histories: what happened to an order or a conference, told in human words, with the events themselves behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final
from uuid import UUID

import msgspec

from plenary.conferences.catalogue import find_conferences
from plenary.conferences.conference import CONFERENCE
from plenary.desk.deeds import find_deeds
from plenary.desk.story import Story
from plenary.engine.engine import Engine
from plenary.engine.messages import Event, Unknown
from plenary.log.contract import Recorded
from plenary.payments.payment import PAYMENT
from plenary.registration.assignments import ASSIGNMENTS
from plenary.registration.order import ORDER
from plenary.registration.promo_codes import find_promo_codes


class Who(Enum):
    """Who caused an event, by the authority that its command was sent with."""

    REGISTRANT = "registrant"
    ORGANIZER = "organizer"
    PROCESS = "process"
    TIMER = "timer"
    GATEWAY = "gateway"
    OPERATOR = "operator"


ACTORS: Final = {
    "order": Who.REGISTRANT,
    "conference": Who.ORGANIZER,
    "process": Who.PROCESS,
    "timer": Who.TIMER,
    "gateway": Who.GATEWAY,
    "operator": Who.OPERATOR,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: who caused it, `what` happened in a sentence, and its `data` as JSON with everything open."""

    who: Who
    what: str
    event: Event
    kind: str
    schema_version: int
    data: str


def who_did(event: Event) -> Who:
    """Who caused an event. Whoever begins an order or a conference has no right yet, and is who it belongs to then."""
    known = ACTORS.get(event.metadata.actor.partition(":")[0])
    return known or (Who.ORGANIZER if event.stream.startswith(f"{CONFERENCE.name}-") else Who.REGISTRANT)


async def order_history(engine: Engine, order_id: UUID) -> list[Entry]:
    """Everything that happened to an order, its payments and its seats, the oldest first."""
    own = await engine.log.stream(ORDER.stream_of(order_id))
    recorded = [*own, *await engine.log.stream(ASSIGNMENTS.stream_of(order_id))]
    events = await engine.messages.decode(own, of_newer=True)
    payments = dict.fromkeys(id_ for event in events if (id_ := getattr(event.data, "payment_id", None)))
    for payment_id in payments:
        recorded += await engine.log.stream(PAYMENT.stream_of(payment_id))
    return await _told(engine, recorded, Story())


async def conference_history(engine: Engine, conference_id: UUID, limit: int, before: int | None = None) -> list[Entry]:
    """Up to `limit` of an organizer's deeds, the newest first; `before`: only those at lower positions."""
    deeds = await find_deeds(engine.database, conference_id, limit, before)
    own = CONFERENCE.stream_of(conference_id)
    told: dict[int, Entry] = {}
    if any(deed.stream == own for deed in deeds):
        told |= _by_position(await _told(engine, await engine.log.stream(own), Story()))
    orders: set[UUID] = set()
    for deed in deeds:
        if deed.position in told:
            continue
        recorded = await engine.log.after(deed.position - 1, 1)
        [event] = await engine.messages.decode(recorded, of_newer=True)
        order_id = getattr(event.data, "order_id", None)
        if order_id is None:
            told |= _by_position(await _told(engine, recorded, await _story(engine, conference_id)))
        elif order_id not in orders:
            orders.add(order_id)
            told |= _by_position(_of_order(await order_history(engine, order_id)))
    return [told[deed.position] for deed in deeds if deed.position in told]


async def _story(engine: Engine, conference_id: UUID) -> Story:
    """For events whose stream may be long: what things are called now is good enough for them."""
    codes = [(row.code_id, row.promo.code) for row in await find_promo_codes(engine.database, conference_id)]
    for row in await find_conferences(engine.database, [conference_id]):
        return Story(row.currency, [(one.seat_type_id, one.name) for one in row.seat_types], codes)
    return Story(codes=codes)


def _of_order(entries: Sequence[Entry]) -> list[Entry]:
    """An order's history as it stands among other things: each sentence says which order it is about."""
    code = next((code for entry in entries if (code := getattr(entry.event.data, "code", None))), "unknown")
    return [replace(entry, what=f"Order {code}: {entry.what}") for entry in entries]


def _by_position(entries: Iterable[Entry]) -> dict[int, Entry]:
    return {entry.event.position: entry for entry in entries}


async def _told(engine: Engine, recorded: Sequence[Recorded], story: Story) -> list[Entry]:
    rows = sorted(recorded, key=lambda row: row.position)
    events = await engine.messages.decode(rows, of_newer=True)
    return [
        Entry(who_did(event), story.tell(event.data), event, row.type, row.schema_version, _data(row, event))
        for row, event in zip(rows, events, strict=True)
    ]


def _data(row: Recorded, event: Event) -> str:
    """The event as JSON for people; one that this program does not know stays sealed."""
    text = row.data.encode() if isinstance(event.data, Unknown) else msgspec.json.encode(event.data)
    return msgspec.json.format(text, indent=2).decode()
