"""What must hold of every log, whatever was done to those who wrote it: read off the events alone, seats recounted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
import orjson

SEATS = r"SELECT stream, position, type, data FROM events WHERE stream ~ '^seats-' ORDER BY stream, version"
# Commands are stored with their append; the events of one command stand side by side, before the place it remembers.
TORN = """
SELECT count(*) FROM (
  SELECT (metadata::jsonb ->> 'command')::uuid AS id, count(*) AS events, min(position) AS first, max(position) AS last
  FROM events GROUP BY 1
) AS done LEFT JOIN commands ON command_id = id
WHERE command_id IS NULL OR last - first + 1 <> events OR last > commands.position
"""
UNKNOWN = "SELECT count(*) FROM unnest($1::uuid[]) AS id LEFT JOIN commands ON command_id = id WHERE command_id IS NULL"
TWICE = (
    "SELECT count(*) FROM (SELECT FROM events WHERE type = 'OrderPlaced' GROUP BY stream HAVING count(*) > 1) AS twice"
)
FORGOTTEN = """
WITH timed AS MATERIALIZED (
  SELECT command::jsonb -> 1 ->> 'order_id' AS id FROM timers WHERE command::jsonb ->> 0 = 'ExpireOrder'
), ended AS MATERIALIZED (
  SELECT stream FROM events
  WHERE type IN ('OrderSoldOut', 'OrderConfirmed', 'OrderExpired', 'OrderCancelled', 'OrderRefunded')
)
SELECT count(*) FROM events AS placed
WHERE type = 'OrderPlaced' AND NOT EXISTS (SELECT FROM ended WHERE ended.stream = placed.stream)
  AND NOT EXISTS (SELECT FROM timed WHERE timed.id = data::jsonb ->> 'order_id')
"""


class Tally:
    """The seats of one conference, counted again from what each order was granted, gave back and bought."""

    def __init__(self) -> None:
        """Nobody has anything."""
        self._quota: dict[str, int] = {}
        self._held: dict[str, Counter[str]] = defaultdict(Counter)
        self._sold: dict[str, Counter[str]] = defaultdict(Counter)
        self._taken: Counter[str] = Counter()

    def take(self, type_: str, data: dict[str, Any]) -> None:
        """Count an event. Raises AssertionError when it takes what is not there, or says other numbers than these."""
        order = data.get("order_id", "")
        before = Counter(self._taken)
        match type_:
            case "QuotaSet":
                self._quota |= {level["seat_type_id"]: level["quota"] for level in data["levels"]}
            case "SeatsReserved":
                granted = Counter({item["seat_type_id"]: item["quantity"] for item in data["granted"]})
                self._taken.subtract(self._held[order])
                self._taken.update(granted)
                self._held[order] = granted
            case "SeatsCommitted":
                assert any(self._held[order].values()), f"order {order} bought what it did not hold"
                self._sold[order].update(self._held.pop(order))
            case "SeatsReleased":
                self._taken.subtract(self._held.pop(order, Counter()))
                self._taken.subtract(self._sold.pop(order, Counter()))
        for seat_type, taken in self._taken.items():
            raised = taken > before[seat_type]
            assert taken >= 0, f"fewer than no seats of {seat_type} are taken"
            assert taken <= self._quota.get(seat_type, 0) or not raised, f"{seat_type} was oversold: {taken} taken"
        for level in data.get("levels", ()):
            said, counted = level["held"] + level["sold"], self._taken[level["seat_type_id"]]
            assert said == counted, f"a {type_} says {said} seats of {level['seat_type_id']} are taken; it is {counted}"


async def check(connection: "asyncpg.Connection[asyncpg.Record]", acknowledged: Iterable[UUID] = ()) -> str:
    """One sentence about a log in PostgreSQL on which all holds; AssertionError says what does not.

    Positions are gapless. Sold and held never exceed the quota, nor grow while they do because it was lowered. Every
    stored event is of a command that is remembered once, its events in one piece, and every `acknowledged` command
    is remembered. Every placed order has ended or has its timer. To be asked when nobody writes any more and the
    followers have caught up.
    """
    head, count = await connection.fetchrow("SELECT coalesce(max(position), 0), count(*) FROM events") or (0, 0)
    assert head == count, f"positions have gaps: {count} events, head {head}"
    seats = 0
    async with connection.transaction(readonly=True):
        tallies: dict[str, Tally] = {}
        async for stream, position, type_, data in connection.cursor(SEATS, prefetch=5_000):
            seats += 1
            try:
                tallies.setdefault(stream, Tally()).take(type_, orjson.loads(data))
            except AssertionError as broken:
                raise AssertionError(f"at position {position} of {stream}: {broken}") from None
    torn = await connection.fetchval(TORN)
    assert torn == 0, f"{torn} commands with events that are not remembered, or not in one piece"
    known = list(acknowledged)
    lost = await connection.fetchval(UNKNOWN, known)
    assert lost == 0, f"{lost} of {len(known)} acknowledged commands are not in the log"
    assert len(set(known)) == len(known), "a command was acknowledged as two"
    twice = await connection.fetchval(TWICE)
    assert twice == 0, f"{twice} orders were placed twice"
    forgotten = await connection.fetchval(FORGOTTEN)
    assert forgotten == 0, f"{forgotten} placed orders have neither ended nor a timer"
    return (
        f"{head:,} events without a gap; {seats:,} events about seats recounted, never more taken than there were; "
        f"{len(known):,} acknowledged commands stored once each; every placed order ended or timed"
    )
