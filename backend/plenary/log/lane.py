"""The rules of an append, once, for all that apply them in Python; PostgreSQL's function says the same in SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from plenary.log.contract import Answered, Append, NewEvent, Verdict


class Unstorable(ValueError):
    """A batch holds something that no repeating will store. Nothing of the batch was stored, which is certain."""


class Neighbours:
    """Appends before another one in the same batch, and whether that one may share the batch with them."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._named: set[str] = set()
        self._written: set[str] = set()
        self._commands: set[UUID] = set()

    def admit(self, append: Append) -> bool:
        """Whether nothing of the earlier ones stands in the way; in either case it is an earlier one from now on."""
        free = True
        for command in append.commands:
            free = free and command.id not in self._commands
            self._commands.add(command.id)
        for guard in append.guards:
            free = free and guard.stream not in self._written
        for write in append.writes:
            free = free and write.stream not in self._named
        self._named.update(streams(append))
        self._written.update(write.stream for write in append.writes)
        return free


@dataclass(frozen=True, slots=True)
class Judged:
    """What a batch comes to: the verdicts, and the events (position, stream, version, event) and answers to store."""

    verdicts: list[Verdict]
    events: list[tuple[int, str, int, NewEvent]]
    answers: list[Answered]


def judge(
    batch: Sequence[Append],
    head: int,
    version: Callable[[str], int],
    answered: Callable[[UUID], Answered | None],
) -> Judged:
    """Decide a batch. `head`, `version` and `answered` tell what is stored; nobody else may write meanwhile."""
    before = {stream: version(stream) for append in batch for stream in streams(append)}
    after = dict(before)
    judged = Judged([], [], [])
    outcomes: list[tuple[int | None, tuple[Answered, ...]]] = []
    neighbours = Neighbours()
    for append in batch:
        known = tuple(answer for command in append.commands if (answer := answered(command.id)))
        as_expected = all(before[write.stream] == write.expected for write in append.writes)
        as_guarded = all(before[guard.stream] == guard.version for guard in append.guards)
        if not (neighbours.admit(append) and as_expected and as_guarded) or known:
            outcomes.append((None, known))
            continue
        for write in append.writes:
            for event in write.events:
                head += 1
                after[write.stream] += 1
                judged.events.append((head, write.stream, after[write.stream], event))
        judged.answers.extend(Answered(c.id, c.sender, c.digest, head) for c in append.commands)
        outcomes.append((head, ()))
    for append, (position, known) in zip(batch, outcomes, strict=True):
        versions = {stream: after[stream] for stream in streams(append)}
        judged.verdicts.append(Verdict(position is not None, versions, position, known))
    return judged


def streams(append: Append) -> list[str]:
    """The streams that an append names: the written ones, then the guarded ones."""
    return [*(write.stream for write in append.writes), *(guard.stream for guard in append.guards)]


def check(batch: Sequence[Append]) -> None:
    """Raise Unstorable if an append of the batch is malformed, the same for every log."""
    for append in batch:
        names = streams(append)
        if len(set(names)) < len(names):
            raise Unstorable(f"A stream stands twice in one append: {', '.join(sorted(names))}.")
        if not append.commands or len({command.id for command in append.commands}) < len(append.commands):
            raise Unstorable("An append answers one command at least, and none twice.")
        for write in append.writes:
            if not write.events or write.expected < 0:
                raise Unstorable(f"A write to {write.stream} has no events, or expects a version below 0.")
            for event in write.events:
                _check_texts(event.type, event.data, event.metadata)
                if not 0 < event.schema_version < 2**31:
                    raise Unstorable(f"{event.schema_version} is no schema version.")
        for name in names:
            if not 0 < len(name) <= 200:
                raise Unstorable(f"A stream's name has 1 to 200 characters; this one has {len(name)}.")
        _check_texts(*names)
        for command in append.commands:
            _check_texts(command.sender, command.digest)


def _check_texts(*texts: str) -> None:
    """Not every database stores the character 0, and none stores half of a surrogate pair."""
    for text in texts:
        if "\0" in text:
            raise Unstorable("A text holds the character 0.")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as problem:
                raise Unstorable("A text is not valid Unicode.") from problem
