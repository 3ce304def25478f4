"""What the API shows of a conference, and what an organizer may say about one."""

import enum
from datetime import date, datetime
from typing import Annotated, Self, TypeAlias
from uuid import UUID

import strawberry

from plenary.conferences import catalogue
from plenary.graphql.context import Context
from plenary.graphql.words import (
    Busy,
    MinorUnits,
    Money,
    PageInfo,
    Position,
    Refused,
    TooManyTries,
    encode_cursor,
)


@strawberry.enum(description="Whether a conference is seen and sold.")
class ConferenceState(enum.Enum):
    DRAFT = strawberry.enum_value("draft", description="Never published: only its organizer sees it.")
    PUBLISHED = strawberry.enum_value("published", description="Listed, and on sale.")
    UNPUBLISHED = strawberry.enum_value(
        "unpublished", description="No longer listed or sold; seats that are held may still be paid."
    )


@strawberry.type(description="Who runs a conference.")
class Owner:
    name: str = strawberry.field(description="As given when the conference was created.")
    email: str = strawberry.field(description="The address to sign in with.")


@strawberry.type(description="What a conference sells.")
class SeatType:
    id: UUID = strawberry.field(description="Made by the client that added it.")
    name: str = strawberry.field(description="As in `General admission`.")
    description: str = strawberry.field(description="What one gets for it; may be empty.")
    price: Money = strawberry.field(description="For one seat; 0 is free.")
    quota: int = strawberry.field(description="How many seats of this type there are.")
    retired: bool = strawberry.field(description="No longer sold; seats already sold stay valid.")
    ever_on_sale: bool = strawberry.field(description="Then it can be retired, but no longer deleted.")
    least: int = strawberry.field(description="The fewest that an order with any of these takes.")
    most: int | None = strawberry.field(description="The most that one order takes; null: only the conference's limit.")
    sale_from: datetime | None = strawberry.field(description="When its sale begins; null: with the publication.")
    sale_until: datetime | None = strawberry.field(description="When its sale ends; null: it is left open.")

    @classmethod
    def of(cls, row: catalogue.SeatType, currency: str) -> Self:
        """From the catalogue."""
        return cls(
            id=row.seat_type_id,
            name=row.name,
            description=row.description,
            price=Money.of(row.price, currency),
            quota=row.quota,
            retired=row.retired,
            ever_on_sale=row.ever_on_sale,
            least=row.least,
            most=row.most,
            sale_from=row.sale_from,
            sale_until=row.sale_until,
        )


@strawberry.type(description="A conference.")
class Conference:
    id: UUID = strawberry.field(description="Made by the client that created it.")
    slug: str = strawberry.field(description="Its name in addresses; fixed once it was published.")
    name: str = strawberry.field(description="Its name for people.")
    tagline: str = strawberry.field(description="One line about it; may be empty.")
    description: str = strawberry.field(description="Plain text of several lines; may be empty.")
    location: str = strawberry.field(description="Where it takes place; may be empty.")
    time_zone: str = strawberry.field(description="Of its days, as in `Europe/Berlin`.")
    starts_on: date = strawberry.field(description="Its first day.")
    ends_on: date = strawberry.field(description="Its last day.")
    currency: str = strawberry.field(description="ISO 4217 code of all its prices; fixed once it was published.")
    hold_seconds: int = strawberry.field(description="How long seats are held for an order that is not paid.")
    seats_per_order: int = strawberry.field(description="The most seats that one order may have.")
    cancel_days: int | None = strawberry.field(
        description="Registrants may cancel until so many days before the first day; null: they may not."
    )
    cancel_fee_percent: int = strawberry.field(description="What is kept of the price when a registrant cancels.")
    transfer_days: int | None = strawberry.field(
        description="How many days seats are held for a bank transfer; null: none is taken."
    )
    transfer_details: str = strawberry.field(description="Where to transfer money to, as plain text.")
    state: ConferenceState = strawberry.field(description="Whether it is seen and sold.")
    seat_types: list[SeatType] = strawberry.field(description="What it sells; retired ones only for its organizer.")
    owner: Owner | None = strawberry.field(description="Who runs it; only for its organizer, else null.")
    position: Position = strawberry.field(description="The last change that this shows.")
    stale: bool = strawberry.field(description="True when `atLeast` could not be met in time.")

    @classmethod
    async def of(cls, row: catalogue.ConferenceRow, context: Context, stale: bool = False) -> Self:
        """From the catalogue, as the visitor may see it."""
        runs = await context.visitor.runs(row.conference_id)
        return cls(
            id=row.conference_id,
            slug=row.slug,
            name=row.name,
            tagline=row.tagline,
            description=row.description,
            location=row.location,
            time_zone=row.time_zone,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            currency=row.currency,
            hold_seconds=row.hold_seconds,
            seats_per_order=row.seats_per_order,
            cancel_days=row.cancel_days,
            cancel_fee_percent=row.cancel_fee_percent,
            transfer_days=row.transfer_days,
            transfer_details=row.transfer_details,
            state=ConferenceState(row.state),
            seat_types=[SeatType.of(one, row.currency) for one in row.seat_types if runs or not one.retired],
            owner=Owner(name=row.owner_name, email=row.owner_email) if runs else None,
            position=Position(row.position),
            stale=stale,
        )


@strawberry.type(description="A conference in a list.")
class ConferenceEdge:
    cursor: str = strawberry.field(description="Its place in the list.")
    node: Conference = strawberry.field(description="The conference.")


@strawberry.type(description="A page of conferences.")
class ConferenceConnection:
    edges: list[ConferenceEdge] = strawberry.field(description="The conferences of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def cursor_of(row: catalogue.ConferenceRow) -> str:
    """The place of a published conference in the public list."""
    return encode_cursor(row.published_position or 0, row.conference_id)


# ---------------------------------------------------------------- what is said


@strawberry.input(description="What a conference says about itself.")
class ConferenceInput:
    slug: str = strawberry.field(description="3 to 60 lower-case letters, digits and hyphens; one conference has it.")
    name: str = strawberry.field(description="Up to 200 characters.")
    tagline: str = strawberry.field(default="", description="One line, up to 200 characters.")
    description: str = strawberry.field(default="", description="Plain text, up to 10,000 characters.")
    location: str = strawberry.field(default="", description="One line, up to 200 characters.")
    time_zone: str = strawberry.field(description="A name of the IANA database, as in `Europe/Berlin`.")
    starts_on: date = strawberry.field(description="The first day.")
    ends_on: date = strawberry.field(description="The last day, not before the first.")
    currency: str = strawberry.field(description="ISO 4217 code, as in `USD`.")
    hold_seconds: int = strawberry.field(default=900, description="From 1 second to 30 days.")
    seats_per_order: int = strawberry.field(default=20, description="From 1 to 100.")
    cancel_days: int | None = strawberry.field(
        default=None, description="Registrants may cancel until so many days before the first day, up to 365."
    )
    cancel_fee_percent: int = strawberry.field(default=0, description="Kept when a registrant cancels, up to 100.")
    transfer_days: int | None = strawberry.field(
        default=None, description="Days that seats are held for a bank transfer, up to 30; null takes none."
    )
    transfer_details: str = strawberry.field(default="", description="Where to transfer money to; plain text.")


@strawberry.input(description="Who runs a conference.")
class OwnerInput:
    name: str = strawberry.field(description="For the organizer's own pages.")
    email: str = strawberry.field(description="The address to sign in with.")


@strawberry.input(description="A new seat type.")
class SeatTypeInput:
    name: str = strawberry.field(description="Up to 200 characters.")
    description: str = strawberry.field(default="", description="What one gets for it.")
    price: MinorUnits = strawberry.field(description="For one seat, in the conference's currency; 0 is free.")
    quota: int = strawberry.field(description="How many seats there are, up to 1,000,000.")
    least: int = strawberry.field(default=1, description="The fewest that an order with any of these takes.")
    most: int | None = strawberry.field(default=None, description="The most that one order takes.")
    sale_from: datetime | None = strawberry.field(default=None, description="When its sale begins.")
    sale_until: datetime | None = strawberry.field(default=None, description="When its sale ends.")


@strawberry.input(
    description="What a seat type is called and costs from now on. Orders keep what they were placed with."
)
class EditSeatTypeInput:
    name: str = strawberry.field(description="Up to 200 characters.")
    description: str = strawberry.field(default="", description="What one gets for it.")
    price: MinorUnits = strawberry.field(description="For one seat, in the conference's currency; 0 is free.")
    least: int = strawberry.field(default=1, description="The fewest that an order with any of these takes.")
    most: int | None = strawberry.field(default=None, description="The most that one order takes.")
    sale_from: datetime | None = strawberry.field(default=None, description="When its sale begins.")
    sale_until: datetime | None = strawberry.field(default=None, description="When its sale ends.")


# ---------------------------------------------------------------- what is answered


@strawberry.type(description="A conference was created; this browser may run it.")
class ConferenceCreated:
    conference: Conference = strawberry.field(description="The new conference, a draft.")
    access_code: str = strawberry.field(description="Signs its owner in anywhere, with the e-mail address. Keep it.")
    position: Position = strawberry.field(description="What was done by it.")


@strawberry.type(description="A conference was changed.")
class ConferenceChanged:
    conference: Conference = strawberry.field(description="The conference after the change.")
    position: Position = strawberry.field(description="What was done by it.")


@strawberry.type(description="This browser may run these conferences from now on.")
class SignedIn:
    conferences: list[Conference] = strawberry.field(description="Those that the access code belongs to.")


CreateConferenceResult: TypeAlias = Annotated[
    ConferenceCreated | Refused | Busy | TooManyTries,
    strawberry.union("CreateConferenceResult", description="What came of creating a conference."),
]
ConferenceResult: TypeAlias = Annotated[
    ConferenceChanged | Refused | Busy | TooManyTries,
    strawberry.union("ConferenceResult", description="What came of changing a conference."),
]
SignInResult: TypeAlias = Annotated[
    SignedIn | Refused | Busy | TooManyTries,
    strawberry.union("SignInResult", description="What came of signing in."),
]
