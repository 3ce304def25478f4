"""Group commit: appends share a flush, each gets its own answer, and a flush of unknown outcome is repeated."""

import asyncio
import random
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest

from plenary.log.contract import Append, CommandId, Guard, NewEvent, Verdict, Write
from plenary.log.group_commit import FLUSH_LIMIT, GroupCommit, GroupCommitClosed, LogBusy, OutcomeUnknown
from plenary.log.lane import Neighbours, Unstorable
from plenary.log.memory import MemoryLog


class WatchedLog(MemoryLog):
    """Remembers its batches, lets a test hold them back at a gate, and fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[Sequence[Append]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fail_before: list[Exception] = []
        self.fail_after: list[Exception] = []

    async def append(self, batch: Sequence[Append]) -> list[Verdict]:
        self.batches.append(batch)
        await self.gate.wait()
        if self.fail_before:
            raise self.fail_before.pop(0)
        verdicts = await super().append(batch)
        if self.fail_after:
            raise self.fail_after.pop(0)
        return verdicts


@pytest.fixture
def log() -> WatchedLog:
    return WatchedLog()


@pytest.fixture
def heads() -> list[int]:
    return []


@pytest.fixture
def commit(log: WatchedLog, heads: list[int]) -> GroupCommit:
    return GroupCommit(log, heads.append)


def change(stream: str, expected: int = 0, *guards: Guard, events: int = 1) -> Append:
    id = uuid4()
    written = tuple(NewEvent("Changed", f'"{id} {n}"', "{}") for n in range(events))
    return Append((CommandId(id, "anyone", "said"),), (Write(stream, expected, written),), guards)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


def later(commit: GroupCommit, *appends: Append) -> list[asyncio.Task[Verdict]]:
    return [asyncio.create_task(commit.append(append)) for append in appends]


async def test_one_append_is_flushed_at_once(log: WatchedLog, commit: GroupCommit, heads: list[int]) -> None:
    verdict = await commit.append(change("a", events=2))
    assert verdict == Verdict(True, {"a": 2}, 2)
    assert heads == [2]
    assert (commit.flushes, commit.appends) == (1, 1)


async def test_appends_that_arrive_during_a_flush_share_the_next(log: WatchedLog, commit: GroupCommit) -> None:
    log.gate.clear()
    first = later(commit, change("a"))
    await until(lambda: len(log.batches) == 1)
    others = later(commit, *(change(f"s-{n}") for n in range(50)))
    await until(lambda: commit.waiting == 50)
    log.gate.set()
    verdicts = await asyncio.gather(*first, *others)
    assert [len(batch) for batch in log.batches] == [1, 50]
    assert [v.position for v in verdicts] == list(range(1, 52))
    assert (commit.flushes, commit.appends) == (2, 51)


async def test_a_flush_has_a_limit(log: WatchedLog, commit: GroupCommit) -> None:
    await asyncio.gather(*later(commit, *(change(f"s-{n}") for n in range(2 * FLUSH_LIMIT + 1))))
    assert [len(batch) for batch in log.batches] == [FLUSH_LIMIT, FLUSH_LIMIT, 1]


async def test_neighbours_never_conflict_and_keep_their_order(log: WatchedLog, commit: GroupCommit) -> None:
    dice, versions, appends = random.Random(3), dict.fromkeys("abcdefgh", 0), []
    for _ in range(300):
        written, guarded = dice.sample(sorted(versions), k=2)
        appends.append(change(written, versions[written], Guard(guarded, versions[guarded])))
        versions[written] += 1
    # Sent in this order, each is right about the versions it expects: every one must be accepted.
    verdicts = await asyncio.gather(*later(commit, *appends))
    assert all(verdict.accepted for verdict in verdicts)
    for batch in log.batches:
        neighbours = Neighbours()
        assert all(neighbours.admit(append) for append in batch)
    assert len(log.batches) < 300


async def test_the_same_command_twice_at_once_is_stored_once(log: WatchedLog, commit: GroupCommit) -> None:
    once = change("a")
    first, second = await asyncio.gather(*later(commit, once, once))
    assert first.accepted
    assert not second.accepted
    assert [answer.position for answer in second.duplicates] == [1]


async def test_a_refusal_is_an_answer_and_no_commit(log: WatchedLog, commit: GroupCommit, heads: list[int]) -> None:
    assert await commit.append(change("a", 7)) == Verdict(False, {"a": 0})
    nothing = Append((CommandId(uuid4(), "anyone", "said"),))
    assert (await commit.append(nothing)).accepted
    assert heads == []


async def test_a_flush_that_failed_is_repeated(log: WatchedLog, commit: GroupCommit, heads: list[int]) -> None:
    log.fail_before = [ConnectionError("gone"), OSError("still gone")]
    verdicts = await asyncio.gather(*later(commit, change("a"), change("b")))
    assert [v.position for v in verdicts] == [1, 2]
    assert len(log.batches) == 3
    assert heads == [2]


async def test_what_an_unanswered_flush_had_stored_is_recognised(
    log: WatchedLog, commit: GroupCommit, heads: list[int]
) -> None:
    await log.append([change("seen")])
    log.fail_after = [ConnectionError("gone after the commit")]
    stale, nothing = change("c", 4), Append((CommandId(uuid4(), "anyone", "said"),))
    changed = change("a", 0, Guard("seen", 1), events=2)
    verdicts = await asyncio.gather(*later(commit, changed, stale, change("b"), nothing))
    assert verdicts == [
        Verdict(True, {"a": 2, "seen": 1}, 3),
        Verdict(False, {"c": 0}),
        Verdict(True, {"b": 1}, 4),
        Verdict(True, {}, 4),
    ]
    assert await log.head() == 4
    assert heads == [4]


async def test_a_command_answered_long_ago_stays_a_duplicate_when_a_flush_is_repeated(
    log: WatchedLog, commit: GroupCommit
) -> None:
    once = change("a")
    await commit.append(once)
    log.fail_before = [ConnectionError("gone")]
    decided_again = Append(once.commands, (Write("a", 1, once.writes[0].events),))
    verdict = await commit.append(decided_again)
    assert not verdict.accepted
    assert [answer.position for answer in verdict.duplicates] == [1]


async def test_the_versions_of_a_recognised_append_are_those_right_after_it(
    log: WatchedLog, commit: GroupCommit
) -> None:
    class Overtaken(ConnectionError):
        pass

    log.fail_after = [Overtaken()]
    changing = asyncio.create_task(commit.append(change("a")))
    await until(lambda: bool(log._events))
    await log.append([change("a", 1)])  # somebody else, before the repetition
    assert await changing == Verdict(True, {"a": 1}, 1)


async def test_a_poisonous_append_hurts_only_itself(log: WatchedLog, commit: GroupCommit) -> None:
    results = await asyncio.gather(
        *later(commit, change("a"), change("poison\0"), change("b"), change("a", 1)), return_exceptions=True
    )
    assert isinstance(results[1], Unstorable)
    assert [r.position for r in results if isinstance(r, Verdict)] == [1, 2, 3]


async def test_a_caller_that_leaves_does_not_stop_a_flush(log: WatchedLog, commit: GroupCommit) -> None:
    log.gate.clear()
    leaving, staying = later(commit, change("a"), change("b"))
    await until(lambda: bool(log.batches))
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    log.gate.set()
    assert (await staying).accepted
    assert len(await log.stream("a")) == 1


async def test_a_full_queue_is_said_at_once(log: WatchedLog, heads: list[int]) -> None:
    commit = GroupCommit(log, heads.append, queue_limit=3)
    log.gate.clear()
    taken = later(commit, change("a"))
    await until(lambda: bool(log.batches))
    taken += later(commit, change("b"), change("c"), change("d"))
    await until(lambda: commit.waiting == 3)
    with pytest.raises(LogBusy) as busy:
        await commit.append(change("e"))
    assert 0 < busy.value.retry_after < 60
    log.gate.set()
    assert all(v.accepted for v in await asyncio.gather(*taken))


async def test_patience_ends(log: WatchedLog, heads: list[int]) -> None:
    commit = GroupCommit(log, heads.append, patience=0.05)
    log.fail_before = [ConnectionError("gone")] * 100
    with pytest.raises(OutcomeUnknown) as unknown:
        await commit.append(change("a"))
    assert isinstance(unknown.value.__cause__, ConnectionError)
    log.fail_before = []
    assert (await commit.append(change("a"))).accepted


async def test_closing_waits_for_everything_that_was_taken(log: WatchedLog, commit: GroupCommit) -> None:
    log.gate.clear()
    taken = later(commit, *(change("a", n) for n in range(5)))
    await until(lambda: commit.waiting == 4)
    closing = asyncio.create_task(commit.close())
    await asyncio.sleep(0)
    with pytest.raises(GroupCommitClosed):
        await commit.append(change("b"))
    log.gate.set()
    await closing
    assert all(task.done() and task.result().accepted for task in taken)
    await commit.close()


async def test_a_dead_flusher_leaves_nobody_waiting(log: WatchedLog) -> None:
    def broken(head: int) -> None:
        raise ZeroDivisionError

    commit = GroupCommit(log, broken)
    log.gate.clear()
    stored, waiting = later(commit, change("a"), change("a", 1))
    await until(lambda: commit.waiting == 1)
    log.gate.set()
    assert (await stored).accepted
    with pytest.raises(GroupCommitClosed) as closed:
        await waiting
    assert isinstance(closed.value.__cause__, ZeroDivisionError)
    with pytest.raises(GroupCommitClosed) as closed:
        await commit.append(change("b"))
    assert isinstance(closed.value.__cause__, ZeroDivisionError)
    await commit.close()


async def test_a_cancelled_flusher_leaves_nobody_waiting(log: WatchedLog, commit: GroupCommit) -> None:
    log.gate.clear()
    in_flight, waiting = later(commit, change("a"), change("a", 1))
    await until(lambda: commit.waiting == 1)
    assert commit._flusher is not None
    commit._flusher.cancel()
    for task in (in_flight, waiting):
        with pytest.raises(GroupCommitClosed):
            await task
