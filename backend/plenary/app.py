"""Everything that exists, joined: what this house decides, shows, does by itself and serves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette

from plenary.access.secrets import Secrets
from plenary.conferences.catalogue import CATALOGUE
from plenary.conferences.conference import CONFERENCE
from plenary.conferences.slug import SLUG
from plenary.desk.deeds import DEEDS
from plenary.desk.sales import SALES
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
from plenary.notifications.delivery import Delivery, Server
from plenary.notifications.mail import mail_follower
from plenary.notifications.mailbox import UNDELIVERED, forget_mails, look_at_mails, resume_mails
from plenary.operations.doors import Doors
from plenary.operations.metrics import Stored
from plenary.operations.watched import Watched
from plenary.payments.cashier import cashier
from plenary.payments.payment import PAYMENT
from plenary.registration.assignments import ASSIGNMENTS
from plenary.registration.availability import AVAILABILITY
from plenary.registration.entries import ENTRIES
from plenary.registration.order import ORDER
from plenary.registration.orders import ORDERS
from plenary.registration.process import REGISTRATION
from plenary.registration.promo_code import PROMO_CODE
from plenary.registration.promo_codes import PROMO_CODES
from plenary.registration.seats import SEATS
from plenary.settings import Settings
from plenary.upcasters import UPCASTERS
from plenary.web import routes

DECIDERS: Final = (CONFERENCE, SLUG, SEATS, ORDER, ENTRIES, PROMO_CODE, ASSIGNMENTS, PAYMENT, PERSON)
VIEWS: Final = (CATALOGUE, AVAILABILITY, ORDERS, PROMO_CODES, DEEDS, SALES)
PROCESSES: Final = (REGISTRATION,)
FORGET: Final = (forget_mails,)
"""What else is kept of a person, and is deleted when they are erased."""
LOOKS: Final = (look_at_mails,)
"""What else an operator should look at."""
RESUME: Final = {"mail": resume_mails}
"""What else is tried again when a follower is resumed."""
STORED: Final = (Stored("plenary_mails", "Mails that are not delivered, by how they stand.", UNDELIVERED, "state"),)
"""What else is counted in the database."""


@dataclass(frozen=True)
class House:
    """One process of Plenary: the engine and what is served."""

    settings: Settings
    engine: Engine
    web: Starlette
    watched: Watched
    delivery: Delivery | None

    @asynccontextmanager
    async def running(
        self, *, work: bool = True, died: Callable[[BaseException], None] | None = None
    ) -> AsyncIterator[None]:
        """Set everything going that happens by itself, as `Engine.running` does, and hand mails over."""
        delivering: AbstractAsyncContextManager[None] = nullcontext()
        if work and self.delivery is not None:
            delivering = self.delivery.running()
        async with self.engine.running(work=work, died=died), delivering:
            yield

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
    watched.metrics.stored = (*watched.metrics.stored, *STORED)
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
    delivery = None
    if settings.smtp is not None and settings.mail_from is not None:
        host = urlsplit(settings.url).hostname or "localhost"
        delivery = Delivery(database, Server.of(settings.smtp), settings.mail_from, host)
    contexts = Contexts(engine, settings)
    endpoint = Endpoint(SCHEMA, contexts, PUBLIC)
    doors = Doors(endpoint, at_home=settings.is_at_home)
    watched.count(doors, lambda: endpoint.traffic.operations, lambda: endpoint.traffic.pushes)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with house.running(work=work, died=died):
            looking = asyncio.create_task(contexts.sessions.look_for_ended())
            yield
            looking.cancel()
        await engine.close()
        await watched.close()

    web = Starlette(routes=routes(contexts, doors, metrics=watched.metrics), lifespan=lifespan)
    house = House(settings, engine, web, watched, delivery)
    return house
