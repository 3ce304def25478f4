"""The page of a conference, hot: ours over GraphQL against a plain route, graphql-yoga and mercurius."""

from pathlib import Path

import orjson

from bench import peers
from bench.http import Client
from bench.machine import Program, plenary, uvicorn
from bench.page import Figure, table, times
from bench.query import CLIENTS, QUESTIONS, SEAT_TYPES, WARM_UP, Run, open_page, question, run
from bench.stage import Stage


async def measure(stage: Stage) -> dict[str, Figure]:
    """P8: rounds of four sides; every peer answers with what ours answered with."""
    database, said = await stage.database(), Path(stage.postgres.folder) / "page.json"
    programs: dict[str, Program] = {"Plenary": plenary(stage.settings(database))}
    runs: dict[str, list[Run]] = {}
    try:
        conference, answer = await open_page(programs["Plenary"].port)
        said.write_bytes(orjson.dumps(answer))
        said.chmod(0o644)
        programs["Starlette, a dictionary as JSON"] = uvicorn("bench.dictionary:app", {"DICTIONARY": str(said)})
        programs["graphql-yoga"] = peers.node("yoga.mjs", {"ANSWER": str(said)})
        programs["mercurius with graphql-jit"] = peers.node("mercurius.mjs", {"ANSWER": str(said)})
        paths = {side: "/page" if side.startswith("Starlette") else "/graphql" for side in programs}
        for side, program in programs.items():
            async with Client(program.port) as client:
                said_there, _ = await client.post(paths[side], question(conference))
            if said_there != answer:
                raise RuntimeError(f"{side} answers something else: {said_there}")
        runs = {side: [] for side in programs}
        for questions in (stage.count(WARM_UP), *[stage.count(QUESTIONS)] * stage.pairs):
            for side, program in programs.items():
                runs[side].append(await run(program, paths[side], question(conference), questions))
    finally:
        for program in programs.values():
            program.stop()
    us, plain, yoga, mercurius = (measured[1:] for measured in runs.values())

    def cheaper(peer: list[Run]) -> list[float]:
        return [them.server_cpu_us / one.server_cpu_us for one, them in zip(us, peer, strict=True)]

    text = f"""
The page of a conference with {SEAT_TYPES} seat types of 10 fields each ({len(orjson.dumps(answer)):,} bytes), the
same `POST /graphql` again and again: {CLIENTS} clients, {stage.count(QUESTIONS):,} questions a run. The peers answer
from memory with what ours answered: a Starlette route that returns the same dictionary as JSON; graphql-yoga 5 and
mercurius 16 with graphql-jit (`bench/peers/`, both MIT), which run the same query over the same printed schema, with
the caches that they come with. Compared is the CPU time of the server process for a question, since one client
process cannot keep the fastest of them busy.

{times(cheaper(plain), "≥ 1.5")} as many questions for a CPU-second as the Starlette route,
{times(cheaper(yoga), "≥ 5")} as many as yoga, {times(cheaper(mercurius), "≥ 1.0")} as many as mercurius.

{table({side: [vars(one) for one in measured[1:]] for side, measured in runs.items()})}
"""
    ratios = {"starlette": cheaper(plain), "yoga": cheaper(yoga), "mercurius": cheaper(mercurius)}
    return {"P8": Figure("A query", text, ratios)}
