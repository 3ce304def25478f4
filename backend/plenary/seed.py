"""A conference to show: announced, on sale, partly sold. Made by commands alone, so each number has a history."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from plenary.access.secrets import Secrets
from plenary.conferences.conference import CONFERENCE, offer
from plenary.conferences.conference_messages import AddSeatType, CreateConference, PublishConference
from plenary.conferences.slug import ClaimSlug
from plenary.engine.answers import Accepted
from plenary.engine.clock import HandClock
from plenary.engine.engine import Engine
from plenary.payments.payment_messages import CompletePayment
from plenary.registration.order import ORDER
from plenary.registration.order_commands import EnterDetails, PlaceOrder, RequestPayment
from plenary.registration.order_state import Confirmed
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow
from plenary.registration.promo_code import code_id_of
from plenary.registration.promo_code_messages import CreateCode
from plenary.words import Item, Promo

OWNER: Final = "Marta Nunes"
OWNER_EMAIL: Final = "organizer@example.org"
SLUG: Final = "ledger-and-light"
PATIENCE: Final = 30.0

ABOUT: Final = """\
Two days about systems that remember: event sourcing, streams, auditability, and the people who run them at three in \
the morning.

Day one is talks, one track, long breaks. Day two is workshops in small rooms, where you bring a laptop and leave with \
something that works. In the evening there is dinner above the river.

The venue is step-free, talks are captioned live, and there is a quiet room and child care on both days.
"""


@dataclass(frozen=True, slots=True)
class _SeatType:
    name: str
    description: str
    price: int
    quota: int


SEAT_TYPES: Final = (
    _SeatType("General admission", "Both days, all talks, lunch and coffee.", 19_900, 160),
    _SeatType("CQRS workshop", "Day two, a full day in a room of twenty-four. Bring a laptop.", 50_000, 24),
    _SeatType("River dinner", "The evening of day one, three courses, above the Tagus.", 5_000, 60),
    _SeatType("Community evening", "Open to everybody: lightning talks and a drink. Free.", 0, 80),
)

# How many seats of each type the orders of the past took, oldest first: general admission, workshop, dinner, community.
BOUGHT: Final = (
    (4, 2, 4, 0), (1, 1, 0, 0), (2, 0, 2, 2), (6, 3, 4, 0), (1, 0, 0, 1), (2, 2, 2, 0), (3, 1, 3, 3), (1, 1, 1, 0),
    (8, 4, 6, 0), (2, 0, 0, 2), (1, 1, 0, 1), (5, 2, 2, 0), (1, 0, 1, 1), (2, 1, 2, 2), (10, 3, 4, 0), (0, 0, 0, 4),
    (3, 1, 2, 0), (1, 0, 0, 0), (0, 0, 0, 2), (4, 0, 2, 4), (2, 1, 1, 0), (1, 0, 0, 1), (0, 0, 0, 3), (6, 0, 3, 0),
)  # fmt: skip
PEOPLE: Final = (
    "Ada Mensah", "Björn Lindqvist", "Chiara Conti", "Deepa Raman", "Elif Yıldız", "Farid Haddad", "Grace O’Connor",
    "Hiroshi Tanaka", "Inês Carvalho", "Jonas Weber", "Kemi Adeyemi", "Lucía Torres", "Mateusz Nowak", "Nora Haugen",
    "Omar Benali", "Priya Nair", "Quentin Moreau", "Rosa Delgado", "Sofía Herrera", "Tomáš Novák", "Uma Krishnan",
    "Viktor Ilić", "Wanjiru Kamau", "Yael Cohen",
)  # fmt: skip


class SeedRefused(RuntimeError):
    """The seed's own command was refused: the seed does not fit the rules any more."""


def id_of(name: str) -> UUID:
    """The id of a thing of the seed: the same in every installation and at every try."""
    return UUID(int=random.Random(f"plenary seed {name}").getrandbits(128), version=4)  # noqa: S311  not a secret


CONFERENCE_ID: Final = id_of("conference")


class Seed:
    """The seed of one installation. Interrupted and run again, it goes on where it was."""

    def __init__(self, engine: Engine, secrets: Secrets, clock: HandClock, today: date) -> None:
        """`clock` is the engine's and is moved through the past; `today` is the day it is made for."""
        self._engine, self._secrets, self._clock, self._today = engine, secrets, clock, today

    async def is_planted(self) -> bool:
        """Whether all of it stands."""
        state, _ = await self._engine.state(ORDER, id_of(f"order {len(BOUGHT)}"))
        return isinstance(state, Confirmed)

    async def plant(self, progress: Callable[[str], None]) -> None:
        """Send all commands; `progress` is told what is being done."""
        progress("announcing the conference")
        seat_types = await self._announce()
        for number, (bought, person) in enumerate(zip(BOUGHT, PEOPLE, strict=True), 1):
            progress(f"booking, order {number} of {len(BOUGHT)}")
            self._clock.advance(timedelta(hours=9, minutes=number))
            items = [Item(id_, n) for id_, n in zip(seat_types, bought, strict=True) if n]
            await self._book(f"order {number}", person, items)

    async def _send(self, name: str, *commands: Any) -> Accepted:
        """Send commands as one, under an id made from a name, by which a repeated try is recognised."""
        answer = await self._engine.send_together(commands, id=id_of(f"command {name}"), sender="seed", said=name)
        if not isinstance(answer, Accepted):
            raise SeedRefused(f"{name}: {answer.message}")
        return answer

    async def _announce(self) -> list[UUID]:
        starts = self._today + timedelta(days=70 + (3 - self._today.weekday()) % 7)  # a Thursday
        owner = await self._engine.subject(OWNER_EMAIL)
        create = CreateConference(
            conference_id=CONFERENCE_ID,
            slug=SLUG,
            name="Ledger & Light",
            tagline="A conference about systems that remember",
            description=ABOUT,
            location="LX Factory, Lisbon",
            time_zone="Europe/Lisbon",
            starts_on=starts,
            ends_on=starts + timedelta(days=1),
            currency="USD",
            hold_seconds=900,
            seats_per_order=20,
            cancel_days=14,
            cancel_fee_percent=10,
            transfer_days=7,
            transfer_details="Ledger & Light, Banco do Tejo\nIBAN PT50 0000 0000 0000 0000 0000 0",
            owner=owner,
            owner_name=OWNER,
            owner_email=OWNER_EMAIL,
        )
        await self._send("create", ClaimSlug(SLUG, CONFERENCE_ID), create)
        seat_types = [id_of(kind.name) for kind in SEAT_TYPES]
        for id_, kind in zip(seat_types, SEAT_TYPES, strict=True):
            add = AddSeatType(CONFERENCE_ID, id_, kind.name, kind.description, kind.price, kind.quota)
            await self._send(f"add {kind.name}", add)
        everything, talks = sum(kind.quota for kind in SEAT_TYPES), SEAT_TYPES[0].quota
        for code, percent, scope, limit, quota in (
            ("SPEAKER", 100, (), 10, everything),
            ("FRIENDS", 10, (seat_types[0],), None, talks),
        ):
            promo = Promo(code_id_of(CONFERENCE_ID, code), code, percent, None, scope)
            await self._send(f"code {code}", CreateCode(promo.code_id, CONFERENCE_ID, promo, limit, quota))
        answer = await self._send("publish", PublishConference(CONFERENCE_ID))
        await self._engine.until_reached("registration", answer.position)
        return seat_types

    async def _book(self, name: str, person: str, items: Sequence[Item]) -> None:
        order_id, payment_id = id_of(name), id_of(f"payment of {name}")
        conference, _ = await self._engine.state(CONFERENCE, CONFERENCE_ID, fresh=True)
        assert conference is not None  # it was announced before
        place = PlaceOrder(
            order_id=order_id,
            conference_id=CONFERENCE_ID,
            code=self._secrets.order_code(order_id),
            offer=offer(conference),
            items=tuple(items),
            placed_at=self._clock.now(),
            grace_seconds=5,
        )
        await self._send(f"place {name}", place)
        held = await self._until(order_id, lambda row: row.state != "placed")
        if held.state != "held":
            return  # booked by an earlier try
        first, _, last = person.partition(" ")
        email = f"{first}.{last}@example.com".lower().replace("’", "").replace(" ", "")
        registrant = await self._engine.subject(email)
        await self._send(f"details of {name}", EnterDetails(order_id, registrant, email, first, last))
        if held.total:
            answer = await self._send(f"payment of {name}", RequestPayment(order_id, payment_id, "test"))
            await self._engine.until_reached("registration", answer.position)
            await self._send(f"pay {name}", CompletePayment(payment_id, self._clock.now(), f"seed {name}"))
        await self._until(order_id, lambda row: row.state == "confirmed")

    async def _until(self, order_id: UUID, true_of: Callable[[OrderRow], bool]) -> OrderRow:
        row = await self._engine.until(ORDERS, order_id, lambda row: row is not None and true_of(row), PATIENCE)
        if row is None or not true_of(row):
            raise SeedRefused(f"order {order_id} stays as it is: {row and row.state}")
        return row
