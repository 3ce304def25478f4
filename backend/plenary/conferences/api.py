"""Conferences over the API: the public list and pages, and everything an organizer does."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.refusals import WrongAccessCode
from plenary.access.secrets import normalise_access_code, same
from plenary.access.visitor import NotAllowed
from plenary.conferences import catalogue
from plenary.conferences import conference_messages as say
from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.conference import CONFERENCE, decide
from plenary.conferences.slug import ClaimSlug, ReleaseSlug
from plenary.conferences.types import (
    Conference,
    ConferenceChanged,
    ConferenceConnection,
    ConferenceCreated,
    ConferenceEdge,
    ConferenceInput,
    ConferenceResult,
    CreateConferenceResult,
    EditSeatTypeInput,
    OwnerInput,
    SeatTypeInput,
    SignedIn,
    SignInResult,
    cursor_of,
)
from plenary.engine.answers import Answer, Busy, GuardMoved
from plenary.engine.decider import Refusal
from plenary.engine.views import View
from plenary.graphql.context import Info
from plenary.graphql.reading import After, AtLeast, CommandId, ConferenceId, First, after_number, lags, see
from plenary.graphql.words import Position, page, page_size, refused
from plenary.words import check_slug

LOOKS: Final = 5
"""How often an edit is made anew when the conference changes meanwhile."""
SeatTypeId: TypeAlias = Annotated[UUID, strawberry.argument(description="The seat type.")]

PUBLIC: Final[Mapping[str, View[Any]]] = {"conferences": CATALOGUE, "conference": CATALOGUE}
"""What may be kept of what a stranger was answered, while the view that it is read from does not change."""


@strawberry.type
class Query:
    @strawberry.field(description="The published conferences, the newest first.")
    async def conferences(
        self, info: Info, first: First = 20, after: After = None, at_least: AtLeast = None
    ) -> ConferenceConnection:
        engine, size, before = info.context.engine, page_size(first), after_number(after)
        stale = await lags(engine, CATALOGUE, at_least)
        rows, place = page(await catalogue.find_published(engine.database, size + 1, before), size, cursor_of, after)
        edges = [
            ConferenceEdge(cursor=cursor_of(row), node=await Conference.of(row, info.context, stale)) for row in rows
        ]
        return ConferenceConnection(edges=edges, page_info=place)

    @strawberry.field(
        description="The conference with this slug; null when there is none, or a draft of somebody else."
    )
    async def conference(
        self,
        info: Info,
        slug: Annotated[str, strawberry.argument(description="Its name in addresses.")],
        at_least: AtLeast = None,
    ) -> Conference | None:
        engine = info.context.engine
        stale = await lags(engine, CATALOGUE, at_least)
        row = await catalogue.find_conference_by_slug(engine.database, slug)
        if row is None or not (row.ever_published or await info.context.visitor.runs(row.conference_id)):
            return None
        return await Conference.of(row, info.context, stale)

    @strawberry.field(description="The conferences that this browser may run, by name.")
    async def my_conferences(self, info: Info, at_least: AtLeast = None) -> list[Conference]:
        engine = info.context.engine
        stale = await lags(engine, CATALOGUE, at_least)
        rows = await catalogue.find_conferences(engine.database, await info.context.visitor.conferences())
        return [await Conference.of(row, info.context, stale) for row in rows]


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Create a conference, a draft at first. Anybody may.")
    async def create_conference(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: Annotated[UUID, strawberry.argument(description="Made by the client, version 4.")],
        input: Annotated[ConferenceInput, strawberry.argument(description="What it says about itself.")],
        owner: Annotated[OwnerInput, strawberry.argument(description="Who runs it.")],
    ) -> CreateConferenceResult:
        context, engine = info.context, info.context.engine
        if too_many := context.visitor.hurry("create_conference"):
            return refused(too_many)

        def create(person: UUID) -> say.CreateConference:
            details = asdict(input)
            return say.CreateConference(
                conference_id, **details, owner=person, owner_name=owner.name, owner_email=owner.email
            )

        # Nobody is remembered for a form that was filled in wrongly.
        if isinstance(wrong := decide(create(conference_id), None), Refusal):
            return refused(wrong)
        answer = await engine.send_together(
            [ClaimSlug(input.slug, conference_id), create(await engine.subject(owner.email))],
            id=command_id,
            sender="anyone",
            said=["createConference", conference_id, asdict(input), asdict(owner)],
        )
        if isinstance(answer, Refusal):
            return refused(answer)
        await context.visitor.grant(scopes.conference(conference_id))
        seen = await see(engine, CATALOGUE, conference_id, answer.position)
        if seen.row is None:
            return refused(Busy(1))
        return ConferenceCreated(
            conference=await Conference.of(seen.row, context, seen.stale),
            access_code=context.secrets.access_code(conference_id),
            position=Position(answer.position),
        )

    @strawberry.mutation(description="Say something else about a conference. Its publication is not touched.")
    async def edit_conference(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: ConferenceId,
        input: Annotated[
            ConferenceInput, strawberry.argument(description="All that it says about itself from now on.")
        ],
    ) -> ConferenceResult:
        engine = info.context.engine
        if not await info.context.visitor.runs(conference_id):
            return refused(NotAllowed())
        answer: Answer = GuardMoved(CONFERENCE.stream_of(conference_id))
        for _ in range(LOOKS):
            before, version = await engine.state(CONFERENCE, conference_id, fresh=True)
            slug = before.details.slug if before else input.slug
            # No stream is asked for a slug that cannot be one: the conference refuses it.
            moves = slug != input.slug and check_slug("slug", input.slug) is None
            answer = await engine.send_together(
                [
                    say.EditConference(conference_id, **asdict(input)),
                    *([ClaimSlug(input.slug, conference_id), ReleaseSlug(slug, conference_id)] if moves else []),
                ],
                id=command_id,
                sender=scopes.conference(conference_id),
                said=["editConference", conference_id, asdict(input)],
                guards=[(CONFERENCE.stream_of(conference_id), version)],  # the slug that is given back is still its own
            )
            if not isinstance(answer, GuardMoved):
                break
        return await changed(info, conference_id, answer)

    @strawberry.mutation(description="List a conference and put its seat types on sale.")
    async def publish_conference(
        self, info: Info, command_id: CommandId, conference_id: ConferenceId
    ) -> ConferenceResult:
        return await carry_out(info, command_id, say.PublishConference(conference_id))

    @strawberry.mutation(description="Stop listing and selling a conference; seats that are held may still be paid.")
    async def unpublish_conference(
        self, info: Info, command_id: CommandId, conference_id: ConferenceId
    ) -> ConferenceResult:
        return await carry_out(info, command_id, say.UnpublishConference(conference_id))

    @strawberry.mutation(description="Add a seat type; on sale at once if the conference is published.")
    async def add_seat_type(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: ConferenceId,
        seat_type_id: Annotated[UUID, strawberry.argument(description="Made by the client, version 4.")],
        input: Annotated[SeatTypeInput, strawberry.argument(description="What it is.")],
    ) -> ConferenceResult:
        return await carry_out(info, command_id, say.AddSeatType(conference_id, seat_type_id, **asdict(input)))

    @strawberry.mutation(description="Rename or re-price a seat type. Orders keep what they were placed with.")
    async def edit_seat_type(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: ConferenceId,
        seat_type_id: SeatTypeId,
        input: Annotated[EditSeatTypeInput, strawberry.argument(description="What it is from now on.")],
    ) -> ConferenceResult:
        return await carry_out(info, command_id, say.EditSeatType(conference_id, seat_type_id, **asdict(input)))

    @strawberry.mutation(description="Change how many seats of a type there are. Seats already sold stay sold.")
    async def change_quota(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: ConferenceId,
        seat_type_id: SeatTypeId,
        quota: Annotated[int, strawberry.argument(description="From 0 to 1,000,000.")],
    ) -> ConferenceResult:
        return await carry_out(info, command_id, say.ChangeQuota(conference_id, seat_type_id, quota))

    @strawberry.mutation(description="Stop selling a seat type. Seats already sold stay valid.")
    async def retire_seat_type(
        self, info: Info, command_id: CommandId, conference_id: ConferenceId, seat_type_id: SeatTypeId
    ) -> ConferenceResult:
        return await carry_out(info, command_id, say.RetireSeatType(conference_id, seat_type_id))

    @strawberry.mutation(description="Delete a seat type that was never on sale.")
    async def delete_seat_type(
        self, info: Info, command_id: CommandId, conference_id: ConferenceId, seat_type_id: SeatTypeId
    ) -> ConferenceResult:
        return await carry_out(info, command_id, say.DeleteSeatType(conference_id, seat_type_id))

    @strawberry.mutation(description="Let this browser run the conference that this access code belongs to.")
    async def sign_in(
        self,
        info: Info,
        email: Annotated[str, strawberry.argument(description="The owner's address.")],
        access_code: Annotated[
            str, strawberry.argument(description="As it was shown once; case and dashes do not matter.")
        ],
    ) -> SignInResult:
        context, engine = info.context, info.context.engine
        guess = f"sign_in:{engine.keys.lookup(email)}"
        if too_many := await context.visitor.begin_try(guess):
            return refused(too_many)
        owner, given = await engine.keys.find(email), normalise_access_code(access_code)
        owned: Sequence[catalogue.ConferenceRow] = (
            await catalogue.find_conferences_of(engine.database, owner) if owner else ()
        )
        opened = [row for row in owned if same(given, context.secrets.access_code(row.conference_id))]
        if not opened:
            return refused(WrongAccessCode())
        await context.visitor.right_try(guess)
        await context.visitor.grant(*(scopes.conference(row.conference_id) for row in opened))
        return SignedIn(conferences=[await Conference.of(row, context) for row in opened])


async def carry_out(info: Info, command_id: UUID, command: say.Command) -> ConferenceResult:
    """Do what an organizer asks for, and answer with the conference after it."""
    if not await info.context.visitor.runs(command.conference_id):
        return refused(NotAllowed())
    answer = await info.context.engine.send(command, id=command_id, sender=scopes.conference(command.conference_id))
    return await changed(info, command.conference_id, answer)


async def changed(info: Info, conference_id: UUID, answer: Answer) -> ConferenceResult:
    """The conference as it is after a command, or why it was not carried out."""
    if isinstance(answer, Refusal):
        return refused(answer)
    seen = await see(info.context.engine, CATALOGUE, conference_id, answer.position)
    if seen.row is None:
        return refused(Busy(1))
    conference = await Conference.of(seen.row, info.context, seen.stale)
    return ConferenceChanged(conference=conference, position=Position(answer.position))
