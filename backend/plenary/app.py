"""Everything that exists, joined: what this house decides, shows, does by itself and serves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette

from plenary.access.secrets import Secrets
from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.conference import CONFERENCE
from plenary.conferences.slug import SLUG
from plenary.engine.clock import Clock
from plenary.engine.database import Database
from plenary.engine.doorbell import Doorbell
from plenary.engine.engine import Engine, Plan
from plenary.engine.person import PERSON
from plenary.graphql.context import Contexts
from plenary.graphql.http import Endpoint
from plenary.graphql.schema import PUBLIC, SCHEMA
from plenary.log.postgres import PostgresLog
from plenary.log.sqlite import SqliteLog
from plenary.notifications.mail import mail_follower
from plenary.notifications.mailbox import forget_mails
from plenary.operations.doors import Doors
from plenary.operations.watched import Watched
from plenary.payments.cashier import cashier
from plenary.payments.payment import PAYMENT
from plenary.payments.process import PAYMENTS
from plenary.registration.assignments import ASSIGNMENTS
from plenary.registration.availability import AVAILABILITY
from plenary.registration.order import ORDER
from plenary.registration.orders import ORDERS
from plenary.registration.process import REGISTRATION
from plenary.registration.promo_code import PROMO_CODE
from plenary.registration.promo_codes import PROMO_CODES
from plenary.registration.seats import SEATS
from plenary.settings import Settings
from plenary.upcasters import UPCASTERS
from plenary.web import routes

DECIDERS: Final = (CONFERENCE, SLUG, SEATS, ORDER, PROMO_CODE, ASSIGNMENTS, PAYMENT, PERSON)
VIEWS: Final = (CATALOGUE, AVAILABILITY, ORDERS, PROMO_CODES)
PROCESSES: Final = (REGISTRATION, PAYMENTS)
FORGET: Final = (forget_mails,)
"""What else is kept of a person, and is deleted when they are erased."""


@dataclass(frozen=True)
class House:
    """One process of Plenary: the engine and what is served."""

    settings: Settings
    engine: Engine
    web: Starlette
    watched: Watched

    async def close(self) -> None:
        """Give everything back, once nothing runs any more; the web application does it by itself."""
        await self.engine.close()
        await self.watched.close()


def build(
    settings: Settings,
    clock: Clock | None = None,
    died: Callable[[BaseException], None] | None = None,
    *,
    work: bool = True,
) -> House:
    """The whole house on a migrated database, not yet running: its web application sets the engine going and stops it.

    `died` is told when a part of the engine dies; whoever serves must then end the process. Without `work` it serves,
    and leaves all that happens by itself to other processes.
    """
    database = Database(settings.database, pgbouncer=settings.pgbouncer)
    if database.is_sqlite:
        log: SqliteLog | PostgresLog = SqliteLog(settings.database, database.write_lock)
    else:
        log = PostgresLog(settings.database, pgbouncer=settings.pgbouncer)
    secrets = Secrets(settings.secret)
    watched = Watched(settings.traces)
    handlers = {"mail": mail_follower(settings, secrets), "cashier": cashier(settings, secrets)}
    plan = Plan(DECIDERS, VIEWS, PROCESSES, handlers, UPCASTERS)
    engine = Engine(
        plan,
        database,
        log,
        settings.key,
        clock,
        Doorbell(settings.redis or "memory://"),
        watched.observer,
        lease_seconds=settings.lease_seconds,
    )
    contexts = Contexts(engine, settings)
    endpoint = Endpoint(SCHEMA, contexts, PUBLIC)
    doors = Doors(endpoint, at_home=settings.is_at_home)
    watched.count(doors, lambda: endpoint.traffic.operations, lambda: endpoint.traffic.pushes)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with engine.running(work=work, died=died):
            looking = asyncio.create_task(contexts.sessions.look_for_ended())
            yield
            looking.cancel()
        await engine.close()
        await watched.close()

    web = Starlette(routes=routes(contexts, doors, metrics=watched.metrics), lifespan=lifespan)
    return House(settings, engine, web, watched)
