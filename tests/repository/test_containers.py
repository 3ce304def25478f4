"""The Dockerfile and docker-compose.yml, carried out as processes: what they say leads to a server that answers."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from tests.repository.dockerfile import Stage, build, instructions
from tests.servers import free_port, start_postgres

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
DOT_ENV = {
    "PLENARY_URL": "https://plenary.example",
    "POSTGRES_PASSWORD": "5ca1ab1e" * 8,
    "PLENARY_SECRET": "0ddba11" * 8,
    "PLENARY_KEY": "c0ffee00" * 8,
    "PLENARY_SMTP": "smtp://127.0.0.1:1",
    "PLENARY_MAIL_FROM": "Plenary <tickets@plenary.example>",
    "PLENARY_GATEWAY": "test",
    "PLENARY_STRIPE_SECRET": "",
    "PLENARY_STRIPE_PUBLISHABLE": "",
    "PLENARY_STRIPE_WEBHOOK_SECRET": "",
    "PLENARY_DEMO": "1",
}


def interpolated(text: str, env: Mapping[str, str]) -> str:
    """A value of a compose file with its ${VARIABLES} filled in; a required one that is empty raises KeyError."""

    def value(found: re.Match[str]) -> str:
        name, rule, word = found.groups()
        if env.get(name):
            return env[name]
        if rule == ":?":
            raise KeyError(f"{name} {word}")
        return word or ""

    return re.sub(r"\$\{(\w+)(?:(:[?-])([^}]*))?\}", value, text)


def environment(service: str, env: Mapping[str, str]) -> dict[str, str]:
    """The environment that compose gives to a service."""
    return {key: interpolated(str(value), env) for key, value in SERVICES[service].get("environment", {}).items()}


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Look again and again until a condition holds, or for so long."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The server's image, made in a folder from what git keeps and nothing else."""
    context, folder = tmp_path_factory.mktemp("context"), tmp_path_factory.mktemp("image")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, tracked.split("\0")):
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, context / name)
    node = subprocess.run([ROOT / ".ci" / "node"], check=True, capture_output=True, text=True).stdout.strip()
    programs = tmp_path_factory.mktemp("bin")
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "python").chmod(0o755)
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("PLENARY_", "PYTEST_", "PYTHON"))}
    return build(DOCKERFILE, context, folder, {**ours, "PATH": f"{programs}:{node}:{os.environ['PATH']}"})[-1]


def healthy(service: str, *more: str, **env: str) -> bool:
    """Whether a service's own health check is content; `more` and `env` say where it runs here."""
    program, *rest = SERVICES[service]["healthcheck"]["test"][1:]
    check = [program, *more, *rest]
    return subprocess.run(check, env={**os.environ, **env}, check=False, capture_output=True).returncode == 0


@pytest.fixture
def neighbours() -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis as the compose file wants them, and the addresses to go where it writes their names."""
    postgres, port = start_postgres(), free_port()
    redis = subprocess.Popen([*SERVICES["redis"]["command"], "--port", str(port), "--bind", "127.0.0.1"])

    async def make_database() -> None:
        connection = await asyncpg.connect(postgres.url().replace("+asyncpg", ""))
        await connection.execute(f"CREATE DATABASE {SERVICES['postgres']['environment']['POSTGRES_DB']}")
        await connection.close()

    try:
        asyncio.run(make_database())
        wait_until(lambda: healthy("redis", "-p", str(port)), 30)
        assert healthy("redis", "-p", str(port))
        assert healthy("postgres", PGHOST="127.0.0.1", PGPORT=str(postgres.port))
        yield {"@postgres:5432": f"@127.0.0.1:{postgres.port}", "//redis:6379": f"//127.0.0.1:{port}"}
    finally:
        redis.terminate()
        redis.wait()
        postgres.discard()


def test_the_image_and_its_neighbours_come_up_and_serve(
    image: Stage, neighbours: dict[str, str], tmp_path: Path
) -> None:
    given = environment("app", DOT_ENV)
    for name, address in neighbours.items():
        given = {key: value.replace(name, address) for key, value in given.items()}
    port, log = free_port(), tmp_path / "log"
    env, here = {**image.env, **given, "PLENARY_PORT": str(port)}, image.here(".")

    def is_healthy() -> bool:
        return subprocess.run(image.health, cwd=here, env=env, check=False, capture_output=True).returncode == 0

    with log.open("w") as file:
        server = subprocess.Popen(image.command, cwd=here, env=env, stdout=file, stderr=file)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: server.poll() is not None or answers(f"{url}/health/ready"), 60)
        assert answers(f"{url}/health/ready"), log.read_text()
        assert answers(url), "the built pages are not served"
        assert is_healthy()
        server.terminate()
        assert server.wait(30) in (0, -15), log.read_text()
        assert not is_healthy()
    finally:
        server.kill()
        server.wait()


def test_the_server_does_not_run_as_root() -> None:
    [user] = [rest for name, rest in instructions(DOCKERFILE) if name == "USER"]
    assert user.partition(":")[0] not in ("0", "root")


def test_every_image_has_its_version() -> None:
    bases = [rest.split()[0] for name, rest in instructions(DOCKERFILE) if name == "FROM"]
    images = bases + [service["image"] for service in SERVICES.values()]
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


def test_every_service_says_when_it_is_healthy_and_keeps_its_data() -> None:
    assert any(name == "HEALTHCHECK" for name, _ in instructions(DOCKERFILE))
    assert all("healthcheck" in service or "build" in service for service in SERVICES.values())
    volumes = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert volumes == set(yaml.safe_load(COMPOSE)["volumes"])


@pytest.mark.parametrize("missing", ["PLENARY_URL", "POSTGRES_PASSWORD", "PLENARY_SECRET", "PLENARY_KEY"])
def test_a_missing_secret_is_named(missing: str) -> None:
    with pytest.raises(KeyError, match=f"{missing} is missing in .env"):
        environment("app", {**DOT_ENV, missing: ""})


def test_secrets_come_from_the_environment_and_the_example_names_them() -> None:
    values = {key: str(value) for service in SERVICES.values() for key, value in service.get("environment", {}).items()}
    secret = {key: value for key, value in values.items() if re.search(r"PASSWORD|SECRET|KEY|TOKEN", key)}
    assert secret
    assert all(re.fullmatch(r"\$\{\w+:(\?[^}]+|-)\}", value) for value in secret.values())
    example = dict(
        line.split("=") for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line and line[0] != "#"
    )
    assert set(example) == set(re.findall(r"\$\{(\w+)", COMPOSE)) == set(DOT_ENV)
    assert not any(example.values())
