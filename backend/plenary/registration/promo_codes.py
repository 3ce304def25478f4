"""Promo codes: what each takes off, its limit, and how often it is used, as the organizer's list shows them."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from plenary.engine.database import Database
from plenary.engine.messages import Event
from plenary.engine.views import Json, View, find_rows
from plenary.registration import promo_code_messages as facts
from plenary.words import Promo

MOST: Final = 500
"""Codes that are listed of one conference."""


class PromoCodeRow(Struct, frozen=True, gc=False):
    """One code; `limit` is the most uses, None for any number, and `used` those of held and bought orders."""

    code_id: UUID
    conference_id: UUID
    promo: Promo
    limit: int | None
    used: int
    ended: bool
    position: int


derived = sa.MetaData()

promo_codes = sa.Table(
    "promo_codes",
    derived,
    sa.Column("code_id", sa.Uuid, primary_key=True),
    sa.Column("conference_id", sa.Uuid, nullable=False),
    sa.Column("promo", Json(Promo), nullable=False),
    sa.Column("limit", sa.Integer),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Index("promo_codes_conference_id", "conference_id"),
)


async def find_promo_codes(database: Database, conference_id: UUID) -> list[PromoCodeRow]:
    """The codes of a conference, by name, those that ended last; at most `MOST`."""
    async with database.reading() as db:
        found = await find_rows(db, PROMO_CODES, promo_codes.c.conference_id == conference_id)
    return sorted(found, key=lambda row: (row.ended, row.promo.code))[:MOST]


def project(row: PromoCodeRow | None, event: Event) -> PromoCodeRow | None:
    """A code after an event."""
    match event.data:
        case facts.CodeCreated(code_id, conference_id, promo, limit):
            return PromoCodeRow(code_id, conference_id, promo, limit, 0, False, event.position)
    return row and _changed(row, event.data)


def _changed(row: PromoCodeRow, event: Any) -> PromoCodeRow:
    match event:
        case facts.CodeChanged(promo=promo, limit=limit):
            return replace(row, promo=promo, limit=limit, ended=False)
        case facts.CodeEnded():
            return replace(row, ended=True)
        case _:
            return replace(row, used=event.used)


PROMO_CODES: View[PromoCodeRow] = View(
    name="promo_codes",
    table=promo_codes,
    row=PromoCodeRow,
    events=(
        facts.CodeCreated,
        facts.CodeChanged,
        facts.CodeEnded,
        facts.UseReserved,
        facts.UseReturned,
        facts.UseRetaken,
    ),
    key=lambda event: event.code_id,
    project=project,
)
