"""A person who is forgotten: their own stream says so, and with it every process hears it."""

from dataclasses import dataclass
from uuid import UUID

from plenary.engine.decider import Decider


@dataclass(frozen=True, slots=True)
class ErasePerson:
    subject: UUID


@dataclass(frozen=True, slots=True)
class PersonErased:
    """Whatever was sealed for this person cannot be opened any more."""

    subject: UUID


def decide(command: ErasePerson, erased: bool) -> list[PersonErased]:
    """Once is enough."""
    return [] if erased else [PersonErased(command.subject)]


def evolve(erased: bool, event: PersonErased) -> bool:
    """It is never undone."""
    return True


PERSON: Decider[ErasePerson, bool, PersonErased] = Decider(
    name="person",
    commands=(ErasePerson,),
    events=(PersonErased,),
    initial=False,
    decide=decide,
    evolve=evolve,
    key=lambda command: command.subject,
    creating=(ErasePerson,),
)
