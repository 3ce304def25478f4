"""What a browser's session may see, how it ends, and what this server shows to everybody."""

# Strawberry's decorators answer Any, which mypy takes for untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Self
from uuid import UUID

import strawberry

from plenary.access.visitor import Visitor
from plenary.graphql.context import Info


@strawberry.type(description="What this browser may see.")
class Session:
    conferences: list[UUID] = strawberry.field(description="The conferences it may run.")
    orders: list[UUID] = strawberry.field(description="The orders it may see and change as their registrant.")

    @classmethod
    async def of(cls, visitor: Visitor) -> Self:
        """Of the browser that asks."""
        return cls(conferences=await visitor.conferences(), orders=await visitor.orders())


@strawberry.type(description="What this server shows to everybody.")
class Features:
    mailbox: bool = strawberry.field(description="Whether `mailbox` shows the mails that were written.")
    sends_mail: bool = strawberry.field(description="Whether mails are sent to the people they are for.")
    test_gateway: bool = strawberry.field(description="Whether orders are paid on a test page, where no money moves.")


@strawberry.type
class Query:
    @strawberry.field(description="What this browser may see.")
    async def session(self, info: Info) -> Session:
        return await Session.of(info.context.visitor)

    @strawberry.field(description="What this server shows to everybody.")
    async def features(self, info: Info) -> Features:
        settings = info.context.settings
        return Features(
            mailbox=settings.shows_mailbox,
            sends_mail=settings.smtp is not None,
            test_gateway="test" in settings.gateway,
        )


@strawberry.type
class Mutation:
    @strawberry.mutation(description="End this browser's session: it loses all its rights, its sockets are closed.")
    async def sign_out(self, info: Info) -> Session:
        await info.context.visitor.leave()
        return await Session.of(info.context.visitor)
