"""Secrets come out the same after any restart, and tell nothing of each other."""

import re
from uuid import UUID, uuid4

import pytest

from plenary.access.origins import is_foreign
from plenary.access.secrets import Secrets, normalise_access_code, same
from plenary.words import normalise_code

ID = UUID("6b2f1c0e-8d0a-4c6e-9d0a-6f3b1c2d3e4f")
SECRETS = Secrets(b"a secret of thirty-two characters")


def test_a_secret_is_the_same_again_until_its_number_or_the_server_changes() -> None:
    again = Secrets(b"a secret of thirty-two characters")
    assert SECRETS.order_secret(ID) == again.order_secret(ID)
    others = {SECRETS.order_secret(ID, 1), SECRETS.order_secret(uuid4()), Secrets(b"another").order_secret(ID)}
    assert len(others | {SECRETS.order_secret(ID)}) == 4


def test_secrets_look_like_what_they_are() -> None:
    assert re.fullmatch(r"ord_[0-9a-hjkmnp-tv-z]{26}", SECRETS.order_secret(ID))
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", SECRETS.access_code(ID))
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", SECRETS.order_code(ID))
    assert normalise_code(SECRETS.order_code(ID)) == SECRETS.order_code(ID)
    assert len(SECRETS.key("tries")) == 32
    assert SECRETS.key("tries") != SECRETS.key("test gateway")


def test_a_code_may_be_typed_carelessly() -> None:
    code = SECRETS.access_code(ID)
    careless = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert same(normalise_access_code(f" {careless} "), code)
    assert not same(normalise_access_code(""), code)
    assert not same(normalise_access_code("é\ud800"), code)


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"host": "a.example", "origin": "https://a.example"}, False),
        ({"host": "a.example", "origin": "https://b.example"}, True),
        ({"host": "a.example:8000", "origin": "http://a.example"}, True),
        ({"host": "a.example", "origin": "https://ok.example"}, False),
        ({"host": "a.example", "origin": "null"}, True),
        ({"origin": "null"}, True),
        ({"host": "", "origin": "https://"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "none"}, False),
    ],
)
def test_pages_of_other_origins_are_foreign(headers: dict[str, str], foreign: bool) -> None:
    assert is_foreign(headers, {"https://ok.example"}) is foreign
