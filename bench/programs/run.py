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


async def together(module: str, number: int, *arguments: object) -> list[Any]:
    """What so many processes of a program found, which began at one instant: when all had said that they are ready."""
    command = [sys.executable, "-m", f"bench.programs.{module}", *map(str, arguments)]
    processes = [
        await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT, limit=2**26)
        for _ in range(number)
    ]
    for process in processes:
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{module} does not get ready")
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    if any(process.returncode for process in processes):
        raise RuntimeError(f"{module} failed")
    return [orjson.loads(found) for found, _ in said]


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
