"""The words that all of the schema shares say one thing, and only that."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLError

import plenary
from plenary.access.tries import TooManyTries
from plenary.engine import answers, decider
from plenary.engine.decider import FieldError, InvalidInput
from plenary.graphql import words
from plenary.graphql.reading import after_instant
from plenary.graphql.refusals import REFUSALS, code_of
from plenary.graphql.words import SCALARS, MinorUnits, Position, refused

ID = UUID("6b2f1c0e-8d0a-4c6e-9d0a-6f3b1c2d3e4f")


@pytest.mark.parametrize("position", [0, 1, 12345, 2**63 - 1])
def test_a_position_comes_back_as_it_went(position: int) -> None:
    text = words.encode_position(position)
    assert not text.isdigit()
    assert words.decode_position(text) == position


@pytest.mark.parametrize("text", ["", "1", "cDM=", "é", "p1", words.encode_cursor(1, ID), "c" * 600, None, 7, "cC0x"])
def test_what_is_no_position_is_the_clients_mistake(text: object) -> None:
    if text == "cDM=":
        assert words.decode_position(text) == 3
        return
    with pytest.raises(GraphQLError):
        words.decode_position(text)


@pytest.mark.parametrize("key", ["2030-01-31T12:00:00+00:00", "Ünïcode", "", 7, -1])
def test_a_cursor_comes_back_as_it_went(key: str | int) -> None:
    assert words.decode_cursor(words.encode_cursor(key, ID)) == (key, ID)


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA", "WzFd", "WzEsIDJd", "W251bGwsICJ4Il0", "é", "eyJhIjogMX0"])
def test_what_is_no_cursor_is_the_clients_mistake(cursor: str) -> None:
    with pytest.raises(GraphQLError):
        words.decode_cursor(cursor)


@pytest.mark.parametrize("key", ["yesterday", "2030-01-31T12:00:00", "0001-01-01T00:00:00+14:00", 7])
def test_a_cursor_of_another_list_is_the_clients_mistake(key: str | int) -> None:
    with pytest.raises(GraphQLError):
        after_instant(words.encode_cursor(key, ID))


def test_a_page_knows_where_it_stands() -> None:
    shown, info = words.page([1, 2, 3], 2, str, after=None)
    assert list(shown) == [1, 2]
    assert info == words.PageInfo(has_next_page=True, has_previous_page=False, start_cursor="1", end_cursor="2")
    shown, info = words.page([3], 2, str, after="2")
    assert info == words.PageInfo(has_next_page=False, has_previous_page=True, start_cursor="3", end_cursor="3")
    assert words.page([], 2, str, after=None)[1].end_cursor is None


@pytest.mark.parametrize("first", [0, -1, 101])
def test_a_page_has_one_to_a_hundred_rows(first: int) -> None:
    with pytest.raises(GraphQLError):
        words.page_size(first)
    assert (words.page_size(1), words.page_size(100)) == (1, 100)


def parse(scalar: object, value: object) -> Any:
    read = SCALARS[scalar].parse_value
    assert read is not None
    return read(value)


def serialize(scalar: object, value: object) -> Any:
    write = SCALARS[scalar].serialize
    assert write is not None
    return write(value)


@pytest.mark.parametrize(
    ("scalar", "given", "meant", "shown"),
    [
        (UUID, str(ID).upper(), ID, str(ID)),
        (date, "2030-01-31", date(2030, 1, 31), "2030-01-31"),
        (datetime, "2030-01-31T10:00:00+01:00", datetime(2030, 1, 31, 9, tzinfo=UTC), "2030-01-31T09:00:00.000Z"),
        (datetime, "2030-01-31T09:00:00Z", datetime(2030, 1, 31, 9, tzinfo=UTC), "2030-01-31T09:00:00.000Z"),
        (MinorUnits, 2**53 - 1, 2**53 - 1, 2**53 - 1),
        (MinorUnits, 0, 0, 0),
        (Position, words.encode_position(7), 7, words.encode_position(7)),
    ],
)
def test_scalars_are_read_and_written_one_way(scalar: object, given: object, meant: object, shown: object) -> None:
    assert parse(scalar, given) == meant
    assert serialize(scalar, meant) == shown


@pytest.mark.parametrize(
    ("scalar", "given"),
    [
        (UUID, ID.hex),
        (date, "2030-W05-4"),
        (UUID, f"{{{ID}}}"),
        (UUID, 7),
        (UUID, "x" * 36),
        (date, "2030-02-30"),
        (date, "20300131"),
        (date, 7),
        (datetime, "2030-01-31T10:00:00"),
        (datetime, "0001-01-01T00:00:00+14:00"),
        (datetime, "soon"),
        (datetime, 7),
        (MinorUnits, 2**53),
        (MinorUnits, -1),
        (MinorUnits, True),
        (MinorUnits, 1.5),
        (MinorUnits, "1"),
        (MinorUnits, None),
    ],
)
def test_scalars_refuse_everything_else(scalar: object, given: object) -> None:
    with pytest.raises(GraphQLError):
        parse(scalar, given)


def test_times_are_shown_in_utc() -> None:
    there = datetime(2030, 1, 31, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert serialize(datetime, there) == "2030-01-31T06:30:00.000Z"


def test_invalid_input_names_its_fields_as_clients_know_them() -> None:
    answer = refused(InvalidInput((FieldError("items.0.seat_type_id", "unknown", "Unknown."),)))
    assert isinstance(answer, words.Refused)
    assert answer.code is words.RefusalCode["INVALID_INPUT"]
    assert answer.errors == [words.FieldError(field="items.0.seatTypeId", message="Unknown.", code="unknown")]


def test_a_refusal_that_blames_one_field_names_it() -> None:
    answer = refused(answers.KeyReused())
    assert isinstance(answer, words.Refused)
    assert [(e.field, e.code) for e in answer.errors] == [("commandId", "KEY_REUSED")]


def test_waiting_is_told_in_whole_seconds() -> None:
    busy, tries = refused(answers.Busy(0.2)), refused(TooManyTries(8))
    assert isinstance(busy, words.Busy)
    assert isinstance(tries, words.TooManyTries)
    assert (busy.retry_after, tries.retry_after) == (1, 8)
    assert "8 s" in tries.message


def every_refusal() -> Iterator[type[decider.Refusal]]:
    for module in pkgutil.walk_packages(plenary.__path__, "plenary."):
        if module.name.split(".")[1] in {
            "conferences",
            "registration",
            "payments",
            "access",
            "engine",
            "notifications",
        }:
            importlib.import_module(module.name)
    found = [decider.Refusal]
    while found:
        yield (refusal := found.pop())
        found += refusal.__subclasses__()


def test_every_refusal_has_a_code_and_no_two_share_one() -> None:
    known = {code_of(refusal) for refusal in REFUSALS}
    missing = {r.__qualname__ for r in every_refusal() if r.__module__.startswith("plenary.")} - {"Refusal"}
    assert len(known) == len(REFUSALS)
    assert missing - {r.__qualname__ for r in REFUSALS} == set()


def test_every_refusal_can_be_told() -> None:
    samples: dict[str, object] = {"int": 1, "float": 1.0, "str": "x", "UUID": uuid4()}
    samples |= {"tuple[FieldError, ...]": ()}
    for refusal in REFUSALS:
        fields = {
            f.name: samples[f.type if isinstance(f.type, str) else getattr(f.type, "__name__", str(f.type))]
            if not str(f.type).startswith("tuple")
            else ()
            for f in dataclasses.fields(refusal)
        }
        assert refused(refusal(**fields)).message


def test_codes_are_the_names_in_capitals() -> None:
    class SlugTaken(decider.Refusal):
        text: ClassVar[str] = "Taken."

    assert code_of(SlugTaken) == "SLUG_TAKEN"
