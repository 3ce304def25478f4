"""Given what happened, when somebody asks for something, then this happens, or this refusal is the answer."""

from collections.abc import Sequence
from typing import Any

from plenary.engine.decider import Decider, InvalidInput, Refusal, fold


def scenario(
    decider: Decider[Any, Any, Any], *, given: Sequence[object], when: object, then: Sequence[object] | Refusal
) -> Any:
    """Tell one story of a decider, and answer with the state it ends in."""
    state = fold(decider, given)
    answer = decider.decide(when, state)
    assert answer == then
    return state if isinstance(answer, Refusal) else fold(decider, [*given, *answer])


def blamed(decider: Decider[Any, Any, Any], *, given: Sequence[object] = (), when: object) -> list[str]:
    """The fields that are named when a command is refused for its input."""
    answer = decider.decide(when, fold(decider, given))
    assert isinstance(answer, InvalidInput), answer
    return [error.field for error in answer.errors]
