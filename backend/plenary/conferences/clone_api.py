"""Cloning a conference over the API."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.visitor import NotAllowed
from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.clone import cloned
from plenary.conferences.conference import decide
from plenary.conferences.conference_messages import ConferenceNotFound
from plenary.conferences.slug import ClaimSlug
from plenary.conferences.types import Conference, ConferenceCreated, CreateConferenceResult
from plenary.engine.answers import Busy
from plenary.engine.decider import FieldError, InvalidInput, Refusal
from plenary.graphql.context import Info
from plenary.graphql.reading import CommandId, ConferenceId, see
from plenary.graphql.words import Position, refused


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Make a draft that says and sells what another conference does. All its dates move with the first "
        "day; retired seat types, orders and promo codes stay behind. It has the same owner, and its own access code."
    )
    async def clone_conference(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: ConferenceId,
        new_conference_id: Annotated[UUID, strawberry.argument(description="Made by the client, version 4.")],
        slug: Annotated[str, strawberry.argument(description="The clone's name in addresses.")],
        starts_on: Annotated[date, strawberry.argument(description="The clone's first day.")],
    ) -> CreateConferenceResult:
        context, engine = info.context, info.context.engine
        if not await context.visitor.runs(conference_id):
            return refused(NotAllowed())
        if too_many := context.visitor.hurry("create_conference"):
            return refused(too_many)
        row = (await see(engine, CATALOGUE, conference_id)).row
        if row is None:
            return refused(ConferenceNotFound())
        try:
            clone = cloned(row, new_conference_id, slug, starts_on, row.owner)
        except OverflowError:
            return refused(InvalidInput((FieldError("starts_on", "out_of_range", "The calendar has no such days."),)))
        if isinstance(wrong := decide(clone, None), Refusal):
            return refused(wrong)
        await engine.subject(row.owner_email)  # so that the owner's name can be sealed
        answer = await engine.send_together(
            [ClaimSlug(slug, new_conference_id), clone],
            id=command_id,
            sender=scopes.conference(conference_id),
            said=["cloneConference", conference_id, new_conference_id, slug, starts_on],
        )
        if isinstance(answer, Refusal):
            return refused(answer)
        await context.visitor.grant(scopes.conference(new_conference_id))
        seen = await see(engine, CATALOGUE, new_conference_id, answer.position)
        if seen.row is None:
            return refused(Busy(1))
        return ConferenceCreated(
            conference=await Conference.of(seen.row, context, seen.stale),
            access_code=context.secrets.access_code(new_conference_id),
            position=Position(answer.position),
        )
