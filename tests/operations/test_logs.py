"""Every line says when, how bad, who and which chain of commands; none says a word of anybody's data."""

import io
import json
import logging
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from plenary.engine.answers import Accepted, Answer
from plenary.engine.decider import Refusal
from plenary.engine.messages import Metadata
from plenary.operations import logs
from plenary.operations.logs import Correlated, Json, Text

ABOUT = Metadata(uuid4(), uuid4(), "request", "somebody")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written to the log, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json())
    logger = logging.getLogger("plenary.test")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def said(lines: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


async def test_a_line_belongs_to_the_chain_that_is_carried_out(lines: io.StringIO) -> None:
    log = logging.getLogger("plenary.test")

    async def carried_out() -> Answer:
        log.warning("%d seats", 3)
        return Accepted(1)

    await Correlated().command("PlaceOrder", ABOUT, carried_out())
    log.warning("later")
    inside, later = said(lines)
    assert inside.items() >= {"level": "WARNING", "logger": "plenary.test", "message": "3 seats"}.items()
    assert inside["time"].endswith("+00:00")
    assert UUID(inside["correlation"]) == ABOUT.correlation
    assert "correlation" not in later


async def test_whoever_reports_a_refused_command_still_knows_its_chain(lines: io.StringIO) -> None:
    async def refused() -> Answer:
        return Refusal()

    await Correlated().command("ReserveSeats", ABOUT, refused())
    logging.getLogger("plenary.test").warning("It was refused.")
    logs.CORRELATION.set(None)
    (line,) = said(lines)
    assert UUID(line["correlation"]) == ABOUT.correlation


async def test_whoever_reports_a_failed_command_still_knows_its_chain(lines: io.StringIO) -> None:
    async def breaks() -> Answer:
        raise RuntimeError("ann@example.org could not be stored")

    try:
        await Correlated().command("PlaceOrder", ABOUT, breaks())
    except RuntimeError:
        logging.getLogger("plenary.test").exception("It failed.")
    finally:
        logs.CORRELATION.set(None)
    (line,) = said(lines)
    assert UUID(line["correlation"]) == ABOUT.correlation
    assert line["fault"].startswith("builtins.RuntimeError at test_logs.py:")
    assert "ann@" not in lines.getvalue()


def test_text_is_one_line_whatever_it_holds() -> None:
    record = logging.LogRecord("plenary", logging.ERROR, __file__, 1, "one\r\n2030-01-01 ERROR forged", None, None)
    line = Text().format(record)
    assert "\n" not in line
    assert " ERROR plenary one\\r\\n2030" in line


def test_what_asyncio_says_of_lost_tasks_quotes_nobody() -> None:
    message = "Task exception was never retrieved\nfuture: <Task exception=ValueError('ann@example.org')>"
    lost = ValueError("ann@example.org")
    record = logging.LogRecord("asyncio", logging.ERROR, "x.py", 1, message, (), (ValueError, lost, None))
    for written in (Json().format(record), Text().format(record)):
        assert "never retrieved" in written
        assert "ann@" not in written
