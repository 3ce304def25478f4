"""Browser tests: Chromium in front of a real server with the built pages."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.acceptance.driver import Driver
from tests.acceptance.process import ServerProcess
from tests.browser.visitor import Visitors
from tests.databases import fresh_sqlite

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def pages() -> None:
    """The built front end; built here only when it is missing or older than its sources."""
    built = subprocess.run([ROOT / ".ci" / "frontend", "build"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="session")
def server(pages: None, prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server for all browser tests of this run, or of this worker of a parallel run."""
    folder = tmp_path_factory.mktemp("browser")
    server = ServerProcess(folder, fresh_sqlite(prepared_sqlite, folder), grace_seconds=1).start()
    yield server
    server.kill()
    assert "Traceback" not in server.said()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser; each visitor gets a context of their own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def people(server: ServerProcess) -> AsyncIterator[Driver]:
    """Everybody who does not sit in front of a browser: who set things up, and who buys in between."""
    driver = Driver(server.url)
    yield driver
    await driver.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(chromium: Browser, server: ServerProcess) -> AsyncIterator[Visitors]:
    """Opens browsers. In the end none of them may have complained."""
    visitors = Visitors(chromium, server.url)
    yield visitors
    complaints = visitors.complaints()
    await visitors.close()
    assert not complaints, complaints


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is a browser test, and runs on the one loop and worker that has the browser and the server."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
