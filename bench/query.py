"""The page of a conference, asked for again and again: ours over GraphQL, the peer's the same dictionary as JSON."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import orjson

from bench.flash_sale import ADD, ask, open_sale
from bench.http import Client
from bench.machine import Program, plenary, uvicorn
from tests.servers import Postgres

CLIENTS = 32
QUESTIONS = 10_000
WARM_UP = 1_000
PAIRS = 5
SEAT_TYPES = 20
PAGE = """query Page($conference: UUID!) { seatAvailability(conference: $conference) { open seats {
  seatTypeId name description price { amount currency } quota held sold available retired } } }"""


@dataclass
class Run:
    """One side of a pair; `server_cpu_us` is the server process's CPU time for one question."""

    questions_per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_us: float


async def run(program: Program, path: str, body: bytes, questions: int) -> Run:
    """Ask the same again and again, each client as soon as it was answered; every answer is read and looked at."""
    left, times = iter(range(questions)), list[float]()

    async def read() -> None:
        async with Client(program.port) as client:
            for _ in left:
                began = time.perf_counter()
                answer, _ = await client.post(path, body)
                times.append(time.perf_counter() - began)
                if len(answer["data"]["seatAvailability"]["seats"]) != SEAT_TYPES:
                    raise RuntimeError(answer)

    cpu, began = program.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(read() for _ in range(CLIENTS)))
    seconds, used = time.perf_counter() - began, program.cpu_seconds() - cpu
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    return Run(questions / seconds, median(times) * 1e3, p99 * 1e3, used / questions * 1e6)


async def open_page(port: int) -> tuple[str, Any]:
    """A published conference with twenty seat types: its id, and what the page says."""
    conference, _, cookie = await open_sale(port, 500)
    async with Client(port) as client:
        for number in range(1, SEAT_TYPES):
            seats = {"name": f"Seat type {number}", "description": "A seat", "price": 100 * number, "quota": 500}
            ids = {"c": str(uuid4()), "f": conference, "s": str(uuid4())}
            await ask(client, ADD, {**ids, "i": seats}, cookie)
        body = question(conference)
        while True:
            answer, _ = await client.post("/graphql", body)
            if len(answer["data"]["seatAvailability"]["seats"]) == SEAT_TYPES:
                return conference, answer


def question(conference: str) -> bytes:
    """The request's body."""
    return orjson.dumps({"query": PAGE, "variables": {"conference": conference}})


async def measure(postgres: Postgres, database: str) -> dict[str, Any]:
    """Five pairs; the peer answers with the dictionary that ours answered with."""
    said = Path(postgres.folder) / "page.json"
    house = plenary({"PLENARY_DATABASE": postgres.url(database), "PLENARY_VAR": str(postgres.folder / "var")})
    try:
        conference, answer = await open_page(house.port)
        said.write_bytes(orjson.dumps(answer))
        said.chmod(0o644)
        peer = uvicorn("bench.dictionary:app", {"DICTIONARY": str(said)})
        try:
            body, pairs = question(conference), list[tuple[Run, Run]]()
            for questions in (WARM_UP, *[QUESTIONS] * PAIRS):
                us = await run(house, "/graphql", body, questions)
                pairs.append((us, await run(peer, "/page", body, questions)))
            del pairs[0]
        finally:
            peer.stop()
    finally:
        house.stop()
    return {
        "ratio": median(us.questions_per_second / them.questions_per_second for us, them in pairs),
        "ratios": [round(us.questions_per_second / them.questions_per_second, 2) for us, them in pairs],
        "cpu_ratio": median(them.server_cpu_us / us.server_cpu_us for us, them in pairs),
        "ours": [vars(us) for us, _ in pairs],
        "theirs": [vars(them) for _, them in pairs],
        "bytes": len(orjson.dumps(answer)),
    }
