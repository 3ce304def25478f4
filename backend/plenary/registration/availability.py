"""Availability: how many seats of each type of a conference are held, sold and free, now and at every change.

Each number has one source: quotas, names and prices are the organizer's facts, what is held and sold the seats'.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from plenary.conferences import conference_messages as conference
from plenary.engine.messages import Event
from plenary.engine.tables import Name
from plenary.engine.views import Json, View
from plenary.registration import seats_messages as seats


class SeatTypeLevels(Struct, frozen=True, gc=False):
    """One seat type: `price` in minor units, `quota` seats in all, of which some are held and some sold.

    One order takes `least` to `most`, within the sale's window (UTC). `waiting`: people on the waitlist.
    """

    seat_type_id: UUID
    name: str
    description: str
    price: int
    quota: int
    held: int = 0
    sold: int = 0
    retired: bool = False
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    waiting: int = 0

    @property
    def available(self) -> int:
        """How many can be ordered now: never below 0, and none once it is retired."""
        return 0 if self.retired else max(self.quota - self.held - self.sold, 0)


class AvailabilityRow(Struct, frozen=True, gc=False):
    """The seats of one conference. `open`: new orders are taken. `ever_published`: everybody may see it."""

    conference_id: UUID
    slug: str
    name: str
    currency: str
    open: bool
    ever_published: bool
    seats: tuple[SeatTypeLevels, ...]
    position: int


derived = sa.MetaData()

availability = sa.Table(
    "availability",
    derived,
    sa.Column("conference_id", sa.Uuid, primary_key=True),
    sa.Column("slug", Name, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("ever_published", sa.Boolean, nullable=False),
    sa.Column("seats", Json(tuple[SeatTypeLevels, ...]), nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
)


def project(row: AvailabilityRow | None, event: Event) -> AvailabilityRow | None:
    """A conference's seats after an event."""
    match event.data:
        case conference.ConferenceCreated(conference_id=id_, slug=slug, name=name, currency=currency):
            return AvailabilityRow(id_, slug, name, currency, False, False, (), event.position)
    return row and _changed(row, event.data)


def _changed(row: AvailabilityRow, event: Any) -> AvailabilityRow:
    match event:
        case conference.ConferenceEdited(slug=slug, name=name, currency=currency):
            return replace(row, slug=slug, name=name, currency=currency)
        case conference.ConferencePublished():
            return replace(row, open=True, ever_published=True)
        case conference.ConferenceUnpublished():
            return replace(row, open=False)
        case conference.SeatTypeAdded(_, seat_type_id, name, description, price, quota):
            added = SeatTypeLevels(seat_type_id, name, description, price, quota, **_terms(event))
            return replace(row, seats=(*row.seats, added))
        case conference.SeatTypeEdited(_, seat_type_id, name, description, price):
            edited = {"name": name, "description": description, "price": price, **_terms(event)}
            return _with(row, {seat_type_id: edited})
        case conference.QuotaChanged(_, seat_type_id, quota):
            return _with(row, {seat_type_id: {"quota": quota}})
        case conference.SeatTypeRetired(_, seat_type_id):
            return _with(row, {seat_type_id: {"retired": True}})
        case conference.SeatTypeDeleted(_, seat_type_id):
            return replace(row, seats=tuple(seat for seat in row.seats if seat.seat_type_id != seat_type_id))
        case (
            seats.QuotaSet()
            | seats.SeatsReserved()
            | seats.SeatsCommitted()
            | seats.SeatsReleased()
            | seats.SeatsReduced()
        ):
            return _with(row, {level.seat_type_id: {"held": level.held, "sold": level.sold} for level in event.levels})
        case seats.SeatsOffered(waiting=waiting, levels=(level,)):
            return _with(row, {level.seat_type_id: {"held": level.held, "sold": level.sold, "waiting": waiting}})
        case seats.WaitlistJoined() | seats.WaitlistLeft() | seats.WaitlistEnded():
            return _with(row, {event.seat_type_id: {"waiting": event.waiting}})
    return row


def _terms(event: conference.SeatTypeAdded | conference.SeatTypeEdited) -> dict[str, Any]:
    return {name: getattr(event, name) for name in ("least", "most", "sale_from", "sale_until")}


def _with(row: AvailabilityRow, changes: dict[UUID, dict[str, Any]]) -> AvailabilityRow:
    """The row with changes to some seat types; the same row when nothing is different."""
    changed = tuple(
        replace(seat, **changes[seat.seat_type_id]) if seat.seat_type_id in changes else seat for seat in row.seats
    )
    return row if changed == row.seats else replace(row, seats=changed)


AVAILABILITY: View[AvailabilityRow] = View(
    name="availability",
    table=availability,
    row=AvailabilityRow,
    events=(
        conference.ConferenceCreated,
        conference.ConferenceEdited,
        conference.ConferencePublished,
        conference.ConferenceUnpublished,
        conference.SeatTypeAdded,
        conference.SeatTypeEdited,
        conference.QuotaChanged,
        conference.SeatTypeRetired,
        conference.SeatTypeDeleted,
        seats.QuotaSet,
        seats.SeatsReserved,
        seats.SeatsCommitted,
        seats.SeatsReleased,
        seats.SeatsReduced,
        seats.SeatsOffered,
        seats.WaitlistJoined,
        seats.WaitlistLeft,
        seats.WaitlistEnded,
    ),
    key=lambda event: event.conference_id,
    project=project,
)
