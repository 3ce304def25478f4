"""One wish is one trace, from the request to the screens, and every span can be found again from what is stored."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from plenary.app import build
from plenary.engine.answers import Accepted, Answer, Busy
from plenary.engine.clock import HandClock
from plenary.engine.decider import Refusal
from plenary.engine.messages import Metadata
from plenary.engine.reactor import PROCESSES
from plenary.log.contract import Append, CommandId
from plenary.operations import traces, watched
from plenary.registration.availability import AVAILABILITY
from tests.house import NOON, SETTINGS, House, open_house

PATIENCE = 20.0


class Told:
    """Traces, and the spans that were made."""

    def __init__(self) -> None:
        self.traces, self._exporter = traces.make(), InMemorySpanExporter()
        self.traces.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def spans(self, correlation: UUID | None = None) -> list[ReadableSpan]:
        """All of them, or those of one chain."""
        spans = self._exporter.get_finished_spans()
        return [span for span in spans if correlation is None or context(span).trace_id == correlation.int]

    def named(self, name: str, correlation: UUID | None = None) -> ReadableSpan:
        (span,) = (span for span in self.spans(correlation) if span.name == name)
        return span


def context(span: ReadableSpan) -> traces.Place:
    found = span.get_span_context()
    assert found is not None
    return found


def low(id: UUID) -> int:
    return id.int & ((1 << 64) - 1)


async def answering(answer: Answer) -> Answer:
    return answer


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def house(sqlite_url: str, told: Told, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(traces, "sent_to", lambda address: told.traces)
    async with open_house(sqlite_url, replace(SETTINGS, traces="http://nobody.invalid")) as house:
        yield house


async def test_one_order_is_one_trace_from_the_request_to_the_screens(house: House, told: Told) -> None:
    sold = await house.on_sale({"GA": (0, 5)})
    for follower in ("orders", "registration", "availability"):  # what came before is not followed in one batch with it
        await house.engine.until_reached(follower, await house.engine.log.head())
    screen = house.engine.watch(AVAILABILITY, sold.id)
    await anext(screen)
    command = uuid4()
    await house.browser().place(sold.id, {sold.types["GA"]: 2}, commandId=command)
    for follower in ("orders", "registration", "availability"):
        await house.engine.until_reached(follower, house.engine.tail.head)
    async with asyncio.timeout(PATIENCE):
        while "push availability" not in {span.name for span in told.spans(command)}:
            await anext(screen)
    await screen.aclose()
    names = {span.name for span in told.spans(command)}
    assert names >= {
        *("graphql", "PlaceOrder", "flush", "follow orders", "react registration", "ReserveSeats", "RecordGrant"),
        "push availability",
    }
    spans = {context(span).span_id: span for span in told.spans(command)}
    assert len(spans) == len(told.spans(command))  # no id stands for two
    for span in spans.values():
        if span.name != "graphql":
            assert span.parent is not None
            assert span.parent.span_id in spans, f"{span.name} hangs in the air"
    request, placed = told.named("graphql", command), told.named("PlaceOrder", command)
    assert placed.parent is not None
    assert placed.parent.span_id == context(request).span_id
    assert context(placed).span_id == low(command)
    reserved = told.named("ReserveSeats", command)
    assert reserved.parent is not None
    step = spans[reserved.parent.span_id]
    assert (step.name, step.parent and step.parent.span_id) == ("react registration", low(command))
    assert reserved.attributes is not None
    assert UUID(str(reserved.attributes["command.id"])) == uuid5(
        PROCESSES, f"registration/{(step.attributes or {})['event.position']!r}/0"
    )


async def test_a_flush_is_linked_to_all_that_it_carried(told: Told) -> None:
    about = [Metadata(id, id, "request", "somebody") for id in (uuid4(), uuid4())]
    stored = asyncio.Event()

    async def storing() -> Answer:
        await stored.wait()
        return Accepted(1)

    sent = [asyncio.create_task(told.traces.command("PlaceOrder", one, storing())) for one in about]
    await asyncio.sleep(0)
    told.traces.flushed([Append((CommandId(one.command, "x", "y"),), (), ()) for one in about], [0.1, 0.2], 0.01)
    stored.set()
    await asyncio.gather(*sent)
    flush = told.named("flush")
    assert context(flush).trace_id == about[0].correlation.int
    assert [link.context.trace_id for link in flush.links] == [about[1].correlation.int]


@pytest.mark.parametrize("answer", [Busy(1.0), Refusal(), Accepted(1, again=True)])
async def test_a_command_that_may_come_again_leaves_its_span_to_the_one_that_counts(told: Told, answer: Answer) -> None:
    about = Metadata(uuid4(), uuid4(), "request", "somebody")
    await told.traces.command("PlaceOrder", about, answering(answer))
    assert context(told.named("PlaceOrder")).span_id != low(about.command)
    await told.traces.command("PlaceOrder", about, answering(Accepted(1)))
    assert low(about.command) in {context(span).span_id for span in told.spans(about.correlation)}


async def test_what_another_process_does_later_joins_the_same_trace(told: Told) -> None:
    begun, later, order = Told(), told, uuid4()
    await begun.traces.command("PlaceOrder", Metadata(order, order, "request", "x"), answering(Accepted(1)))
    await later.traces.command("ExpireOrder", Metadata(uuid4(), order, "timer a", "timer"), answering(Accepted(2)))
    first, expired = begun.named("PlaceOrder"), later.named("ExpireOrder")
    assert context(expired).trace_id == context(first).trace_id
    assert expired.parent is not None
    assert expired.parent.span_id == context(first).span_id


async def test_an_operation_is_named_only_if_it_has_a_name(told: Told) -> None:
    for name in ("Place", "ann@example.org", "x" * 65, None):
        with told.traces.request(name):
            pass
    assert [dict(span.attributes or {}) for span in told.spans()] == [{"graphql.operation.name": "Place"}, {}, {}, {}]


@pytest.fixture
def receiver() -> Iterator[tuple[str, "Queue[bytes]"]]:
    """Somebody who takes traces by OTLP/HTTP: where, and what came."""
    came: Queue[bytes] = Queue()

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", came
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_setting_alone_sends_spans(sqlite_url: str, receiver: tuple[str, "Queue[bytes]"]) -> None:
    address, came = receiver
    built = build(replace(SETTINGS, database=sqlite_url, traces=address), HandClock(NOON))
    house = House(built, HandClock(NOON))
    async with built.web.router.lifespan_context(built.web):
        await house.on_sale({"GA": (0, 5)})
        for browser in house.browsers:
            await browser.http.aclose()
    names = set[str]()
    while not came.empty():
        said = ExportTraceServiceRequest.FromString(came.get())
        names |= {s.name for r in said.resource_spans for scope in r.scope_spans for s in scope.spans}
    assert {"graphql", "PublishConference", "flush", "follow catalogue"} <= names


def test_without_the_setting_nothing_is_watched_for_traces() -> None:
    assert not any(isinstance(one, traces.Traces) for one in watched.Watched(None).observers)
