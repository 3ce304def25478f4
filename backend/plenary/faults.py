"""What may be told of a fault: what kind it was and where, never its words, which may quote names and e-mails."""

import traceback
from typing import Final

LONGEST: Final = 5
"""Links of a chain of causes that are told."""


def told(cause: BaseException | None) -> str:
    """A fault and what it came from, each by its class and the places it passed, innermost first."""
    chain: list[str] = []
    link = cause
    while link is not None and len(chain) < LONGEST:
        frames = traceback.extract_tb(link.__traceback__)
        steps = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in reversed(frames))
        chain.append(f"{type(link).__module__}.{type(link).__qualname__} at {steps}")
        link = link.__cause__ or link.__context__
    return " | because of ".join(chain)
