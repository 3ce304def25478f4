"""The command line, as a person meets it: one sentence when something is wrong, the same data when it starts again."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.servers import free_port

PATIENCE = 60.0
BEHIND = "SELECT (SELECT max(position) FROM events) > position FROM bookmarks WHERE name = 'sales'"


class Plenary:
    """`plenary` in a folder of its own; what it started is ended with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.settings = folder, free_port(), dict[str, str]()
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
        own = {"PLENARY_VAR": str(self.folder), "PLENARY_PORT": str(self.port), "PLENARY_GATEWAY": "test"}
        process = subprocess.Popen(
            [sys.executable, "-m", "plenary.cli", *arguments],
            env=inherited | own | self.settings | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def serves(self, process: subprocess.Popen[str]) -> bool:
        """Whether it answers, as soon as it does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=1) as answer:
                    return bool(answer.status == 200)
            except OSError:
                time.sleep(0.05)
        return False

    def hours_of_sale(self) -> int:
        """How many hours the picture of the sale has, once all is in it."""
        deadline, behind = time.monotonic() + PATIENCE, True
        with contextlib.closing(sqlite3.connect(self.folder / "plenary.db")) as database:
            while behind and time.monotonic() < deadline:
                (behind,) = database.execute(BEHIND).fetchone()
                time.sleep(0.05)  # the server goes on meanwhile
            return int(database.execute("SELECT count(*) FROM sales").fetchone()[0])

    def end(self) -> None:
        """End all that still runs."""
        for process in self.started:
            process.kill()
            process.wait(PATIENCE)
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def plenary(tmp_path: Path) -> Iterator[Plenary]:
    plenary = Plenary(tmp_path / "var")
    yield plenary
    plenary.end()


def test_the_demo_says_where_to_look_and_keeps_its_data(plenary: Plenary) -> None:
    demo = plenary.start("demo", PLENARY_DEMO="1")
    assert plenary.serves(demo)
    demo.terminate()
    said, _ = demo.communicate(timeout=PATIENCE)
    assert demo.returncode in (0, -15)  # as it was asked to end
    url = f"http://127.0.0.1:{plenary.port}"
    for link in (f"{url}/c/ledger-and-light", f"{url}/organize ", f"{url}/watch/ledger-and-light"):
        assert link in said
    (code,) = (word for word in said.split() if word.count("-") == 2 and word.isupper())
    again = plenary.start("demo", PLENARY_DEMO="1")
    assert plenary.serves(again)
    assert plenary.hours_of_sale() >= 24  # the seed's orders were placed in many days, and are shown there
    again.terminate()
    said, _ = again.communicate(timeout=PATIENCE)
    assert "is there already" in said
    assert code in said


def test_ctrl_c_ends_it_without_a_fuss(plenary: Plenary) -> None:
    assert plenary.start("migrate").wait(PATIENCE) == 0
    serve = plenary.start("serve")
    assert plenary.serves(serve)
    serve.send_signal(signal.SIGINT)
    said, _ = serve.communicate(timeout=PATIENCE)
    assert serve.returncode == 0
    assert said.splitlines()[1:] == ["", "Stopped; everything is kept."]


def test_a_seed_that_was_interrupted_goes_on_where_it_was(plenary: Plenary) -> None:
    assert plenary.start("migrate").wait(PATIENCE) == 0
    first = plenary.start("seed")
    assert first.stdout is not None
    said = ""
    while "order 5 of" not in said:
        letter = first.stdout.read(1)
        assert letter, said
        said += letter
    first.kill()
    first.wait(PATIENCE)
    second = plenary.start("seed")
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, said
    third = plenary.start("seed")
    said, _ = third.communicate(timeout=PATIENCE)
    assert "is there already" in said


def test_a_port_that_is_taken_is_told_in_one_sentence(plenary: Plenary) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        plenary.port = other.getsockname()[1]
        demo = plenary.start("serve")
        said, _ = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 2
    assert said == f"plenary: port {plenary.port} is taken by another program; choose one with PLENARY_PORT=8001.\n"


def test_a_second_process_on_one_sqlite_file_is_refused(plenary: Plenary) -> None:
    plenary.start("migrate").wait(PATIENCE)
    assert plenary.serves(plenary.start("serve"))
    second = plenary.start("serve", PLENARY_PORT=str(free_port()))
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2
    assert said.count("\n") == 1
    assert "SQLite is for one" in said


def test_a_wrong_setting_is_told_in_one_sentence(plenary: Plenary) -> None:
    serve = plenary.start("serve", PLENARY_GRACE_SECONDS="soon")
    said, _ = serve.communicate(timeout=PATIENCE)
    assert serve.returncode == 2
    assert said.startswith("plenary: PLENARY_GRACE_SECONDS")


def test_an_unmigrated_database_is_told_in_one_sentence(plenary: Plenary) -> None:
    serve = plenary.start("serve")
    said, _ = serve.communicate(timeout=PATIENCE)
    assert serve.returncode == 2
    assert said == "plenary: the database is not in its newest shape; run `plenary migrate` first.\n"


def test_a_database_out_of_reach_is_told_in_one_sentence(plenary: Plenary) -> None:
    serve = plenary.start("serve", PLENARY_DATABASE=f"postgresql://ann:secret@127.0.0.1:{free_port()}/none")
    said, _ = serve.communicate(timeout=PATIENCE)
    assert serve.returncode == 2
    assert said.count("\n") == 1
    assert "cannot be used" in said
    assert "secret" not in said


SIGN_IN = 'mutation { signIn(email: "ann@example.org", accessCode: "0000-0000-0000") { __typename } }'


def signs_in(plenary: Plenary, coming_from: str) -> str:
    """What a wrong access code is answered, sent by somebody who claims to come from an address."""
    headers = {"content-type": "application/json", "x-forwarded-for": coming_from}
    request = Request(f"http://127.0.0.1:{plenary.port}/graphql", json.dumps({"query": SIGN_IN}).encode(), headers)
    with urlopen(request, timeout=PATIENCE) as answer:
        return str(json.loads(answer.read())["data"]["signIn"]["__typename"])


@pytest.mark.parametrize(("proxies", "last"), [("", "TooManyTries"), ("127.0.0.1", "Refused")])
def test_only_a_known_proxy_may_say_where_somebody_comes_from(plenary: Plenary, proxies: str, last: str) -> None:
    plenary.start("migrate").wait(PATIENCE)
    assert plenary.serves(plenary.start("serve", PLENARY_PROXIES=proxies))
    assert [signs_in(plenary, f"10.1.1.{number}") for number in range(7)][-1] == last


def test_a_part_that_dies_takes_the_process_with_it(plenary: Plenary) -> None:
    plenary.start("migrate").wait(PATIENCE)
    serve = plenary.start("serve")
    assert plenary.serves(serve)
    with sqlite3.connect(plenary.folder / "plenary.db", timeout=PATIENCE) as database:
        database.execute("UPDATE bookmarks SET position = 7 WHERE name = 'orders'")
        database.execute(
            "INSERT INTO events (position, stream, version, type, schema_version, data, metadata, recorded_at)"
            " VALUES (1, 'slug-x', 1, 'SlugClaimed', 1, ?, ?, '2030-01-01 00:00:00.000000')",
            (
                '{"slug":"x","conference_id":"00000000-0000-0000-0000-000000000001"}',
                '{"command":"00000000-0000-0000-0000-000000000001","correlation":"00000000-0000-0000-0000-000000000001",'
                '"causation":"request","actor":"anyone"}',
            ),
        )
    said, _ = serve.communicate(timeout=PATIENCE)
    assert serve.returncode == 70
    assert "orders has read up to event 7, and the log ends before" in said


def test_a_served_house_shows_its_numbers_here_and_writes_lines_that_programs_read(plenary: Plenary) -> None:
    plenary.start("migrate").wait(PATIENCE)
    serve = plenary.start("serve", PLENARY_LOG="json")
    assert plenary.serves(serve)
    with urlopen(f"http://127.0.0.1:{plenary.port}/metrics", timeout=PATIENCE) as answer:
        assert b"plenary_follower_lag_events" in answer.read()
    with socket.create_connection(("127.0.0.1", plenary.port), PATIENCE) as nonsense:
        nonsense.sendall(b"nonsense\r\n\r\n")
        nonsense.recv(1)
    serve.terminate()
    said, _ = serve.communicate(timeout=PATIENCE)
    (line,) = (json.loads(line) for line in said.splitlines() if line.startswith("{"))
    assert (line["level"], line["logger"]) == ("WARNING", "uvicorn.error")
    assert set(line) == {"time", "level", "logger", "message"}


def test_traces_that_nobody_takes_do_not_hold_up_the_end(plenary: Plenary) -> None:
    plenary.start("migrate").wait(PATIENCE)
    serve = plenary.start("serve", PLENARY_TRACES=f"http://127.0.0.1:{free_port()}/v1/traces")
    assert plenary.serves(serve)
    signs_in(plenary, "10.1.1.1")
    serve.terminate()
    said, _ = serve.communicate(timeout=PATIENCE)
    assert serve.returncode in (0, -15)
    assert "Traceback" not in said
