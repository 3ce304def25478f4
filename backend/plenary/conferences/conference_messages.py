"""What an organizer can ask of a conference, what can happen to it, and why it may say no."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from plenary.engine.decider import Personal, Refusal


@dataclass(frozen=True, slots=True)
class Details:
    """What a conference says about itself; the commands and events that state it all inherit from this.

    Registrants may cancel until `cancel_days` days before the first one (None: they may not), for a fee of
    `cancel_fee_percent` of what they paid. Bank transfers are waited for `transfer_days` days (None: not at all).
    """

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
    cancel_days: int | None = field(default=None, kw_only=True)
    cancel_fee_percent: int = field(default=0, kw_only=True)
    transfer_days: int | None = field(default=None, kw_only=True)
    transfer_details: str = field(default="", kw_only=True)


# Commands


@dataclass(frozen=True, slots=True)
class CreateConference(Details):
    """With `seat_types`, it begins with these, all or nothing."""

    owner: UUID
    owner_name: str
    owner_email: str
    seat_types: "tuple[AddSeatType, ...]" = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class EditConference(Details):
    pass


@dataclass(frozen=True, slots=True)
class PublishConference:
    conference_id: UUID


@dataclass(frozen=True, slots=True)
class UnpublishConference:
    conference_id: UUID


@dataclass(frozen=True, slots=True)
class AddSeatType:
    """An order with any seats of this type has `least` to `most`, asked for within the sale's window (UTC)."""

    conference_id: UUID
    seat_type_id: UUID
    name: str
    description: str
    price: int
    quota: int
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EditSeatType:
    conference_id: UUID
    seat_type_id: UUID
    name: str
    description: str
    price: int
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeQuota:
    conference_id: UUID
    seat_type_id: UUID
    quota: int


@dataclass(frozen=True, slots=True)
class RetireSeatType:
    conference_id: UUID
    seat_type_id: UUID


@dataclass(frozen=True, slots=True)
class DeleteSeatType:
    conference_id: UUID
    seat_type_id: UUID


Command = (
    CreateConference
    | EditConference
    | PublishConference
    | UnpublishConference
    | AddSeatType
    | EditSeatType
    | ChangeQuota
    | RetireSeatType
    | DeleteSeatType
)


# Events


@dataclass(frozen=True, slots=True)
class ConferenceCreated(Details):
    owner: UUID
    owner_name: Annotated[str, Personal("owner")]
    owner_email: Annotated[str, Personal("owner")]


@dataclass(frozen=True, slots=True)
class ConferenceEdited(Details):
    pass


@dataclass(frozen=True, slots=True)
class ConferencePublished:
    conference_id: UUID


@dataclass(frozen=True, slots=True)
class ConferenceUnpublished:
    conference_id: UUID


@dataclass(frozen=True, slots=True)
class SeatTypeAdded:
    conference_id: UUID
    seat_type_id: UUID
    name: str
    description: str
    price: int
    quota: int
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeatTypeEdited:
    conference_id: UUID
    seat_type_id: UUID
    name: str
    description: str
    price: int
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuotaChanged:
    conference_id: UUID
    seat_type_id: UUID
    quota: int


@dataclass(frozen=True, slots=True)
class SeatTypeRetired:
    conference_id: UUID
    seat_type_id: UUID


@dataclass(frozen=True, slots=True)
class SeatTypeDeleted:
    conference_id: UUID
    seat_type_id: UUID


Event = (
    ConferenceCreated
    | ConferenceEdited
    | ConferencePublished
    | ConferenceUnpublished
    | SeatTypeAdded
    | SeatTypeEdited
    | QuotaChanged
    | SeatTypeRetired
    | SeatTypeDeleted
)


# Refusals


@dataclass(frozen=True, slots=True)
class ConferenceNotFound(Refusal):
    text: ClassVar[str] = "There is no such conference."


@dataclass(frozen=True, slots=True)
class ConferenceExists(Refusal):
    text: ClassVar[str] = "This conference was already created."


@dataclass(frozen=True, slots=True)
class SlugFixed(Refusal):
    text: ClassVar[str] = "The address of a conference is fixed once it was published."
    field: ClassVar[str | None] = "slug"


@dataclass(frozen=True, slots=True)
class CurrencyFixed(Refusal):
    text: ClassVar[str] = "The currency of a conference is fixed once it was published."
    field: ClassVar[str | None] = "currency"


@dataclass(frozen=True, slots=True)
class SeatTypeNotFound(Refusal):
    text: ClassVar[str] = "This conference has no such seat type."


@dataclass(frozen=True, slots=True)
class SeatTypeExists(Refusal):
    text: ClassVar[str] = "This seat type was already added."


@dataclass(frozen=True, slots=True)
class SeatTypeWasOnSale(Refusal):
    text: ClassVar[str] = "A seat type that was ever on sale cannot be deleted; retire it instead."


@dataclass(frozen=True, slots=True)
class SeatTypeIsRetired(Refusal):
    text: ClassVar[str] = "This seat type is retired."
