"""Promo codes over the API: made, changed and ended by a conference's organizer."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Callable
from typing import Annotated, Self, TypeAlias
from uuid import UUID

import strawberry

from plenary.access import scopes
from plenary.access.visitor import NotAllowed
from plenary.conferences.conference import CONFERENCE, Conference
from plenary.conferences.conference_messages import ConferenceNotFound
from plenary.engine.answers import Answer, GuardMoved
from plenary.engine.decider import Refusal
from plenary.graphql.context import Info
from plenary.graphql.reading import AtLeast, CommandId, ConferenceId, lags, see
from plenary.graphql.words import Busy, MinorUnits, Money, Position, Refused, TooManyTries, refused
from plenary.registration import promo_codes
from plenary.registration.promo_code import code_id_of
from plenary.registration.promo_code_messages import ChangeCode, CodeNotFound, CreateCode, EndCode
from plenary.registration.promo_codes import PROMO_CODES
from plenary.words import Promo, promo_code

LOOKS = 5
CodeText: TypeAlias = Annotated[str, strawberry.argument(description="The code, in any case.")]


@strawberry.type(description="A promo code.")
class PromoCode:
    id: UUID = strawberry.field(description="The same for the same code of the same conference.")
    code: str = strawberry.field(description="As it is typed, in capitals.")
    percent: int | None = strawberry.field(description="What it takes off the seats in its scope, from 1 to 100.")
    amount: Money | None = strawberry.field(description="What it takes off an order, once; instead of a percentage.")
    seat_type_ids: list[UUID] = strawberry.field(description="What it is for; empty: every seat type.")
    combines_with: list[str] = strawberry.field(description="Codes that may be used beside it.")
    limit: int | None = strawberry.field(description="How many orders may use it; null: any number.")
    used: int = strawberry.field(description="How many orders use it: held or bought ones.")
    ended: bool = strawberry.field(description="No order more can use it.")
    stale: bool = strawberry.field(description="True when `atLeast` could not be met in time.")

    @classmethod
    def of(cls, row: promo_codes.PromoCodeRow, currency: str, stale: bool = False) -> Self:
        """From the view."""
        promo = row.promo
        return cls(
            id=row.code_id,
            code=promo.code,
            percent=promo.percent,
            amount=None if promo.amount is None else Money.of(promo.amount, currency),
            seat_type_ids=list(promo.seat_types),
            combines_with=list(promo.combines_with),
            limit=row.limit,
            used=row.used,
            ended=row.ended,
            stale=stale,
        )


@strawberry.input(description="What a promo code takes off: either a percentage or an amount.")
class PromoCodeInput:
    percent: int | None = strawberry.field(default=None, description="From 1 to 100, of the seats in its scope.")
    amount: MinorUnits | None = strawberry.field(default=None, description="Once an order, from the seats in scope.")
    seat_type_ids: list[UUID] = strawberry.field(
        default_factory=list, description="What it is for; empty: every seat type."
    )
    combines_with: list[str] = strawberry.field(default_factory=list, description="Codes that may be used beside it.")
    limit: int | None = strawberry.field(
        default=None, description="How many orders may use it, at most the seats in its scope; null: any number."
    )


@strawberry.type(description="A promo code was made, changed or ended.")
class PromoCodeChanged:
    promo_code: PromoCode = strawberry.field(description="The code after it.")
    position: Position = strawberry.field(description="What was done by it.")


PromoCodeResult: TypeAlias = Annotated[
    PromoCodeChanged | Refused | Busy | TooManyTries,
    strawberry.union("PromoCodeResult", description="What came of doing something with a promo code."),
]


@strawberry.type
class Query:
    @strawberry.field(description="The promo codes of a conference, for its organizer; null for others.")
    async def promo_codes(
        self, info: Info, conference: ConferenceId, at_least: AtLeast = None
    ) -> list[PromoCode] | None:
        engine = info.context.engine
        if not await info.context.visitor.runs(conference):
            return None
        stale = await lags(engine, PROMO_CODES, at_least)
        home, _ = await engine.state(CONFERENCE, conference)
        rows = await promo_codes.find_promo_codes(engine.database, conference)
        return [PromoCode.of(row, home.details.currency, stale) for row in rows] if home else []


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Make a promo code. It is known by what is typed, whatever the case.")
    async def create_promo_code(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: ConferenceId,
        code: CodeText,
        input: Annotated[PromoCodeInput, strawberry.argument(description="What it takes off.")],
    ) -> PromoCodeResult:
        code_id = code_id_of(conference_id, code)

        def create(promo: Promo, quota: int | None) -> CreateCode:
            return CreateCode(code_id, conference_id, promo, input.limit, quota)

        return await _send(info, command_id, conference_id, code, input, create)

    @strawberry.mutation(description="Change a promo code, or let it be used again. Orders keep their price.")
    async def change_promo_code(
        self,
        info: Info,
        command_id: CommandId,
        conference_id: ConferenceId,
        code: CodeText,
        input: Annotated[PromoCodeInput, strawberry.argument(description="All that it is from now on.")],
    ) -> PromoCodeResult:
        code_id = code_id_of(conference_id, code)

        def change(promo: Promo, quota: int | None) -> ChangeCode:
            return ChangeCode(code_id, promo, input.limit, quota)

        return await _send(info, command_id, conference_id, code, input, change)

    @strawberry.mutation(description="End a promo code. Orders that use it keep it.")
    async def end_promo_code(
        self, info: Info, command_id: CommandId, conference_id: ConferenceId, code: CodeText
    ) -> PromoCodeResult:
        if not await info.context.visitor.runs(conference_id):
            return refused(NotAllowed())
        command = EndCode(code_id_of(conference_id, code))
        answer = await info.context.engine.send(command, id=command_id, sender=scopes.conference(conference_id))
        return await _shown(info, conference_id, command.code_id, answer)


async def _send(
    info: Info,
    command_id: UUID,
    conference_id: UUID,
    code: str,
    input: PromoCodeInput,
    command: Callable[[Promo, int | None], CreateCode | ChangeCode],
) -> PromoCodeResult:
    """Send a command made from the quotas of this moment."""
    engine, code_id = info.context.engine, code_id_of(conference_id, code)
    if not await info.context.visitor.runs(conference_id):
        return refused(NotAllowed())
    promo = Promo(
        code_id,
        promo_code(code),
        input.percent,
        None if input.amount is None else int(input.amount),
        tuple(dict.fromkeys(input.seat_type_ids)),  # each once: its seats are counted
        tuple(dict.fromkeys(promo_code(other) for other in input.combines_with)),
    )
    answer: Answer = ConferenceNotFound()
    for _ in range(LOOKS):
        conference, version = await engine.state(CONFERENCE, conference_id, fresh=True)
        if conference is None:
            return refused(ConferenceNotFound())
        answer = await engine.send(
            command(promo, _quota(conference, promo)),
            id=command_id,
            sender=scopes.conference(conference_id),
            said=["promoCode", promo, input.limit],
            guards=[(CONFERENCE.stream_of(conference_id), version)],
        )
        if not isinstance(answer, GuardMoved):
            break
    return await _shown(info, conference_id, code_id, answer)


def _quota(conference: Conference, promo: Promo) -> int | None:
    """How many seats a code is for; None where it is for seats that this conference does not have."""
    types = conference.seat_types
    scope = promo.seat_types or types.keys()
    return sum(types[id].quota for id in scope) if all(id in types for id in scope) else None


async def _shown(info: Info, conference_id: UUID, code_id: UUID, answer: Answer) -> PromoCodeResult:
    if isinstance(answer, Refusal):
        return refused(answer)
    seen = await see(info.context.engine, PROMO_CODES, code_id, answer.position)
    home, _ = await info.context.engine.state(CONFERENCE, conference_id)
    if seen.row is None or home is None:
        return refused(CodeNotFound())
    return PromoCodeChanged(
        promo_code=PromoCode.of(seen.row, home.details.currency, seen.stale), position=Position(answer.position)
    )
