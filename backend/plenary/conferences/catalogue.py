"""The catalogue: every conference with its seat types and owner, for the public list, its page and its organizer."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from plenary.conferences import conference_messages as facts
from plenary.engine.database import Database
from plenary.engine.messages import Event
from plenary.engine.tables import Name
from plenary.engine.views import Json, View, find_rows
from plenary.words import check_slug

State = Literal["draft", "published", "unpublished"]


class SeatType(Struct, frozen=True, gc=False):
    """What is sold: `price` in minor units; `retired` ones are sold no more, one `ever_on_sale` is never deleted."""

    seat_type_id: UUID
    name: str
    description: str
    price: int
    quota: int
    retired: bool = False
    ever_on_sale: bool = False
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None


class ConferenceRow(Struct, frozen=True, gc=False):
    """One conference; `published_position` is that of its first publication."""

    conference_id: UUID
    slug: str
    name: str
    tagline: str
    description: str
    location: str
    time_zone: str
    starts_on: date
    ends_on: date
    currency: str
    hold_seconds: int
    seats_per_order: int
    cancel_days: int | None
    cancel_fee_percent: int
    transfer_days: int | None
    transfer_details: str
    state: State
    ever_published: bool
    published_position: int | None
    seat_types: tuple[SeatType, ...]
    owner: UUID
    owner_name: str
    owner_email: str
    position: int


derived = sa.MetaData()

conferences = sa.Table(
    "catalogue",
    derived,
    sa.Column("conference_id", sa.Uuid, primary_key=True),
    sa.Column("slug", Name, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("tagline", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("hold_seconds", sa.Integer, nullable=False),
    sa.Column("seats_per_order", sa.Integer, nullable=False),
    sa.Column("cancel_days", sa.Integer),
    sa.Column("cancel_fee_percent", sa.Integer, nullable=False),
    sa.Column("transfer_days", sa.Integer),
    sa.Column("transfer_details", sa.Text, nullable=False),
    sa.Column("state", Name, nullable=False),
    sa.Column("ever_published", sa.Boolean, nullable=False),
    sa.Column("published_position", sa.BigInteger),
    sa.Column("seat_types", Json(tuple[SeatType, ...]), nullable=False),
    sa.Column("owner", sa.Uuid, nullable=False),
    sa.Column("owner_name", sa.Text, nullable=False, info={"personal": True}),
    sa.Column("owner_email", sa.Text, nullable=False, info={"personal": True}),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Index("catalogue_slug", "slug"),
    sa.Index("catalogue_owner", "owner"),
    sa.Index("catalogue_state_published_position", "state", "published_position"),
)


async def find_conference_by_slug(database: Database, slug: str) -> ConferenceRow | None:
    """The conference that has this slug now, whatever its state; no database is asked for what cannot be one."""
    if check_slug("slug", slug):
        return None
    async with database.reading() as db:
        return next(iter(await find_rows(db, CATALOGUE, conferences.c.slug == slug)), None)


async def find_conferences(database: Database, ids: Sequence[UUID]) -> list[ConferenceRow]:
    """These conferences as far as they exist, by name."""
    if not ids:
        return []
    async with database.reading() as db:
        found = await find_rows(db, CATALOGUE, conferences.c.conference_id.in_(ids))
    return sorted(found, key=lambda row: (row.name.casefold(), row.conference_id))


async def find_conferences_of(database: Database, owner: UUID) -> list[ConferenceRow]:
    """All conferences of one owner, in no particular order."""
    async with database.reading() as db:
        return await find_rows(db, CATALOGUE, conferences.c.owner == owner)


async def find_published(database: Database, limit: int, before: int | None = None) -> list[ConferenceRow]:
    """Up to `limit` published conferences, the newest first; `before`: only those first published before a position."""
    query = sa.select(conferences).where(conferences.c.state == "published")
    if before is not None:
        query = query.where(conferences.c.published_position < before)
    query = query.order_by(conferences.c.published_position.desc()).limit(limit)
    async with database.reading() as db:
        return [CATALOGUE.load(found) for found in (await db.execute(query)).mappings()]


def project(row: ConferenceRow | None, event: Event) -> ConferenceRow | None:
    """A conference after an event."""
    if isinstance(event.data, facts.ConferenceCreated):
        data = event.data
        return ConferenceRow(
            **_details(data),
            state="draft",
            ever_published=False,
            published_position=None,
            seat_types=(),
            owner=data.owner,
            owner_name=data.owner_name,
            owner_email=data.owner_email,
            position=event.position,
        )
    return row and _changed(row, event)


def _changed(row: ConferenceRow, event: Event) -> ConferenceRow:
    match event.data:
        case facts.ConferenceEdited() as edited:
            return replace(row, **_details(edited))
        case facts.ConferencePublished():
            return replace(
                row,
                state="published",
                ever_published=True,
                published_position=row.published_position or event.position,
                seat_types=tuple(s if s.retired else replace(s, ever_on_sale=True) for s in row.seat_types),
            )
        case facts.ConferenceUnpublished():
            return replace(row, state="unpublished")
        case facts.SeatTypeAdded(_, seat_type_id, name, description, price, quota):
            on_sale = row.state == "published"
            added = SeatType(seat_type_id, name, description, price, quota, False, on_sale, **_terms(event.data))
            return replace(row, seat_types=(*row.seat_types, added))
        case facts.SeatTypeEdited(_, seat_type_id, name, description, price) as edited:
            return _with(row, seat_type_id, name=name, description=description, price=price, **_terms(edited))
        case facts.QuotaChanged(_, seat_type_id, quota):
            return _with(row, seat_type_id, quota=quota)
        case facts.SeatTypeRetired(_, seat_type_id):
            return _with(row, seat_type_id, retired=True)
        case facts.SeatTypeDeleted(_, seat_type_id):
            return replace(row, seat_types=tuple(s for s in row.seat_types if s.seat_type_id != seat_type_id))
    return row


def _details(event: facts.Details) -> dict[str, Any]:
    return {field.name: getattr(event, field.name) for field in fields(facts.Details)}


def _terms(event: facts.SeatTypeAdded | facts.SeatTypeEdited) -> dict[str, Any]:
    return {name: getattr(event, name) for name in ("least", "most", "sale_from", "sale_until")}


def _with(row: ConferenceRow, seat_type_id: UUID, **changes: Any) -> ConferenceRow:
    return replace(
        row,
        seat_types=tuple(replace(s, **changes) if s.seat_type_id == seat_type_id else s for s in row.seat_types),
    )


CATALOGUE: View[ConferenceRow] = View(
    name="catalogue",
    table=conferences,
    row=ConferenceRow,
    events=get_args(facts.Event),
    key=lambda event: event.conference_id,
    project=project,
)
