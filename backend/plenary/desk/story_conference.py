"""What an organizer did to a conference, in human words: what is different after each deed, and what it was before."""

from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from plenary.amounts import money
from plenary.conferences import conference_messages as say

NAMES: Final = {
    "slug": "address",
    "name": "name",
    "tagline": "tagline",
    "description": "description",
    "location": "location",
    "time_zone": "time zone",
    "starts_on": "first day",
    "ends_on": "last day",
    "currency": "currency",
    "hold_seconds": "hold time",
    "seats_per_order": "seats per order",
    "cancel_days": "days before which one may cancel",
    "cancel_fee_percent": "fee for cancelling",
    "transfer_days": "days a bank transfer is waited for",
    "transfer_details": "where to transfer money to",
}
LONG: Final = {"description", "transfer_details"}
"""Texts that are not repeated in a sentence."""


class ConferenceStory:
    """Tells a conference's own events, the first of which comes first."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._details: say.Details | None = None
        self._types: dict[UUID, Any] = {}
        self._quotas: dict[UUID, int] = {}

    def tell(self, event: Any) -> str | None:
        """One sentence."""
        match event:
            case say.ConferenceCreated(name=name, owner_name=owner):
                self._details = event
                return f"{owner} created {name} as a draft."
            case say.ConferenceEdited():
                before, self._details = self._details, event
                return f"Details were changed: {_and(self._different(before, event))}."
            case say.ConferencePublished():
                return "The conference was published: it is listed, and its seats are on sale."
            case say.ConferenceUnpublished():
                return "The conference was unpublished: it is not listed, and nothing is sold."
            case say.SeatTypeAdded(seat_type_id=id_, name=name, price=price, quota=quota):
                self._types[id_], self._quotas[id_] = event, quota
                return f"Seat type {name} was added: {quota:,} seats at {self._money(price)}{self._terms(event)}."
            case say.SeatTypeEdited(seat_type_id=id_, name=name):
                before, self._types[id_] = self._types.get(id_), event
                return f"Seat type {name} was changed: {_and(self._type_differences(before, event))}."
            case say.QuotaChanged(seat_type_id=id_, quota=quota):
                old, self._quotas[id_] = self._quotas.get(id_), quota
                return f"There are {quota:,} seats of {self._name(id_)} now{'' if old is None else f', not {old:,}'}."
            case say.SeatTypeRetired(seat_type_id=id_):
                return f"Seat type {self._name(id_)} was retired: it is sold no more, sold seats stay valid."
            case say.SeatTypeDeleted(seat_type_id=id_):
                return f"Seat type {self._name(id_)} was deleted before it was ever on sale."
        return None

    def _name(self, id_: UUID) -> str:
        return self._types[id_].name if id_ in self._types else "that is not known here"

    def _money(self, amount: int) -> str:
        return money(amount, self._details.currency) if self._details else f"{amount} minor units"

    def _different(self, before: say.Details | None, after: say.Details) -> list[str]:
        if before is None:
            return ["all of them"]
        found = []
        for field in fields(say.Details):
            old, new = getattr(before, field.name), getattr(after, field.name)
            if old != new:
                name = NAMES.get(field.name, field.name.replace("_", " "))
                found.append(name if field.name in LONG else f"{name} from {_value(old)} to {_value(new)}")
        return found

    def _type_differences(self, before: Any, after: say.SeatTypeEdited) -> list[str]:
        if before is None:
            return ["all of it"]
        found = []
        if before.name != after.name:
            found.append(f"its name was {before.name}")
        if before.price != after.price:
            found.append(f"price from {self._money(before.price)} to {self._money(after.price)}")
        if before.description != after.description:
            found.append("description")
        if self._terms(before) != self._terms(after):
            found.append(f"limits{self._terms(after) or ' were lifted'}")
        return found

    def _terms(self, event: Any) -> str:
        """The limits of a seat type that has any: ", 2 to 4 an order, sold until …"."""
        parts = []
        if event.least > 1 or event.most is not None:
            most = f"to {event.most}" if event.most is not None else "or more"
            parts.append(f"{event.least} {most} an order")
        for word, at in (("from", event.sale_from), ("until", event.sale_until)):
            if at is not None:
                parts.append(f"sold {word} {self._moment(at)}")
        return "".join(f", {part}" for part in parts)

    def _moment(self, at: datetime) -> str:
        zone = self._details.time_zone if self._details else "UTC"
        return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def _value(value: object) -> str:
    return "none" if value is None or value == "" else f"“{value}”" if isinstance(value, str) else str(value)


def _and(parts: list[str]) -> str:
    return "; ".join(parts) or "nothing that is shown"
