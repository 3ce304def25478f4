"""What is written for operators: one line an occurrence, with the command chain it belongs to, and nobody's data."""

import logging
import sys
from collections.abc import Awaitable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final, TextIO
from uuid import UUID

import orjson

from plenary.engine.answers import Accepted, Answer
from plenary.engine.messages import Metadata
from plenary.engine.observer import Observer
from plenary.faults import told

CORRELATION: Final[ContextVar[UUID | None]] = ContextVar("correlation", default=None)
"""The first command of the chain that is being carried out here."""


def set_up(kind: str, stream: TextIO = sys.stderr) -> logging.Handler:
    """Write what all parts of this process have to say, from warnings on, as `text` or `json`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json() if kind == "json" else Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    return handler


class Correlated(Observer):
    """Remembers which chain of commands is being carried out, for the lines that are written meanwhile."""

    async def command(self, name: str, about: Metadata, answer: Awaitable[Answer]) -> Answer:
        """Lines belong to this command's chain from here to its answer."""
        before = CORRELATION.set(about.correlation)
        answered = await answer
        if isinstance(answered, Accepted):  # whoever reports a refusal or a failure does it right after
            CORRELATION.reset(before)
        return answered


def fields(record: logging.LogRecord) -> dict[str, str]:
    """What a line says, by name. Exceptions are told by kind and place: their words may be somebody's name."""
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        # asyncio tells of lost tasks with their exceptions' words, below the first line.
        "message": record.getMessage().partition("\n")[0] if record.name == "asyncio" else record.getMessage(),
    }
    if (correlation := CORRELATION.get()) is not None:
        line["correlation"] = str(correlation)
    if record.exc_info and record.exc_info[1] is not None:
        line["fault"] = told(record.exc_info[1])
    return line


class Json(logging.Formatter):
    """A line is an object."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        return orjson.dumps(fields(record)).decode()


class Text(logging.Formatter):
    """A line is for reading."""

    def format(self, record: logging.LogRecord) -> str:
        """The record in one line, whatever its message holds."""
        line = fields(record)
        chain = f" [{line['correlation']}]" if "correlation" in line else ""
        fault = f" ({line['fault']})" if "fault" in line else ""
        text = f"{line['time']} {line['level']} {line['logger']}{chain} {line['message']}{fault}"
        return text.replace("\r", "\\r").replace("\n", "\\n")
