"""A conference as its organizer runs it: what it says about itself, whether it is published, which seats it sells."""

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from plenary.conferences.conference_messages import (
    AddSeatType,
    ChangeQuota,
    Command,
    ConferenceCreated,
    ConferenceEdited,
    ConferenceExists,
    ConferenceNotFound,
    ConferencePublished,
    ConferenceUnpublished,
    CreateConference,
    CurrencyFixed,
    DeleteSeatType,
    Details,
    EditConference,
    EditSeatType,
    Event,
    PublishConference,
    QuotaChanged,
    RetireSeatType,
    SeatTypeAdded,
    SeatTypeDeleted,
    SeatTypeEdited,
    SeatTypeExists,
    SeatTypeIsRetired,
    SeatTypeNotFound,
    SeatTypeRetired,
    SeatTypeWasOnSale,
    SlugFixed,
    UnpublishConference,
)
from plenary.engine.decider import Decider, FieldError, Map, Refusal
from plenary.words import (
    LONGEST_HOLD,
    MOST_SEATS,
    CancelRules,
    Offer,
    OfferedSeatType,
    check_between,
    check_currency,
    check_email,
    check_line,
    check_lines,
    check_period,
    check_price,
    check_quota,
    check_slug,
    check_time_zone,
    check_window,
    invalid,
    tidy,
)


@dataclass(frozen=True, slots=True)
class SeatType:
    name: str
    description: str
    price: int
    quota: int
    ever_on_sale: bool
    retired: bool = False
    least: int = 1
    most: int | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference that exists. Its details are those of the last event that stated them."""

    details: Details
    published: bool = False
    ever_published: bool = False
    seat_types: Map[UUID, SeatType] = field(default_factory=Map)
    deleted: frozenset[UUID] = frozenset()


def offer(conference: Conference) -> Offer:
    """What one can order now, and on which terms."""
    return Offer(
        on_sale=conference.published,
        currency=conference.details.currency,
        hold_seconds=conference.details.hold_seconds,
        seats_per_order=conference.details.seats_per_order,
        seat_types=tuple(
            OfferedSeatType(seat_type_id, seat_type.name, seat_type.price, **_terms(seat_type))
            for seat_type_id, seat_type in conference.seat_types.items()
            if not seat_type.retired
        ),
    )


def cancel_rules(conference: Conference) -> CancelRules:
    """Until when registrants may cancel here, and what is kept for it."""
    details = conference.details
    if details.cancel_days is None:
        return CancelRules(None, 0)
    first = datetime.combine(details.starts_on, time.min, ZoneInfo(details.time_zone))
    return CancelRules((first - timedelta(days=details.cancel_days)).astimezone(UTC), details.cancel_fee_percent)


def decide(command: Command, conference: Conference | None) -> list[Event] | Refusal:
    """What an organizer may do. Doing the same again changes nothing; nothing can be done to what does not exist."""
    match command, conference:
        case CreateConference(), None:
            return _create(command)
        case CreateConference(), _:
            return ConferenceExists()
        case _, None:
            return ConferenceNotFound()
        case EditConference(), _:
            return _edit(command, conference)
        case PublishConference(conference_id), _:
            return [] if conference.published else [ConferencePublished(conference_id)]
        case UnpublishConference(conference_id), _:
            return [ConferenceUnpublished(conference_id)] if conference.published else []
        case AddSeatType(seat_type_id=id), _:
            return SeatTypeExists() if id in conference.seat_types or id in conference.deleted else _add(command)
        case DeleteSeatType(seat_type_id=id), _ if id in conference.deleted:
            return []
        case EditSeatType() | ChangeQuota() | RetireSeatType() | DeleteSeatType(), _:
            seat_type = conference.seat_types.get(command.seat_type_id)
            return _with_seat_type(command, seat_type) if seat_type else SeatTypeNotFound()


def _create(command: CreateConference) -> list[Event] | Refusal:
    added = [_add(seat_type) for seat_type in command.seat_types]
    if refused := next((answer for answer in added if isinstance(answer, Refusal)), None):
        return refused
    return invalid(
        *_wrong_details(command),
        check_line("owner_name", command.owner_name),
        check_email("owner_email", command.owner_email),
    ) or [
        ConferenceCreated(
            **_stated(command),
            owner=command.owner,
            owner_name=tidy(command.owner_name),
            owner_email=tidy(command.owner_email),
        ),
        *(event for answer in added if isinstance(answer, list) for event in answer),
    ]


def _edit(command: EditConference, conference: Conference) -> list[Event] | Refusal:
    before = conference.details
    if conference.ever_published and command.slug != before.slug:
        return SlugFixed()
    if conference.ever_published and command.currency != before.currency:
        return CurrencyFixed()
    if refused := invalid(*_wrong_details(command)):
        return refused
    return [] if _stated(command) == _stated(before) else [ConferenceEdited(**_stated(command))]


def _add(command: AddSeatType) -> list[Event] | Refusal:
    return invalid(*_wrong_seat_type(command), check_quota("quota", command.quota)) or [
        SeatTypeAdded(
            command.conference_id,
            command.seat_type_id,
            tidy(command.name),
            tidy(command.description),
            command.price,
            command.quota,
            **_terms(command),
        )
    ]


def _with_seat_type(
    command: EditSeatType | ChangeQuota | RetireSeatType | DeleteSeatType, seat_type: SeatType
) -> list[Event] | Refusal:
    match command:
        case DeleteSeatType(conference_id, seat_type_id):
            return SeatTypeWasOnSale() if seat_type.ever_on_sale else [SeatTypeDeleted(conference_id, seat_type_id)]
        case RetireSeatType(conference_id, seat_type_id):
            return [] if seat_type.retired else [SeatTypeRetired(conference_id, seat_type_id)]
        case EditSeatType() | ChangeQuota() if seat_type.retired:
            return SeatTypeIsRetired()
        case EditSeatType(conference_id, seat_type_id, name, description, price):
            if refused := invalid(*_wrong_seat_type(command)):
                return refused
            edited = SeatTypeEdited(
                conference_id, seat_type_id, tidy(name), tidy(description), price, **_terms(command)
            )
            return [] if _after(edited, seat_type) == seat_type else [edited]
        case ChangeQuota(conference_id, seat_type_id, quota):
            if refused := invalid(check_quota("quota", quota)):
                return refused
            return [] if quota == seat_type.quota else [QuotaChanged(conference_id, seat_type_id, quota)]


def _wrong_details(details: Details) -> list[FieldError | None]:
    return [
        check_slug("slug", details.slug),
        check_line("name", details.name),
        check_line("tagline", details.tagline, required=False),
        check_lines("description", details.description),
        check_line("location", details.location, required=False),
        check_time_zone("time_zone", details.time_zone),
        check_period(details.starts_on, details.ends_on),
        check_currency("currency", details.currency),
        check_between("hold_seconds", details.hold_seconds, 1, LONGEST_HOLD),
        check_between("seats_per_order", details.seats_per_order, 1, 100),
        None if details.cancel_days is None else check_between("cancel_days", details.cancel_days, 0, 365),
        check_between("cancel_fee_percent", details.cancel_fee_percent, 0, 100),
        None if details.transfer_days is None else check_between("transfer_days", details.transfer_days, 1, 30),
        check_lines("transfer_details", details.transfer_details),
    ]


def _wrong_seat_type(command: AddSeatType | EditSeatType) -> list[FieldError | None]:
    return [
        check_line("name", command.name),
        check_lines("description", command.description),
        check_price("price", command.price),
        check_between("least", command.least, 1, MOST_SEATS),
        None if command.most is None else check_between("most", command.most, command.least, MOST_SEATS),
        check_window(command.sale_from, command.sale_until),
    ]


def _terms(of: AddSeatType | EditSeatType | SeatType | SeatTypeAdded | SeatTypeEdited) -> dict[str, Any]:
    """How many of a seat type one order takes, and when it is sold."""
    return {"least": of.least, "most": of.most, "sale_from": of.sale_from, "sale_until": of.sale_until}


def _after(edited: SeatTypeEdited, seat_type: SeatType) -> SeatType:
    return replace(seat_type, name=edited.name, description=edited.description, price=edited.price, **_terms(edited))


def _stated(details: Details) -> dict[str, Any]:
    """The details alone, by name, with tidy texts."""
    values = {one.name: getattr(details, one.name) for one in fields(Details)}
    return {name: tidy(value) if isinstance(value, str) else value for name, value in values.items()}


def evolve(conference: Conference | None, event: Event) -> Conference | None:
    """The conference after an event. Raises ValueError for an event that could never have been decided."""
    match event, conference:
        case ConferenceCreated(), None:
            return Conference(details=event)
        case ConferenceEdited(), Conference():
            return replace(conference, details=event)
        case ConferencePublished(), Conference(seat_types=types):
            on_sale = {id: one if one.retired else replace(one, ever_on_sale=True) for id, one in types.items()}
            return replace(conference, published=True, ever_published=True, seat_types=Map(on_sale))
        case ConferenceUnpublished(), Conference():
            return replace(conference, published=False)
        case SeatTypeAdded(_, id, name, description, price, quota), Conference(seat_types=types, published=published):
            added = SeatType(name, description, price, quota, ever_on_sale=published, **_terms(event))
            return replace(conference, seat_types=types.set(id, added))
        case SeatTypeEdited(_, id), Conference(seat_types=types):
            return replace(conference, seat_types=types.set(id, _after(event, types[id])))
        case QuotaChanged(_, id, quota), Conference(seat_types=types):
            return replace(conference, seat_types=types.set(id, replace(types[id], quota=quota)))
        case SeatTypeRetired(_, id), Conference(seat_types=types):
            return replace(conference, seat_types=types.set(id, replace(types[id], retired=True)))
        case SeatTypeDeleted(_, id), Conference(seat_types=types, deleted=deleted):
            return replace(conference, seat_types=types.delete(id), deleted=deleted | {id})
    raise ValueError(f"{type(event).__name__} cannot follow on {type(conference).__name__}")


CONFERENCE: Decider[Command, Conference | None, Event] = Decider(
    name="conference",
    commands=get_args(Command),
    events=get_args(Event),
    initial=None,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.conference_id,
    creating=(CreateConference,),
)
