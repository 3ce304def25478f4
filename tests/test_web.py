"""What every answer carries, how pages are found, and what is never taken."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from plenary.settings import Settings
from plenary.web import BodyLimit
from tests.graphql.house import PATIENCE, SETTINGS, House, open_house


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Plenary</title>")
    (dist / "favicon.svg").write_text("<svg/>")
    (dist / "assets" / "app-1a2b.js").write_text("export const seats = 1;" * 100)
    (tmp_path / "secret.txt").write_text("never")
    return dist


@pytest.fixture
async def site(sqlite_url: str, dist: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, dist=dist) as house:
        yield house


@pytest.mark.parametrize("path", ["/", "/c/cqrs-days", "/o/6b2f1c0e", "/organize", "/watch/cqrs-days"])
async def test_every_page_is_the_one_that_knows_all_addresses(site: House, path: str) -> None:
    async with site.browser() as browser:
        page = await browser.get(path)
    assert page.status_code == 200
    assert "<title>Plenary" in page.text
    assert page.headers["cache-control"] == "no-cache"


async def test_built_files_are_kept_for_ever_and_sent_small(site: House) -> None:
    async with site.browser() as browser:
        script = await browser.get("/assets/app-1a2b.js")
        icon = await browser.get("/favicon.svg")
        again = await browser.get("/", headers={"if-none-match": (await browser.get("/")).headers["etag"]})
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" not in icon.headers["cache-control"]
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/gone.png",
        "/graphql/more",
        "/webhooks/stripe",
        "/health",
        "/gateway",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/x%00.html",
    ],
)
async def test_what_is_not_there_is_not_found(site: House, path: str) -> None:
    async with site.browser() as browser:
        response = await browser.get(path)
    assert response.status_code == 404
    assert "never" not in response.text


async def test_without_built_pages_one_is_told_what_to_do(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, dist=tmp_path / "nothing") as house, house.browser() as browser:
        page = await browser.get("/")
    assert page.status_code == 503
    assert "make" in page.text


async def test_every_answer_tells_browsers_what_our_pages_never_do(site: House) -> None:
    async with site.browser() as browser:
        for response in (
            await browser.get("/"),
            await browser.get("/gone.png"),
            await browser.post("/graphql", json={"query": "{ hello }"}),
            await browser.get("/health/live"),
        ):
            policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == "'self'"
            assert policy["frame-ancestors"] == "'none'"
            assert policy["connect-src"] == "'self' ws://127.0.0.1:8000"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["referrer-policy"] == "same-origin"
            assert "strict-transport-security" not in response.headers


async def test_over_https_browsers_are_told_to_stay_there(sqlite_url: str) -> None:
    settings = Settings(secret=SETTINGS.secret, key=SETTINGS.key, url="https://plenary.example")
    async with open_house(sqlite_url, settings) as house, house.browser() as browser:
        response = await browser.get("/health/live")
    assert response.headers["strict-transport-security"].startswith("max-age=")
    assert "wss://plenary.example" in response.headers["content-security-policy"]


async def test_health_knows_whether_the_database_answers(site: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with site.browser() as browser:
        assert (await browser.get("/health/live")).json() == {"live": True}
        async with asyncio.timeout(PATIENCE):
            while (await browser.get("/health/ready")).json() != {"ready": True}:  # as soon as it is at work
                await asyncio.sleep(0)
        monkeypatch.setattr(site.engine.database, "reading", _unreachable)
        response = await browser.get("/health/ready")
        assert (response.status_code, response.json()["ready"]) == (503, False)
        assert (await browser.get("/health/live")).status_code == 200


def _unreachable() -> None:
    raise OSError("no route to host")


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("asked before the body was there")

    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    await BodyLimit(app, slowest=0)(scope, silent, send)
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["errors"]
