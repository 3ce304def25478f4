"""The endpoint over HTTP: by the specification, and closed to what pages of other sites might try."""

import logging
from typing import Any
from uuid import uuid4

import httpx
import pytest

from plenary.settings import Settings
from tests.graphql.house import SETTINGS, House, open_house

GRAPHQL = "application/graphql-response+json"
PLAIN = "application/json"


async def post(house: House, body: Any, accept: str = PLAIN, **headers: str) -> httpx.Response:
    async with house.browser(accept=accept, **headers) as browser:
        return await browser.post("/graphql", json=body)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [(GRAPHQL, GRAPHQL), (PLAIN, PLAIN), ("*/*", PLAIN), ("", PLAIN), (f"{GRAPHQL}, {PLAIN};q=0.9", GRAPHQL)],
)
async def test_the_answer_has_the_media_type_that_was_asked_for(house: House, accept: str, expected: str) -> None:
    response = await post(house, {"query": "{ hello }"}, accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    assert response.json() == {"data": {"hello": "Hello you"}}


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "query ($n: Int!) { hello(times: $n) }", "variables": {"n": "many"}},
        {"query": "query ($a: MinorUnits!) { price(amount: $a) }", "variables": {"a": -1}},
    ],
    ids=["does not parse", "does not validate", "wrong variable", "wrong scalar"],
)
async def test_an_operation_that_was_never_begun_is_a_400_without_data(house: House, body: dict[str, Any]) -> None:
    response = await post(house, body, GRAPHQL)
    assert response.status_code == 400
    assert response.headers["content-type"].startswith(GRAPHQL)
    assert "data" not in response.json()
    assert response.json()["errors"]
    assert (await post(house, body, PLAIN)).status_code == 200


async def test_an_operation_that_failed_on_its_way_is_a_200_with_data(house: House) -> None:
    response = await post(house, {"query": "{ blames }"}, GRAPHQL)
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert response.json()["errors"][0]["message"] == "`first` must be from 1 to 100."


async def test_a_subscription_does_not_fit_into_one_answer(house: House) -> None:
    response = await post(house, {"query": "subscription { count }"})
    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": "subscriptions are not allowed when using POST"}]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "query",
        7,
        [{"query": "{ hello }"}, {"query": "{ hello }"}],
        {"query": 1},
        {"query": "{ hello }", "variables": "x"},
        {"query": "{ hello }", "variables": [1]},
        {"query": "{ hello }", "operationName": {"a": 1}},
        {"query": "{ hello }", "extensions": 7},
    ],
)
async def test_what_is_no_request_is_a_400(house: House, body: Any) -> None:
    response = await post(house, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'{"query": "\xff"}'])
async def test_what_is_no_json_is_a_400(house: House, body: bytes) -> None:
    async with house.browser() as browser:
        response = await browser.post("/graphql", content=body, headers={"content-type": PLAIN})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ],
)
async def test_content_types_that_a_form_can_send_are_refused(house: House, kind: str) -> None:
    async with house.browser() as browser:
        response = await browser.post("/graphql", content=b'{"query": "{ hello }"}', headers={"content-type": kind})
    assert response.status_code == 415


async def test_a_get_reads_and_never_writes(house: House) -> None:
    async with house.browser(**{"graphql-require-preflight": "1"}) as browser:
        read = await browser.get("/graphql", params={"query": "{ hello }"})
        write = await browser.get("/graphql", params={"query": "mutation { leave }"})
        watch = await browser.get("/graphql", params={"query": "subscription { count }"})
    assert read.json() == {"data": {"hello": "Hello you"}}
    assert write.status_code == 400
    assert "leave" not in write.text
    assert watch.status_code == 400 or "errors" in watch.json()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"x-requested-with": "a program"}, 200),
    ],
)
async def test_a_get_must_come_from_our_page_or_from_a_program(
    house: House, headers: dict[str, str], status: int
) -> None:
    async with house.browser(**headers) as browser:
        assert (await browser.get("/graphql", params={"query": "{ hello }"})).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://test", 200),
        ("https://test:443", 200),
        ("http://127.0.0.1:8000", 200),
        ("https://shop.example", 200),
        ("https://evil.example", 403),
        ("http://test.evil.example", 403),
        ("null", 403),
        ("http://test:99999", 403),
    ],
)
async def test_only_our_own_and_allowed_origins_may_post(sqlite_url: str, origin: str, status: int) -> None:
    settings = Settings(secret=SETTINGS.secret, key=SETTINGS.key, origins=("https://shop.example",))
    async with open_house(sqlite_url, settings) as house:
        assert (await post(house, {"query": "{ hello }"}, origin=origin)).status_code == status


async def test_other_methods_are_refused(house: House) -> None:
    async with house.browser() as browser:
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            response = await browser.request(method, "/graphql")
            assert response.status_code == 405
            assert response.headers["allow"] == "GET, POST"
            assert "access-control-allow-origin" not in response.headers


async def test_a_fault_tells_a_reference_and_the_log_tells_nobodys_name(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = await post(house, {"query": "{ breaks }"})
    (error,) = response.json()["errors"]
    reference = error["extensions"]["reference"]
    assert reference in error["message"]
    assert "ann@" not in response.text
    faults = [record.getMessage() for record in caplog.records if reference in record.getMessage()]
    assert len(faults) == 1
    assert "RuntimeError" in faults[0]
    assert "house.py" in faults[0]
    assert "ann@" not in caplog.text


async def test_a_first_right_begins_a_session_and_sets_a_cookie_that_scripts_cannot_read(house: House) -> None:
    ours, other = str(uuid4()), str(uuid4())
    async with house.browser() as browser:
        entered = await browser.post("/graphql", json={"query": f'mutation {{ enter(conference: "{ours}") }}'})
        cookie = entered.headers["set-cookie"].lower()
        assert cookie.startswith("plenary=")
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        asked = {"query": f'{{ ours: runs(conference: "{ours}") other: runs(conference: "{other}") }}'}
        answer = await browser.post("/graphql", json=asked)
        assert answer.json() == {"data": {"ours": True, "other": False}}
        assert "set-cookie" not in answer.headers
        left = await browser.post("/graphql", json={"query": "mutation { leave }"})
        assert "max-age=0" in left.headers["set-cookie"].lower()
        browser.cookies.set("plenary", entered.cookies["plenary"], domain="test.local")
        answer = await browser.post("/graphql", json=asked, headers={"cookie": f"plenary={entered.cookies['plenary']}"})
        assert answer.json() == {"data": {"ours": False, "other": False}}


async def test_over_https_the_cookie_is_bound_to_the_host(sqlite_url: str) -> None:
    settings = Settings(secret=SETTINGS.secret, key=SETTINGS.key, url="https://plenary.example")
    async with open_house(sqlite_url, settings) as house:
        response = await post(house, {"query": f'mutation {{ enter(conference: "{uuid4()}") }}'})
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-plenary=")
    assert "; secure" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


async def test_events_from_the_server_end_with_complete(house: House) -> None:
    async with house.browser(accept="text/event-stream") as browser:
        response = await browser.post("/graphql", json={"query": "subscription { count }"})
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.text.count("event: next") == 3
        assert 'data: {"data":{"count":2}}' in response.text
        assert response.text.rstrip().endswith("event: complete\r\ndata:")
        written = await browser.post("/graphql", json={"query": "mutation { leave }"})
        assert "mutations are not allowed" in written.text
        broken = await browser.post("/graphql", json={"query": "subscription { breaking }"})
        assert "ann@" not in broken.text
        assert "Reference" in broken.text
