"""What must hold of every log, whatever was done to those who wrote it: read from the database, without any server."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from plenary.engine.database import Database
from plenary.engine.tables import bookmarks, commands, events, parked, timers
from plenary.engine.work import TIMERS
from plenary.notifications.mail import MAILS
from plenary.notifications.mailbox import mailbox

DEADLINES = {"OrderPlaced", "OrderOffered", "HoldExtended"}
LINE = {"WaitlistJoined", "WaitlistLeft", "WaitlistEnded", "SeatsOffered"}
ENDS = {"OrderConfirmed", "OrderExpired", "OrderSoldOut", "OrderCancelled", "OrderRefunded"}


async def check_log(url: str, acknowledged: Iterable[str] = ()) -> str:
    """Raise AssertionError with a sentence about what does not hold; else a sentence about what was looked at.

    `acknowledged`: the ids of commands of which somebody was told that they were carried out.
    """
    database = Database(url)
    try:
        async with database.reading() as db:
            log = [dict(row) for row in (await _all(db, sa.select(events).order_by(events.c.position)))]
            answered = {row["command_id"]: row["position"] for row in await _all(db, sa.select(commands))}
            _in_order(log)
            _once(log, answered, {UUID(id_) for id_ in acknowledged})
            _caused(log)
            _never_oversold(log)
            _no_code_twice(log)
            marks = {row["name"]: row["position"] for row in await _all(db, sa.select(bookmarks))}
            for name, position in marks.items():
                assert position <= len(log), f"{name} has read up to event {position}, and the log ends at {len(log)}"
            aside = await _all(db, sa.select(parked))
            assert not aside, f"{len(aside)} events are put aside, the first by {aside[0]['name']}: {aside[0]['error']}"
            timed = {row["set_at"] for row in await _all(db, sa.select(timers))}
            _ended_or_timed(log, timed, marks.get("registration", 0))
            _in_turn(log, marks.get("registration", 0))
            _in_no_line_twice(log, marks.get("registration", 0))
            _refunded(log, marks.get("cashier", 0))
            _mailed(log, await _all(db, sa.select(mailbox)), marks.get("mail", 0))
    finally:
        await database.close()
    kinds = Counter(event["type"] for event in log)
    return f"{len(log)} events, {kinds['OrderPlaced']} orders, {kinds['OrderConfirmed']} confirmed"


async def all_followed(url: str) -> bool:
    """Whether everybody has followed the log to its present end."""
    database = Database(url)
    try:
        async with database.reading() as db:
            head = await db.scalar(sa.select(sa.func.coalesce(sa.func.max(events.c.position), 0)))
            behind = sa.select(sa.func.count()).where(bookmarks.c.position < head, bookmarks.c.name != TIMERS)
            return not await db.scalar(behind)
    finally:
        await database.close()


async def _all(db: AsyncConnection, query: sa.Select[Any]) -> list[sa.RowMapping]:
    return list((await db.execute(query)).mappings())


def _in_order(log: list[dict[str, Any]]) -> None:
    """Positions without gaps, versions without gaps in every stream; the texts become what they say."""
    versions = Counter[str]()
    for position, event in enumerate(log, start=1):
        assert event["position"] == position, f"event {position} is missing"
        versions[event["stream"]] += 1
        expected = versions[event["stream"]]
        assert event["version"] == expected, f"event {position} should be number {expected} of its stream"
        event["data"], event["metadata"] = json.loads(event["data"]), json.loads(event["metadata"])


def _once(log: list[dict[str, Any]], answered: dict[UUID, int], acknowledged: set[UUID]) -> None:
    """Every acknowledged command is stored, and the events of every command stand together, once."""
    lost = acknowledged - answered.keys()
    assert not lost, f"{len(lost)} commands were acknowledged and are not stored, one is {next(iter(lost))}"
    places: defaultdict[UUID, list[int]] = defaultdict(list)
    for event in log:
        places[UUID(event["metadata"]["command"])].append(event["position"])
    for command, positions in places.items():
        assert command in answered, f"event {positions[0]} answers a command that is not stored"
        together = list(range(positions[0], positions[0] + len(positions)))
        assert positions == together, f"command {command} was carried out more than once, at {positions}"
        assert positions[-1] <= answered[command], f"command {command} was answered before its last event"


def _caused(log: list[dict[str, Any]]) -> None:
    """Every event goes back to somebody's command: causes come before effects and share their correlation."""
    for event in log:
        about, position = event["metadata"], event["position"]
        assert all(about.get(name) for name in ("command", "correlation", "causation", "actor")), (
            f"event {position} does not say where it comes from: {about}"
        )
        if about["causation"] == "request":
            assert about["correlation"] == about["command"], f"event {position} begins a chain of another command"
            continue
        kind, _, origin = about["causation"].partition(" ")
        assert kind in ("event", "timer"), f"event {position} comes from {about['causation']!r}"
        number = int(origin if kind == "event" else origin.split("/")[1])
        assert 0 < number < position, f"event {position} comes from event {number}, which is no earlier one"
        cause = log[number - 1]["metadata"]
        assert about["correlation"] == cause["correlation"], f"event {position} belongs to another chain than its cause"


def _never_oversold(log: list[dict[str, Any]]) -> None:
    """No level is ever negative, and above its quota, which a lowering may bring about, nothing raises it."""
    taken: dict[str, int] = {}
    for event in log:
        for level in event["data"].get("levels", ()) if event["stream"].startswith("seats-") else ():
            seat_type, position = level["seat_type_id"], event["position"]
            assert level["held"] >= 0, f"{level['held']} seats are held after event {position}"
            assert level["sold"] >= 0, f"{level['sold']} seats are sold after event {position}"
            now = level["held"] + level["sold"]
            assert now <= max(level["quota"], taken.get(seat_type, 0)), (
                f"event {position} oversells: {level['held']} held and {level['sold']} sold of {level['quota']}"
            )
            taken[seat_type] = now


def _ended_or_timed(log: list[dict[str, Any]], timed: set[int], followed: int) -> None:
    ended = {event["stream"] for event in log if event["type"] in ENDS}
    deadlines = {event["stream"]: event["position"] for event in log if event["type"] in DEADLINES}
    for stream, position in deadlines.items():
        if stream not in ended and position <= followed:
            assert position in timed, f"the order of event {position} never ends"


def _in_turn(log: list[dict[str, Any]], followed: int) -> None:
    """Freed seats went down the line in the order of joining, and who still waits stands in it."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for event in log:
        data = event["data"]
        line = lines[data["seat_type_id"]] if event["type"] in LINE else []
        if event["type"] == "WaitlistJoined":
            line.append(data["order_id"])
        elif event["type"] == "SeatsOffered" and line:
            assert line.pop(0) == data["order_id"], f"event {event['position']} overtakes somebody who waits"
        elif event["type"] in ("WaitlistLeft", "WaitlistEnded") and data["order_id"] in line:
            line.remove(data["order_id"])
        if event["type"] in LINE:
            assert data["waiting"] == len(line), f"event {event['position']} miscounts those who wait"
    answered = {event["data"]["order_id"] for event in log if event["type"] in LINE}
    ended = {event["data"]["order_id"] for event in log if event["type"] in ENDS}
    for event in log:
        if event["type"] == "OrderWaitlisted" and event["position"] <= followed:
            assert event["data"]["order_id"] in answered | ended, (
                f"the order of event {event['position']} waits nowhere"
            )


def _in_no_line_twice(log: list[dict[str, Any]], followed: int) -> None:
    """Nobody waits for a type of seats with two orders, and an entry ends with its order's waiting."""
    entries: dict[tuple[str, str], str] = {}
    for event in log:
        data = event["data"]
        if event["type"] == "EntryAdded":
            place = (data["subject"], data["seat_type_id"])
            assert place not in entries, f"event {event['position']} lets somebody stand in one line twice"
            entries[place] = data["order_id"]
        elif event["type"] in ("EntryEnded", "EntriesErased"):
            over = data.get("orders", [data.get("order_id")])
            entries = {place: order_id for place, order_id in entries.items() if order_id not in over}
    left = set(entries.values())
    for event in log[:followed]:
        if event["type"] in ENDS | {"OrderOffered"}:
            assert event["data"]["order_id"] not in left, (
                f"the order of event {event['position']} waits no more, but counts"
            )


def _no_code_twice(log: list[dict[str, Any]]) -> None:
    """A code was never used by more orders than its limit at that moment."""
    limits: dict[str, int | None] = {}
    for event in log:
        if event["type"] in ("CodeCreated", "CodeChanged"):
            limits[event["stream"]] = event["data"]["limit"]
        elif event["type"] == "UseReserved" or (event["type"] == "UseRetaken" and event["data"]["taken"]):
            limit = limits[event["stream"]]
            assert limit is None or event["data"]["used"] <= limit, f"event {event['position']} uses a code too often"


def _refunded(log: list[dict[str, Any]], followed: int) -> None:
    """What is to go back is asked for once, is never more than was paid, and goes back, fails, or is put off."""
    asked: defaultdict[str, dict[int, int]] = defaultdict(dict)
    told = {
        (event["stream"], event["data"]["number"])
        for event in log
        if event["type"] in ("PaymentRefunded", "RefundFailed", "RefundPutOff")
    }
    paid = {event["stream"]: event["data"]["amount"] for event in log if event["type"] == "PaymentCompleted"}
    for event in log:
        if event["type"] == "RefundRequested":
            stream, number, position = event["stream"], event["data"]["number"], event["position"]
            assert number not in asked[stream], f"event {position} asks for refund {number} a second time"
            asked[stream][number] = event["data"]["amount"]
            back = sum(asked[stream].values())
            assert back <= paid[stream], f"after event {position} {back} of {paid[stream]} are to go back"
            by_hand = event["data"]["gateway"] == "transfer"
            if position <= followed and not by_hand:
                assert (stream, number) in told, f"nothing became of the refund of event {position}"


def _mailed(log: list[dict[str, Any]], mails: list[sa.RowMapping], followed: int) -> None:
    """Exactly one mail about each confirmation, to its registrant, and none about anything else that looks like it."""
    confirmed = [event for event in log if event["type"] == "OrderConfirmed" and event["position"] <= followed]
    expected = {uuid5(MAILS, f"{event['position']}/{UUID(event['data']['registrant'])}") for event in confirmed}
    sent = {mail["mail_id"] for mail in mails if mail["subject"].startswith("Your seats at")}
    assert expected <= sent, f"{len(expected - sent)} confirmations were never mailed"
    assert sent == expected, f"{len(sent - expected)} mails tell of seats that nobody confirmed"
