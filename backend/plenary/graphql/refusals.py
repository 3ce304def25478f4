"""Every refusal that the API may answer with: the one list that the schema's `RefusalCode` is made from."""

import re

from plenary.access.tries import TooManyTries
from plenary.access.visitor import NotAllowed
from plenary.engine.actors import Busy, GuardMoved, KeyReused
from plenary.engine.decider import InvalidInput, Refusal

REFUSALS: tuple[type[Refusal], ...] = (
    InvalidInput,
    Busy,
    KeyReused,
    GuardMoved,
    NotAllowed,
    TooManyTries,
)


def code_of(refusal: type[Refusal]) -> str:
    """The code of a refusal: its class name in capitals, `SlugTaken` -> `SLUG_TAKEN`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", refusal.__name__).upper()
