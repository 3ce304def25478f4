"""A slug: the name in a conference's address, held by one conference at a time."""

from dataclasses import dataclass
from typing import ClassVar, assert_never, get_args
from uuid import UUID

from plenary.engine.decider import Decider, Refusal


@dataclass(frozen=True, slots=True)
class ClaimSlug:
    slug: str
    conference_id: UUID


@dataclass(frozen=True, slots=True)
class ReleaseSlug:
    slug: str
    conference_id: UUID


Command = ClaimSlug | ReleaseSlug


@dataclass(frozen=True, slots=True)
class SlugClaimed:
    slug: str
    conference_id: UUID


@dataclass(frozen=True, slots=True)
class SlugReleased:
    slug: str
    conference_id: UUID


Event = SlugClaimed | SlugReleased


@dataclass(frozen=True, slots=True)
class SlugTaken(Refusal):
    slug: str
    text: ClassVar[str] = "The address “{slug}” is already taken by another conference."
    field: ClassVar[str | None] = "slug"


Holder = UUID | None  # the conference that has it


def decide(command: Command, holder: Holder) -> list[Event] | Refusal:
    """Who has it keeps it. Its form is not checked here: it is claimed together with the conference, which does."""
    match command:
        case ClaimSlug(slug, conference_id):
            if holder is None:
                return [SlugClaimed(slug, conference_id)]
            return [] if holder == conference_id else SlugTaken(slug)
        case ReleaseSlug(slug, conference_id):
            return [SlugReleased(slug, conference_id)] if holder == conference_id else []
        case _:
            assert_never(command)


def evolve(holder: Holder, event: Event) -> Holder:
    """Who has it now."""
    match event:
        case SlugClaimed(conference_id=conference_id):
            return conference_id
        case SlugReleased():
            return None
        case _:
            assert_never(event)


SLUG: Decider[Command, Holder, Event] = Decider(
    name="slug",
    commands=get_args(Command),
    events=get_args(Event),
    initial=None,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.slug,
    creating=(ClaimSlug,),
)
