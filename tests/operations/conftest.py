"""A whole house for every test of what operators see."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.house import SETTINGS, House, open_house


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """A running house on a fresh SQLite database."""
    async with open_house(sqlite_url, replace(SETTINGS, url="http://localhost:8000")) as house:
        yield house
