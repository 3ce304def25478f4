"""What the API shows of a history: who did what and when, and the event that was stored."""

from datetime import datetime
from enum import Enum
from typing import Final, Self
from uuid import UUID

import strawberry

from plenary.desk.history import Entry
from plenary.graphql.pages import PageInfo, encode_cursor


@strawberry.enum(description="Who caused something, by the authority that its command was sent with.")
class HistoryActor(Enum):
    REGISTRANT = strawberry.enum_value("registrant", description="Whoever ordered, in a browser that may.")
    ORGANIZER = strawberry.enum_value("organizer", description="Whoever runs the conference.")
    PROCESS = strawberry.enum_value("process", description="Plenary itself, in answer to something that happened.")
    TIMER = strawberry.enum_value("timer", description="A deadline that came.")
    GATEWAY = strawberry.enum_value("gateway", description="A payment gateway's signed word.")
    OPERATOR = strawberry.enum_value("operator", description="Whoever runs this server.")


@strawberry.type(description="An event as the log holds it, with personal fields opened.")
class StoredEvent:
    type: str = strawberry.field(description="What kind of event it is.")
    schema_version: int = strawberry.field(description="Which shape of this kind it was stored in.")
    stream: str = strawberry.field(description="The stream that it belongs to.")
    version: int = strawberry.field(description="Its number in its stream, from 1.")
    position: str = strawberry.field(description="Its number in the whole log, from 1, in decimal digits.")
    command_id: UUID = strawberry.field(description="The command that it answered.")
    causation: str = strawberry.field(description="What sent that command: a request, an event, or a timer.")
    data: str = strawberry.field(description="What it says, as JSON in several lines and in today's shape.")


@strawberry.type(description="Something that happened.")
class HistoryEntry:
    at: datetime = strawberry.field(description="When it was stored.")
    who: HistoryActor = strawberry.field(description="Who caused it.")
    what: str = strawberry.field(description="What happened, in one sentence for people.")
    event: StoredEvent = strawberry.field(description="The event itself.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """From the log."""
        event = entry.event
        return cls(
            at=event.at,
            who=HistoryActor(entry.who.value),
            what=entry.what,
            event=StoredEvent(
                type=entry.kind,
                schema_version=entry.schema_version,
                stream=event.stream,
                version=event.version,
                position=str(event.position),
                command_id=event.metadata.command,
                causation=event.metadata.causation,
                data=entry.data,
            ),
        )


@strawberry.type(description="Something that happened, in a list.")
class HistoryEdge:
    cursor: str = strawberry.field(description="Its place in the list.")
    node: HistoryEntry = strawberry.field(description="What happened.")


@strawberry.type(description="A page of a history, the newest first.")
class HistoryConnection:
    edges: list[HistoryEdge] = strawberry.field(description="What happened.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    stale: bool = strawberry.field(description="True when `atLeast` could not be met in time.")


NO_ID: Final = UUID(int=0)
"""Positions are never equal: nothing has to settle ties."""


def entry_cursor(entry: Entry) -> str:
    """The place of an entry in its history."""
    return encode_cursor(entry.event.position, NO_ID)
