"""A house for every test of the endpoint."""

from collections.abc import AsyncIterator

import pytest

from tests.graphql.house import House, open_house


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """A running house on a fresh SQLite database."""
    async with open_house(sqlite_url) as house:
        yield house
