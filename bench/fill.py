"""A log with a past: conferences opened by commands, then orders by the million as they would have come, by COPY.

Every order is placed, granted its seat, expired and its seat given back: five events, five remembered commands, and
its row in the view of orders. The log that this leaves keeps every promise that a log must keep, and is checked.
"""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from uuid import UUID

import asyncpg
import msgspec

from bench.flash_sale import open_sale
from bench.machine import plenary
from bench.stage import Stage
from plenary.engine.messages import Event, Metadata
from plenary.engine.views import Json
from plenary.log.contract import COLUMNS
from plenary.registration.order_events import Line, OrderExpired, OrderHeld, OrderPlaced
from plenary.registration.order_lines import as_items
from plenary.registration.orders import ORDERS
from plenary.registration.orders_rows import OrderRow
from plenary.registration.seats_messages import Level, SeatsReleased, SeatsReserved
from plenary.upcasters import UPCASTERS

EVENTS_OF_AN_ORDER = 5
BYTES_OF_AN_EVENT = 1_600
"""With its part of the indexes, the remembered commands, the rows and the write-ahead log, roughly."""
QUOTA = 500
CHUNK = 2_000
ORDER, CONFERENCE, SEAT_TYPE, *COMMANDS = (UUID(int=number) for number in range(1, 9))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Sale:
    """A conference that orders come for."""

    conference: str
    seat_type: str
    version: int
    """Of its seats' stream."""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _told() -> Iterator[Event]:
    """An order's five events, about ids that stand for others; the seats' versions are filled in later."""
    line = Line(SEAT_TYPE, "General admission", 19_900, 1)
    later = NOON + timedelta(minutes=15)
    held, free = (Level(SEAT_TYPE, QUOTA, number, 0) for number in (1, 0))
    order, seats = f"order-{ORDER}", f"seats-{CONFERENCE}"
    expires = later + timedelta(seconds=5)
    events: tuple[tuple[str, int, object], ...] = (
        (order, 1, OrderPlaced(ORDER, CONFERENCE, "AB12-CD34", (line,), "USD", 19_900, NOON, later, expires)),
        (seats, 1, SeatsReserved(CONFERENCE, ORDER, 1, as_items((line,)), (held,))),
        (order, 2, OrderHeld(ORDER, 1, as_items((line,)), 19_900, False)),
        (order, 3, OrderExpired(ORDER, CONFERENCE, 1)),
        (seats, 2, SeatsReleased(CONFERENCE, ORDER, (free,), 1)),
    )
    for nth, ((stream, version, event), command) in enumerate(zip(events, COMMANDS, strict=True)):
        about = Metadata(command, COMMANDS[0], "event 17", "process:registration")
        yield Event(nth, stream, version, event, about, NOON)


def _line(event: Event, nth: int) -> str:
    """An event as COPY reads it, with places for its position and, of the seats' stream, its version."""
    version = f"%(v{event.version})s" if event.stream.startswith("seats-") else event.version
    name, data, about = type(event.data).__name__, _json(event.data), _json(event.metadata)
    shape = 1 + len(UPCASTERS.get(name, ()))
    return f"%(p{nth})s\t{event.stream}\t{version}\t{name}\t{shape}\t{data}\t{about}\t{NOON}\n"


def row(events: Sequence[Event]) -> str:
    """The order's row after these events, as COPY reads it."""
    folded: OrderRow | None = None
    for event in events:
        if ORDERS.key_of(event):
            folded = ORDERS.fold(folded, event)
    cells = []
    for column in ORDERS.table.columns:
        value = getattr(folded, column.name)
        cells.append(_json(value) if isinstance(column.type, Json) else "\\N" if value is None else str(value))
    return "\t".join(cells) + "\n"


class Past:
    """Orders one after the other, as the texts of three tables."""

    def __init__(self, head: int, sales: Sequence[Sale], orders: int) -> None:
        """`head`: the log's present end."""
        self._head, self._sales, self._orders = head, sales, orders
        self.chunks: dict[str, asyncio.Queue[bytes]] = {
            name: asyncio.Queue(4) for name in ("events", "commands", "orders")
        }
        told = list(_told())
        digest = "0123456789abcdef" * 2
        self._texts = {
            "events": "".join(_line(event, nth) for nth, event in enumerate(told)),
            "commands": "".join(
                f"{command}\tanyone\t{digest}\t%(p{nth})s\t{NOON}\n" for nth, command in enumerate(COMMANDS)
            ),
            "orders": row(told).replace("\t3\t", "\t%(p3)s\t"),
        }
        for known in (ORDER, CONFERENCE, SEAT_TYPE, *COMMANDS):
            self._texts = {name: text.replace(str(known), f"%({known})s") for name, text in self._texts.items()}

    async def tell(self) -> None:
        """Fill the queues; an empty chunk ends each."""
        dice = random.Random(7)
        fresh, position = [str(known) for known in (ORDER, *COMMANDS)], self._head
        lines: dict[str, list[str]] = {name: [] for name in self.chunks}
        for number, sale in enumerate(islice(cycle(self._sales), self._orders), 1):
            names: dict[str, object] = {known: UUID(int=dice.getrandbits(128), version=4) for known in fresh}
            names |= {str(CONFERENCE): sale.conference, str(SEAT_TYPE): sale.seat_type}
            names |= {f"p{nth}": position + nth + 1 for nth in range(EVENTS_OF_AN_ORDER)}
            names |= {"v1": sale.version + 1, "v2": sale.version + 2}
            position, sale.version = position + EVENTS_OF_AN_ORDER, sale.version + 2
            for name, text in self._texts.items():
                lines[name].append(text % names)
            if number % CHUNK == 0 or number == self._orders:
                for name, some in lines.items():
                    await self.chunks[name].put("".join(some).encode())
                    some.clear()
        for queue in self.chunks.values():
            await queue.put(b"")

    async def text(self, table: str) -> AsyncIterator[bytes]:
        """What COPY reads for a table."""
        while chunk := await self.chunks[table].get():
            yield chunk


async def open_sales(stage: Stage, database: str, number: int) -> list[Sale]:
    """Conferences, opened through the API by a server that has ended again."""
    server = plenary(stage.settings(database))
    connection = await asyncpg.connect(stage.dsn(database))
    try:
        sales = [Sale(*(await open_sale(server.port, QUOTA, f"127.0.2.{n % 200 + 1}"))[:2], 0) for n in range(number)]
        head = await connection.fetchval("SELECT max(position) FROM events")
        while await connection.fetchval("SELECT min(position) FROM bookmarks WHERE name <> 'timers'") < head:
            await asyncio.sleep(0.05)
            head = await connection.fetchval("SELECT max(position) FROM events")
        for sale in sales:
            query = "SELECT max(version) FROM events WHERE stream = $1"
            sale.version = await connection.fetchval(query, f"seats-{sale.conference}")
    finally:
        server.stop()
        await connection.close()
    return sales


def affordable(stage: Stage, events: int) -> int:
    """So many events, or fewer when the disk has no room for them and as much again."""
    free = shutil.disk_usage(stage.postgres.folder).free
    return min(events, free // (2 * BYTES_OF_AN_EVENT))


async def fill(stage: Stage, database: str, events: int) -> int:
    """Bring a fresh database's log to about so many events, all followed already; how many there are then."""
    sales = await open_sales(stage, database, min(200, 1 + events // 50_000))
    connection = await asyncpg.connect(stage.dsn(database))
    head = await connection.fetchval("SELECT max(position) FROM events")
    past = Past(head, sales, max(0, events - head) // EVENTS_OF_AN_ORDER)
    columns = {
        "events": COLUMNS.split(", "),
        "commands": ["command_id", "sender", "digest", "position", "recorded_at"],
        "orders": [column.name for column in ORDERS.table.columns],
    }

    async def copy(table: str) -> None:
        one = await asyncpg.connect(stage.dsn(database))
        await one.copy_to_table(table, source=past.text(table), columns=columns[table], format="text")
        await one.close()

    await asyncio.gather(past.tell(), *(copy(table) for table in columns))
    head = await connection.fetchval("SELECT max(position) FROM events")
    await connection.execute("UPDATE bookmarks SET position = $1 WHERE name <> 'timers'", head)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()
    return int(head)
