"""Amounts are read at a glance: the currency, groups of three, and as many digits below as the currency has."""

import pytest

from plenary.amounts import money


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (24_900, "USD", "USD 249.00"),
        (5, "EUR", "EUR 0.05"),
        (123_456_705, "EUR", "EUR 1,234,567.05"),
        (500, "JPY", "JPY 500"),
        (1_249, "JPY", "JPY 1,249"),
        (1_500, "KWD", "KWD 1.500"),
        (2**53 - 1, "USD", "USD 90,071,992,547,409.91"),
    ],
)
def test_money_is_written_for_people(amount: int, currency: str, shown: str) -> None:
    assert money(amount, currency) == shown
