"""The words that an order is found by: its code, the names and addresses of its people, and marks of its seats."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect

MOST_WORDS: Final = 10
LONGEST: Final = 100
"""What is searched for: so many words, each of so many letters; the rest changes nothing."""
_WORD: Final = re.compile(r"[^\W_]+")


class Words(sa.types.TypeDecorator[str]):
    """A column of words with blanks between: PostgreSQL finds them by an index of their beginnings."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """A `tsvector` in PostgreSQL, whose text is that of ours, quoted."""
        return dialect.type_descriptor(postgresql.TSVECTOR() if dialect.name == "postgresql" else sa.Text())

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The words as they were stored."""
        return value if value is None or dialect.name != "postgresql" else " ".join(sorted(value[1:-1].split("' '")))


def words_in(text: str) -> list[str]:
    """The words of a text in small letters without accents: "Zoë@Example.org" -> zoe, example, org."""
    plain = text.lower() if text.isascii() else _without_accents(text)
    return _WORD.findall(plain)


def _without_accents(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))


def _whole(text: str) -> list[str]:
    """An address as one word, which few others begin like: Zoë@Example.org -> zoeexampleorg; else nothing."""
    name, at, _ = text.partition("@")
    return ["".join(words_in(text))] if at and words_in(name) else []


def searched(text: str | None) -> tuple[str, ...]:
    """What somebody searches for, as the beginnings of words.

    An address is searched for as a whole and by its name: PostgreSQL takes one beginning alone for a frequent one.
    """
    words = []
    for part in (text or "").split():
        whole = _whole(part)
        words += [*whole, *words_in(part.partition("@")[0])] if whole else words_in(part)
    return tuple(word[:LONGEST] for word in words[:MOST_WORDS])


def wanted_mark(seat_type_id: UUID) -> str:
    """Stands among the words of an order that asks for seats of a type. Nobody's search can hold it."""
    return f"#{seat_type_id.hex}"


def seat_marks(seat_type_id: UUID | None, assigned: bool | None) -> str:
    """Stands among the words of an order with such seats: of a type or of any, given to somebody, to nobody, either."""
    return f"#{seat_type_id.hex if seat_type_id else 'any'}{ {None: '=', True: '+', False: '-'}[assigned] }"


def words_of_seat(order: Any, seat: Any) -> list[str]:
    """What one seat of an order is found by."""
    return _words([*_of_order(order), *_of_person(seat.attendee)])


def words_of_order(order: Any) -> str:
    """What an order is found by, one blank between two words."""
    texts = [*_of_order(order), *(text for seat in order.seats for text in _of_person(seat.attendee))]
    words = {*_words(texts), *(wanted_mark(line.seat_type_id) for line in order.lines)}
    for seat in order.seats:
        for kind in (None, seat.seat_type_id):
            words |= {seat_marks(kind, None), seat_marks(kind, seat.attendee is not None)}
    return " ".join(sorted(words))


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in (*words_in(text), *_whole(text))]


def _of_order(order: Any) -> Iterable[str]:
    return (order.code, order.code.replace("-", ""), order.email or "", order.first_name or "", order.last_name or "")


def _of_person(person: Any) -> Iterable[str]:
    return (person.email, person.first_name, person.last_name) if person else ()
