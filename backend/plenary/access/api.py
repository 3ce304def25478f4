"""What a browser's session may see, how it ends, and what this server shows to everybody."""

from uuid import UUID

import strawberry

from plenary.graphql.context import Info


@strawberry.type(description="What this browser may see.")
class Session:
    conferences: list[UUID] = strawberry.field(description="The conferences it may run.")
    orders: list[UUID] = strawberry.field(description="The orders it may see and change as their registrant.")


@strawberry.type(description="What this server shows to everybody.")
class Features:
    mailbox: bool = strawberry.field(description="Whether `mailbox` shows the mails that were sent.")
    test_gateway: bool = strawberry.field(description="Whether orders are paid on a test page, where no money moves.")


async def session_of(info: Info) -> Session:
    """The session of the browser that asks."""
    visitor = info.context.visitor
    return Session(conferences=await visitor.conferences(), orders=await visitor.orders())


async def features(info: Info) -> Features:
    """What this server's settings show."""
    settings = info.context.settings
    return Features(mailbox=settings.shows_mailbox, test_gateway=settings.gateway == "test")


async def sign_out(info: Info) -> Session:
    """End the session of the browser that asks."""
    await info.context.visitor.leave()
    return await session_of(info)


@strawberry.type
class Query:
    session: Session = strawberry.field(resolver=session_of, description="What this browser may see.")
    features: Features = strawberry.field(resolver=features, description="What this server shows to everybody.")


@strawberry.type
class Mutation:
    sign_out: Session = strawberry.mutation(
        resolver=sign_out, description="End this browser's session: it loses all its rights, its sockets are closed."
    )
