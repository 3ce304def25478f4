"""Deeds: every event that an organizer caused, and where it stands in the log. What was done is read there."""

from typing import Final, get_args
from uuid import UUID, uuid5

import sqlalchemy as sa
from msgspec import Struct

from plenary.conferences import conference_messages as conference
from plenary.desk.by_event import EventView
from plenary.engine.database import Database
from plenary.engine.messages import Event
from plenary.engine.tables import Name
from plenary.payments import payment_messages as payment
from plenary.registration import assignments, order_events, promo_code_messages

ORGANIZER: Final = "conference:"
"""How the sender of an organizer's command begins; the conference's id follows."""
OWN: Final = get_args(conference.Event)
"""A conference is created by anybody, who is its organizer from then on."""


class DeedRow(Struct, frozen=True, gc=False):
    """One event: the conference whose organizer caused it, its stream, and its `position`."""

    deed: UUID
    conference_id: UUID
    stream: str
    position: int


derived = sa.MetaData()

deeds = sa.Table(
    "deeds",
    derived,
    sa.Column("deed", sa.Uuid, primary_key=True),
    sa.Column("conference_id", sa.Uuid, nullable=False),
    sa.Column("stream", Name, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Index("deeds_conference_id_position", "conference_id", "position"),
)


async def find_deeds(database: Database, conference_id: UUID, limit: int, before: int | None = None) -> list[DeedRow]:
    """Up to `limit` deeds of a conference's organizer, newest first; `before`: only those at lower positions."""
    query = sa.select(deeds).where(deeds.c.conference_id == conference_id)
    if before is not None:
        query = query.where(deeds.c.position < before)
    query = query.order_by(deeds.c.position.desc()).limit(limit)
    async with database.reading() as db:
        return [DEEDS.load(found) for found in (await db.execute(query)).mappings()]


def conference_of(event: Event) -> UUID | None:
    """The conference whose organizer caused an event; None where it was somebody or something else."""
    if type(event.data) in OWN:
        found: UUID = event.data.conference_id
        return found
    actor = event.metadata.actor
    return UUID(actor.removeprefix(ORGANIZER)) if actor.startswith(ORGANIZER) else None


def _deed(event: Event) -> UUID | None:
    conference_id = conference_of(event)
    return uuid5(conference_id, str(event.position)) if conference_id else None


def project(row: DeedRow | None, event: Event) -> DeedRow | None:
    """A deed is done once."""
    deed, conference_id = _deed(event), conference_of(event)
    if row is not None or deed is None or conference_id is None:
        return row
    return DeedRow(deed, conference_id, event.stream, event.position)


DEEDS: Final[EventView[DeedRow]] = EventView(
    name="deeds",
    table=deeds,
    row=DeedRow,
    events=(
        *OWN,
        *get_args(order_events.Event),
        *get_args(promo_code_messages.Event),
        *get_args(assignments.Event),
        *get_args(payment.Event),
    ),
    key=lambda event: None,
    project=project,
    of_event=_deed,
)
