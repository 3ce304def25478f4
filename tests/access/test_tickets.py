"""Tickets are checked with what is no secret; nobody but this installation makes them."""

from uuid import UUID

import pytest

from plenary.access.secrets import Secrets
from plenary.access.tickets import PREFIX, Ticket, Tickets, picture, picture_for_mail, verify

HERE, ELSEWHERE, ORDER = UUID(int=1), UUID(int=2), UUID(int=2**127 + 3)
TICKETS = Tickets(Secrets(b"a secret of thirty-two characters"))
MINE = Ticket(ORDER, 3, 2)
TOKEN = TICKETS.issue(HERE, MINE)


def test_a_ticket_is_read_where_it_counts() -> None:
    assert verify(TICKETS.public_key, HERE, TOKEN) == MINE
    assert verify(TICKETS.public_key, HERE, f" {TOKEN.lower()} ") == MINE
    assert verify(TICKETS.public_key, ELSEWHERE, TOKEN) is None
    others = Tickets(Secrets(b"another secret of 32 characters!"))
    assert verify(others.public_key, HERE, TOKEN) is None


def test_a_ticket_is_the_same_whenever_it_is_made_and_another_one_after_the_seat_changed_hands() -> None:
    again = Tickets(Secrets(b"a secret of thirty-two characters"))
    assert again.issue(HERE, MINE) == TOKEN
    assert TICKETS.issue(HERE, Ticket(ORDER, 3, 3)) != TOKEN


def test_no_letter_of_a_ticket_can_be_changed() -> None:
    for place in range(len(TOKEN)):
        other = "1" if TOKEN[place] == "0" else "0"
        changed = TOKEN[:place] + other + TOKEN[place + 1 :]
        assert verify(TICKETS.public_key, HERE, changed) is None, place


@pytest.mark.parametrize(
    "token", ["", PREFIX, "https://plenary.example", TOKEN[3:], TOKEN + "0", TOKEN[:-1], "Z" * len(TOKEN), TOKEN + "é"]
)
def test_whatever_else_is_in_a_qr_code_is_no_ticket(token: str) -> None:
    assert verify(TICKETS.public_key, HERE, token) is None


def test_a_ticket_is_shown_as_a_picture() -> None:
    assert picture(TOKEN).startswith("data:image/svg+xml")
    assert len(picture(TOKEN)) < 10_000
    assert picture_for_mail(TOKEN).startswith(b"\x89PNG")
    assert len(picture_for_mail(TOKEN)) < 4_000
