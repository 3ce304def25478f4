"""Runs a program of a measurement and reads what it found."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from bench.machine import ROOT


async def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Any:
    """What a program printed, as JSON. Raises RuntimeError when it fails."""
    settings = {**os.environ, **(environment or {})}
    process = await asyncio.create_subprocess_exec(*map(str, arguments), stdout=PIPE, cwd=ROOT, env=settings)
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{arguments[1:3]} ended with {process.returncode}")
    return orjson.loads(said)


async def own(module: str, *arguments: object) -> Any:
    """What a program of this folder found."""
    return await run(sys.executable, "-m", f"bench.programs.{module}", *map(str, arguments))


def eventsourcing(url: str) -> dict[str, str]:
    """How the library of that name is told about a database."""
    parts = sa.make_url(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts.database),
        "POSTGRES_HOST": str(parts.host),
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": str(parts.username),
        "POSTGRES_PASSWORD": "trusted",
    }
