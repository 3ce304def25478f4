"""The trace of one wish: from the request through its command, flush and processes to the screens that showed it.

A trace is the chain of commands that engine/messages.py calls a correlation, and its id is that UUID. The span of a
command, and of a step of a process, has an id made from what is stored anyway: whoever carries on later, in another
process or after a restart, knows both, and nothing has to be handed along. Spans are made when they are over.
"""

import re
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace import set_span_in_context as inside

from plenary.engine.answers import Accepted, Answer
from plenary.engine.messages import Event, Metadata
from plenary.engine.observer import Observer
from plenary.log.contract import Append
from plenary.operations.metrics import outcome_of

NAME: Final = re.compile(r"[_A-Za-z]\w{0,63}", re.ASCII)
HALF: Final = (1 << 64) - 1
PATIENCE: Final = 3.0
"""Seconds until those who do not take our spans are left alone; as much is waited for at the end."""
STEPS_KEPT: Final = 10_000
SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
NOWHERE: Final = SpanContext(0, 0, is_remote=False)
Said = Mapping[str, str | int | float]
Place = SpanContext
"""Where in which trace a span stands."""


def place(trace: UUID, span: int) -> Place:
    """A span of a chain of commands."""
    return SpanContext(trace.int, span, is_remote=True, trace_flags=SAMPLED)


def of_command(about: Metadata) -> Place:
    """The span of a command, known to everybody who knows where an event comes from."""
    return place(about.correlation, about.command.int & HALF)


def of_step(correlation: UUID, sender: str, causation: str) -> Place:
    """The span of what a process did about one event."""
    return place(correlation, int.from_bytes(sha256(f"{sender} {causation}".encode()).digest()[:8]) | 1)


class Ids(IdGenerator):
    """Gives the next span the place that was said, for once."""

    def __init__(self) -> None:
        """Nothing was said."""
        self.next: Place | None = None

    def generate_trace_id(self) -> int:
        """The trace of the next span."""
        return self.next.trace_id if self.next else uuid4().int

    def generate_span_id(self) -> int:
        """The next span, after which nothing is said any more."""
        said, self.next = self.next, None
        return said.span_id if said else random_span()


def random_span() -> int:
    """A span that nobody has to find."""
    return uuid4().int & HALF


@dataclass(slots=True)
class Request:
    """One request, and the chain that its first command began."""

    span: int = field(default_factory=random_span)
    chain: UUID | None = None


class Traces(Observer):
    """Makes the spans of one house and hands them to whoever `provider` sends them to."""

    def __init__(self, provider: TracerProvider, ids: Ids) -> None:
        """`ids` are the provider's."""
        self._ids, self._tracer, self.provider = ids, provider.get_tracer("plenary"), provider
        self._request: ContextVar[Request | None] = ContextVar("request", default=None)
        self._under_way: dict[UUID, Place] = {}
        self._steps: dict[tuple[str, str], int] = {}

    @contextmanager
    def request(self, name: str | None) -> Iterator[None]:
        """While the block runs, one operation of the API is carried out."""
        began, request = time.time_ns(), Request()
        before = self._request.set(request)
        try:
            yield
        finally:
            self._request.reset(before)
            at = place(request.chain or uuid4(), request.span)
            said = {"graphql.operation.name": name} if name and NAME.fullmatch(name) else {}
            self._span("graphql", at, None, began, said, kind=SpanKind.SERVER)

    async def command(self, name: str, about: Metadata, answer: Awaitable[Answer]) -> Answer:
        """Trace a command. One that is not carried out now may come again under its id, which must not be used up."""
        began, at, parent = time.time_ns(), of_command(about), self._parent(about, time.time_ns())
        self._under_way[about.command] = at
        outcome, refusal, accepted = "abandoned", "", False
        try:
            answered = await answer
            outcome, refusal = outcome_of(answered)
            accepted = isinstance(answered, Accepted) and not answered.again
            return answered
        except Exception:
            outcome = "fault"
            raise
        finally:
            self._under_way.pop(about.command, None)
            said = {"command.outcome": outcome, "command.refusal": refusal, "command.id": str(about.command)}
            here = at if accepted else place(about.correlation, random_span())
            self._span(name, here, parent, began, said, failed=outcome == "fault")

    def _parent(self, about: Metadata, now: int) -> Place | None:
        """What a command came from: its request, the step of a process, or the first command of its chain."""
        request = self._request.get()
        if about.causation == "request":
            if request is None:
                return None
            request.chain = request.chain or about.correlation
            return place(request.chain, request.span) if request.chain == about.correlation else None
        if about.actor.startswith("process:"):
            self._steps.setdefault((about.actor, about.causation), now)
            if len(self._steps) > STEPS_KEPT:  # of processes that failed in the middle
                del self._steps[next(iter(self._steps))]
            return of_step(about.correlation, about.actor, about.causation)
        return place(about.correlation, about.correlation.int & HALF)

    def close(self) -> None:
        """Send what is not sent yet; blocks for some seconds where nobody takes it."""
        self.provider.shutdown()

    def flushed(self, batch: Sequence[Append], waited: Sequence[float], seconds: float) -> None:
        """Trace a flush: in the chain of its first command, linked to all others that it carried."""
        places = [self._under_way[c.id] for append in batch for c in append.commands if c.id in self._under_way]
        self._linked("flush", places, seconds, {"flush.appends": len(batch), "flush.waited": max(waited, default=0.0)})

    def handled(self, follower: str, events: Sequence[Event], seconds: float) -> None:
        """Trace a batch, and each step in which a process sent commands."""
        places = list({event.metadata.command: of_command(event.metadata) for event in events}.values())
        self._linked(f"follow {follower}", places, seconds, {"batch.events": len(events)})
        for event in events:
            sender, cause = f"process:{follower}", f"event {event.position}"
            if (began := self._steps.pop((sender, cause), None)) is not None:
                at = of_step(event.metadata.correlation, sender, cause)
                said: dict[str, str | int] = {"event.position": event.position, "event.type": type(event.data).__name__}
                self._span(f"react {follower}", at, of_command(event.metadata), began, said)

    def pushed(self, view: str, cause: Metadata) -> None:
        """Trace that a row has changed before those who watch it."""
        self._span(f"push {view}", place(cause.correlation, random_span()), of_command(cause), time.time_ns(), {})

    def _linked(self, name: str, places: Sequence[Place], seconds: float, said: Said) -> None:
        if places:
            at = SpanContext(places[0].trace_id, random_span(), is_remote=True, trace_flags=SAMPLED)
            self._span(name, at, places[0], time.time_ns() - round(seconds * 1e9), said, links=places[1:])

    def _span(
        self,
        name: str,
        at: Place,
        parent: Place | None,
        began: int,
        said: Said,
        *,
        links: Sequence[Place] = (),
        kind: SpanKind = SpanKind.INTERNAL,
        failed: bool = False,
    ) -> None:
        """Make a span that is over now."""
        self._ids.next = at
        within = inside(NonRecordingSpan(parent or NOWHERE))
        span = self._tracer.start_span(name, within, kind, said, [Link(link) for link in links], began)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end()


def sent_to(address: str) -> Traces:
    """Traces that are sent to an OTLP/HTTP address, in batches, by a thread of their own."""
    traces = make()
    traces.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(address, timeout=PATIENCE)))
    return traces


def make() -> Traces:
    """Traces that nobody is sent yet."""
    ids = Ids()
    resource = Resource({"service.name": "plenary"})
    return Traces(TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=ids), ids)
