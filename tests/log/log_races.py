"""What every log must do with appends that come at the same time, are cancelled or are repeated."""

import asyncio
import random
from itertools import pairwise
from uuid import UUID

from plenary.log.contract import Answered, Append, EventLog, Guard, NewEvent, Recorded, Write
from tests.log.log_rules import Check, Open, append, command, event, everything, write


async def concurrent_appends_are_seen_once_in_order_and_without_gaps(open_log: Open) -> None:
    logs = [open_log(), open_log()]
    seen: list[Recorded] = []
    acknowledged: list[UUID] = []
    finished = asyncio.Event()

    async def reader() -> None:
        log, last_look = open_log(), False
        while not last_look:
            last_look = finished.is_set()
            while page := await log.after(seen[-1].position if seen else 0, limit=50):
                seen.extend(page)
            await asyncio.sleep(0)

    async def writer(number: int) -> None:
        dice, log, versions = random.Random(number), logs[number % 2], {f"s-{n}": 0 for n in range(6)}
        for _ in range(12):
            asked = command()
            while True:
                streams = dice.sample(sorted(versions), k=dice.choice([1, 1, 2]))
                data = NewEvent("Written", str(asked.id), "{}")
                writes = tuple(Write(s, versions[s], (data,) * dice.choice([1, 1, 3])) for s in streams)
                (verdict,) = await log.append([Append((asked,), writes)])
                versions |= verdict.versions
                if verdict.accepted:
                    acknowledged.append(asked.id)
                    break

    reading = asyncio.create_task(reader())
    await asyncio.gather(*(writer(number) for number in range(16)))
    finished.set()
    await reading
    assert [e.position for e in seen] == list(range(1, await logs[0].head() + 1))
    assert seen == await everything(logs[0])
    assert {e.data for e in seen} == {str(id) for id in acknowledged}
    assert len(acknowledged) == 16 * 12
    by_stream: dict[str, list[int]] = {}
    for e in seen:
        by_stream.setdefault(e.stream, []).append(e.version)
    assert all(versions == list(range(1, len(versions) + 1)) for versions in by_stream.values())
    # An append's events are neighbours.
    assert sum(a.data != b.data for a, b in pairwise(seen)) == len(acknowledged) - 1


async def of_two_that_guard_each_other_only_one_succeeds(open_log: Open) -> None:
    logs = [open_log(), open_log()]

    async def take(log: EventLog, mine: str, others: str) -> bool:
        (verdict,) = await log.append([append(write(mine, 0), guards=[Guard(others, 0)])])
        return verdict.accepted

    for n in range(20):
        left, right = f"left-{n}", f"right-{n}"
        taken = await asyncio.gather(take(logs[0], left, right), take(logs[1], right, left))
        assert sorted(taken) == [False, True]


async def a_command_sent_many_times_at_once_counts_once(open_log: Open) -> None:
    logs = [open_log(), open_log()]
    asked = command()
    attempts = [logs[n % 2].append([append(write(f"s-{n}", 0), commands=[asked])]) for n in range(50)]
    verdicts = [verdict for (verdict,) in await asyncio.gather(*attempts)]
    assert sum(v.accepted for v in verdicts) == 1
    assert all(v.accepted or v.duplicates == (Answered(asked.id, "anyone", "said", 1),) for v in verdicts)
    assert await logs[0].head() == 1


async def cancelled_and_repeated_appends_are_stored_once(open_log: Open) -> None:
    log, dice = open_log(), random.Random(7)
    versions: dict[str, int] = {}

    async def insist(number: int) -> UUID:
        stream, asked = f"s-{number % 3}", command()
        while True:
            once = append(
                Write(stream, versions.get(stream, 0), (event(str(asked.id)),) * 2), commands=[asked]
            )  # fmt: skip
            attempt = asyncio.create_task(log.append([once]))
            if dice.random() < 0.5:
                for _ in range(dice.randrange(6)):
                    await asyncio.sleep(0)
                attempt.cancel()
            try:
                (verdict,) = await attempt
            except asyncio.CancelledError:
                continue
            if verdict.accepted or verdict.duplicates:
                return asked.id
            versions.update(verdict.versions)

    acknowledged = await asyncio.gather(*(insist(number) for number in range(40)))
    events = await everything(log)
    assert [e.position for e in events] == list(range(1, 81))
    assert sorted(e.data for e in events) == sorted([str(id) for id in acknowledged] * 2)
    assert set(await log.answered(acknowledged)) == set(acknowledged)


RACES: list[Check] = [
    concurrent_appends_are_seen_once_in_order_and_without_gaps,
    of_two_that_guard_each_other_only_one_succeeds,
    a_command_sent_many_times_at_once_counts_once,
    cancelled_and_repeated_appends_are_stored_once,
]
