"""What every log must do with appends that come one after the other."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from plenary.log.contract import Answered, Append, CommandId, EventLog, Guard, NewEvent, Recorded, Verdict, Write
from plenary.log.lane import Unstorable

# Opens the log that is tested; a second call is another handle on the same events, as another process would have it.
Open = Callable[[], EventLog]
Check = Callable[[Open], Awaitable[None]]


def command(id: UUID | None = None, sender: str = "anyone", digest: str = "said") -> CommandId:
    return CommandId(id or uuid4(), sender, digest)


def event(data: str = "{}", type: str = "SeatTaken") -> NewEvent:
    return NewEvent(type, data, '{"actor":"anyone"}')


def write(stream: str, expected: int, events: int = 1) -> Write:
    return Write(stream, expected, tuple(event(f'{{"n":{expected + n}}}') for n in range(1, events + 1)))


def append(*writes: Write, guards: Sequence[Guard] = (), commands: Sequence[CommandId] = ()) -> Append:
    return Append(tuple(commands) or (command(),), writes, tuple(guards))


async def one(log: EventLog, *writes: Write, guards: Sequence[Guard] = ()) -> Verdict:
    (verdict,) = await log.append([append(*writes, guards=guards)])
    return verdict


async def everything(log: EventLog) -> list[Recorded]:
    events: list[Recorded] = []
    while page := await log.after(len(events), limit=700):
        events += page
    return events


async def what_is_appended_can_be_read(open_log: Open) -> None:
    log = open_log()
    assert await log.head() == 0
    assert await log.after(0) == []
    assert await log.stream("seats-a") == []
    first = NewEvent("SeatsOpened", '{"free":3}', '{"actor":"anyone"}', schema_version=2)
    (verdict,) = await log.append([append(Write("seats-a", 0, (first, event("two"))))])
    assert verdict == Verdict(True, {"seats-a": 2}, 2)
    assert (await one(log, write("seats-b", 0))).position == 3
    assert (await one(log, write("seats-a", 2))).versions == {"seats-a": 3}
    assert await log.head() == 4
    events = await log.after(0)
    assert [(e.position, e.stream, e.version) for e in events] == [
        (1, "seats-a", 1), (2, "seats-a", 2), (3, "seats-b", 1), (4, "seats-a", 3),
    ]  # fmt: skip
    assert (events[0].type, events[0].schema_version) == ("SeatsOpened", 2)
    assert (events[0].data, events[0].metadata) == ('{"free":3}', '{"actor":"anyone"}')
    assert all(abs(e.recorded_at - datetime.now(UTC)) < timedelta(minutes=1) for e in events)
    assert all(e.recorded_at.utcoffset() == timedelta(0) for e in events)
    assert await log.after(1, limit=2) == events[1:3]
    assert await log.stream("seats-a") == [events[0], events[1], events[3]]
    assert await log.stream("seats-a", after=2) == [events[3]]
    assert await open_log().after(0) == events


async def an_outdated_expectation_is_refused(open_log: Open) -> None:
    log = open_log()
    await one(log, write("seats-a", 0, events=2))
    for expected in (0, 1, 3):
        assert await one(log, write("seats-a", expected)) == Verdict(False, {"seats-a": 2})
    assert await one(log, write("seats-b", 1)) == Verdict(False, {"seats-b": 0})
    assert await log.head() == 2


async def a_guarded_stream_must_not_have_moved(open_log: Open) -> None:
    log = open_log()
    await one(log, write("conference-a", 0))
    verdict = await one(log, write("order-a", 0), guards=[Guard("conference-a", 1), Guard("conference-b", 0)])
    assert verdict == Verdict(True, {"order-a": 1, "conference-a": 1, "conference-b": 0}, 2)
    await one(log, write("conference-a", 1))
    for outdated in (Guard("conference-a", 1), Guard("conference-a", 3), Guard("conference-b", 1)):
        verdict = await one(log, write("order-b", 0), guards=[outdated])
        assert (verdict.accepted, verdict.position) == (False, None)
        assert verdict.versions == {"order-b": 0, outdated.stream: 2 if outdated.stream == "conference-a" else 0}
    assert await log.head() == 3


async def an_append_over_several_streams_happens_as_a_whole(open_log: Open) -> None:
    log = open_log()
    verdict = await one(log, write("order-a", 0, events=2), write("code-a", 0), write("seats-a", 0))
    assert verdict == Verdict(True, {"order-a": 2, "code-a": 1, "seats-a": 1}, 4)
    assert [e.stream for e in await log.after(0)] == ["order-a", "order-a", "code-a", "seats-a"]
    refused = append(write("order-b", 0), write("code-a", 0))
    (verdict,) = await log.append([refused])
    assert verdict == Verdict(False, {"order-b": 0, "code-a": 1})
    assert await log.stream("order-b") == []
    assert await log.head() == 4
    assert await log.answered([refused.commands[0].id]) == {}


async def appends_of_a_batch_are_judged_each_on_its_own(open_log: Open) -> None:
    log = open_log()
    await one(log, write("seats-a", 0))
    verdicts = await log.append(
        [
            append(write("seats-b", 0)),
            append(write("seats-a", 0)),
            append(write("seats-c", 0, events=2)),
            append(write("seats-d", 0), guards=[Guard("seats-a", 5)]),
            append(write("seats-e", 0)),
        ]
    )
    assert [(v.accepted, v.position) for v in verdicts] == [
        (True, 2), (False, None), (True, 4), (False, None), (True, 5),
    ]  # fmt: skip
    assert await log.append([]) == []
    assert [e.position for e in await everything(log)] == [1, 2, 3, 4, 5]


async def a_repeated_command_is_answered_with_what_is_remembered(open_log: Open) -> None:
    log = open_log()
    mine, other = command(sender="order:7", digest="five"), command()
    await one(log, write("seats-z", 0, events=3))
    (verdict,) = await log.append([append(write("seats-a", 0, events=2), commands=[mine, other])])
    assert verdict.position == 5
    remembered = Answered(mine.id, "order:7", "five", 5)
    # Another sender, another digest: the log tells what it knows, its callers judge.
    again = append(write("seats-a", 2), commands=[command(mine.id, "anyone", "six")])
    (verdict,) = await log.append([again])
    assert verdict == Verdict(False, {"seats-a": 2}, None, (remembered,))
    partly = append(write("seats-b", 0), commands=[command(), mine])
    (verdict,) = await log.append([partly])
    assert verdict == Verdict(False, {"seats-b": 0}, None, (remembered,))
    assert set((await log.append([append(commands=[mine, other])]))[0].duplicates) == {
        remembered, Answered(other.id, "anyone", "said", 5),
    }  # fmt: skip
    assert await log.answered([mine.id, uuid4(), partly.commands[0].id]) == {mine.id: remembered}
    assert await log.head() == 5


async def a_refused_command_is_not_remembered(open_log: Open) -> None:
    log = open_log()
    asked = command()
    (verdict,) = await log.append([append(write("seats-a", 4), commands=[asked])])
    assert not verdict.accepted
    assert await log.answered([asked.id]) == {}
    (verdict,) = await log.append([append(write("seats-a", 0), commands=[asked])])
    assert verdict.accepted


async def a_command_that_changes_nothing_is_remembered(open_log: Open) -> None:
    log = open_log()
    early, late, refused = append(), append(guards=[Guard("seats-a", 1)]), append(guards=[Guard("seats-a", 2)])
    assert await log.append([early]) == [Verdict(True, {}, 0)]
    await one(log, write("seats-a", 0))
    assert await log.append([late]) == [Verdict(True, {"seats-a": 1}, 1)]
    assert await log.append([refused]) == [Verdict(False, {"seats-a": 1})]
    answered = await log.answered([a.commands[0].id for a in (early, late, refused)])
    assert {answer.position for answer in answered.values()} == {0, 1}
    (verdict,) = await log.append([early])
    assert [answer.position for answer in verdict.duplicates] == [0]
    verdicts = await log.append(
        [append(write("seats-b", 0)), append(), append(write("seats-c", 0, events=2)), append()]
    )
    assert [v.position for v in verdicts] == [2, 2, 4, 4]


async def of_neighbours_in_a_batch_the_earlier_one_wins(open_log: Open) -> None:
    log = open_log()

    async def refuses_the_second(first: Append, second: Append) -> None:
        verdicts = await log.append([first, second])
        assert [v.accepted for v in verdicts] == [True, False]
        assert verdicts[1].duplicates == ()
        (alone,) = await log.answered([first.commands[0].id]) or [None]
        assert alone == first.commands[0].id

    await refuses_the_second(append(write("a", 0)), append(write("a", 0)))
    await refuses_the_second(append(write("a", 1)), append(write("a", 2)))
    await refuses_the_second(append(write("b", 0)), append(write("c", 0), guards=[Guard("b", 0)]))
    await refuses_the_second(append(write("b", 1)), append(write("c", 0), guards=[Guard("b", 2)]))
    await refuses_the_second(append(write("d", 0), guards=[Guard("e", 0)]), append(write("e", 0)))
    await refuses_the_second(append(guards=[Guard("e", 0)]), append(write("e", 0)))
    twice = command()
    await refuses_the_second(append(write("f", 0), commands=[twice]), append(write("g", 0), commands=[twice]))
    # Two that merely look at the same stream do not disturb each other.
    verdicts = await log.append([append(write(s, 0), guards=[Guard("a", 2)]) for s in ("h", "i")])
    assert [v.accepted for v in verdicts] == [True, True]
    # A refused one is told the versions after the whole call.
    verdicts = await log.append([append(write("j", 0, events=3)), append(write("k", 0), guards=[Guard("j", 0)])])
    assert verdicts[1].versions == {"k": 0, "j": 3}
    assert [e.position for e in await everything(log)] == list(range(1, await log.head() + 1))


async def any_text_is_stored_as_it_is(open_log: Open) -> None:
    log = open_log()
    texts = [
        "Zoë Łukasz 渡辺",
        "🎟️👩🏽‍💻",
        "\u2028\u200f\ufeff",
        "'; DROP TABLE events; --",
        "\\x00 {} $1 ? %s",
        "\r\n\t",
        "",
    ]
    stream = "slug-Ünïcødé 🎪"
    (verdict,) = await log.append(
        [
            Append(
                (command(sender=texts[0], digest=texts[1]),),
                (Write(stream, 0, tuple(NewEvent(text, text, text) for text in texts)),),
                (Guard("slug-ünïcødé 🎪", 0),),
            )
        ]
    )
    assert verdict.versions == {stream: len(texts), "slug-ünïcødé 🎪": 0}
    assert [(e.type, e.data, e.metadata) for e in await log.stream(stream)] == [(t, t, t) for t in texts]


async def a_big_batch_is_one_batch(open_log: Open) -> None:
    log = open_log()
    verdicts = await log.append([append(write(f"s-{n}", 0)) for n in range(1500)])
    assert [v.position for v in verdicts] == list(range(1, 1501))
    assert (await one(log, write("long", 0, events=3000))).position == 4500
    assert len(await log.stream("long", after=1000)) == 2000
    assert (await one(log, Write("wide", 0, (event("x" * 2_000_000),)))).accepted
    assert len((await log.stream("wide"))[0].data) == 2_000_000


async def what_cannot_be_stored_leaves_nothing_behind(open_log: Open) -> None:
    log = open_log()
    fine, twice = append(write("fine", 0)), command()
    bad = [
        append(write("a\0b", 0)),
        append(Write("a", 0, (event("\0"),))),
        append(Write("a", 0, (event("\ud800"),))),
        append(Write("a", 0, (replace(event(), schema_version=2**70),))),
        append(Write("a", 0, ())),
        append(write("a", -1)),
        append(write("a" * 201, 0)),
        append(write("a", 0), write("a", 1)),
        append(write("a", 0), guards=[Guard("a", 0)]),
        append(write("a", 0), commands=[twice, twice]),
        Append((), (write("a", 0),)),
    ]
    for unstorable in bad:
        with pytest.raises(Unstorable):
            await log.append([fine, unstorable])
    assert await log.head() == 0
    assert (await log.append([fine]))[0].accepted


RULES: list[Check] = [
    what_is_appended_can_be_read,
    an_outdated_expectation_is_refused,
    a_guarded_stream_must_not_have_moved,
    an_append_over_several_streams_happens_as_a_whole,
    appends_of_a_batch_are_judged_each_on_its_own,
    a_repeated_command_is_answered_with_what_is_remembered,
    a_refused_command_is_not_remembered,
    a_command_that_changes_nothing_is_remembered,
    of_neighbours_in_a_batch_the_earlier_one_wins,
    any_text_is_stored_as_it_is,
    a_big_batch_is_one_batch,
    what_cannot_be_stored_leaves_nothing_behind,
]
