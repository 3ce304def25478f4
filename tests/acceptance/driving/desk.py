"""What all verbs share: who is who, which conferences and orders there are, and how something is asked for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.acceptance.driving import operations
from tests.acceptance.driving.line import SECONDS, Fault, Line, Watch
from tests.acceptance.driving.operations import Answer
from tests.acceptance.driving.words import Tag, camel, new_id, person

PATIENCE = 30.0  # seconds for something that is on its way
LOOK_AGAIN = 0.03


class Desk:
    """A play with any number of people, told apart by their names; each has a browser session of their own.

    Conferences and orders have names, too: by default there is one "conference", and an order is called like whoever
    placed it. A `key` given to a verb makes its ids: the same key again is the same command again.
    """

    def __init__(
        self,
        url: str,
        *others: str,
        pass_time: Callable[[timedelta], None] | None = None,
        at_rest: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`url`: where the server answers, as in http://127.0.0.1:8000; `others`: the same installation, too.

        `pass_time` moves the server's clock, where a test has it in its hand; otherwise time is waited for. `at_rest`
        waits until the server has nothing left to do, where a test can know that.
        """
        self.line, self.tag = Line(url, *others), Tag()
        self._pass_time, self._at_rest = pass_time, at_rest
        self.conferences: dict[str, Answer] = {}
        self.orders: dict[str, Answer] = {}
        self._watches: list[Watch] = []
        self.position: str | None = None
        """How far the last command's effects reach in the server's log; what is read later shows at least that."""
        self.acknowledged: set[str] = set()
        """The ids of all commands that were carried out, as far as anybody was told."""

    async def close(self) -> None:
        """Everybody leaves."""
        for watch in self._watches:
            await watch.close()
        await self.line.close()

    # ---- asking

    async def _do(self, who: str, name: str, key: object = None, **variables: Any) -> Answer:
        """The untouched result of a mutation, or a refusal."""
        if operations.MUTATIONS[name][0].startswith(operations.COMMAND):
            variables["commandId"] = self._id(key, f"{name} {who}")
        body = await self.line.post(who, operations.mutation(name), variables)
        if body.get("errors"):
            return {"refused": "BadRequest", "field": None, "fields": [], "message": body["errors"][0]["message"]}
        result: Answer = body["data"][name]
        if "code" in result:
            refusal: Answer = self.tag.off(operations.refusal(result))
            return refusal
        self.position = result.get("position", self.position)
        self.acknowledged |= {variables["commandId"]} if "commandId" in variables else set()
        return result

    async def _ask(self, who: str, field: str, arguments: str, selection: str, **variables: Any) -> Any:
        """The result of a root field of the query; `arguments` like "id: UUID!"."""
        body = await self.line.post(who, operations.query(field, arguments, selection), variables)
        if body.get("errors"):
            raise Fault(f"{field}: {body['errors'][0]['message']}")
        return body["data"][field]

    # ---- who and what is meant

    def _id(self, key: object, what: str) -> str:
        return new_id() if key is None else str(uuid5(NAMESPACE_URL, f"{self.tag.text} {key} {what}"))

    def _seat_type(self, name: str, conference: str) -> str:
        """The id of a seat type; one that nobody knows for a name that nobody knows."""
        home, _, rest = name.partition("/")
        here, name = (home, rest) if rest and home in self.conferences else (conference, name)
        known = self.conferences[here]["seat_types"]
        return str(known[name] if name in known else self._id(self.tag.text, f"unknown {name}"))

    def _items(self, seats: Mapping[str, int], conference: str) -> list[Answer]:
        return [{"seatTypeId": self._seat_type(name, conference), "quantity": n} for name, n in seats.items()]

    def _person(self, name: str, **other: str | None) -> Answer:
        """A person as the API takes one, at this play's address."""
        known = person(name, **other)
        return {camel(key): self.tag.email(value) if key == "email" else value for key, value in known.items()}

    def _order(self, who: str, order: str | None) -> Answer:
        """What is remembered of an order; one that nobody knows for somebody who has none."""
        return self.orders.setdefault(order or who, {"id": new_id(), "who": who, "conference": "conference"})

    # ---- what is answered

    def _told(self, known: Answer, said: Answer) -> Answer:
        """An order, and what only its registrant has."""
        answer: Answer = self.tag.off(operations.order(said))
        return answer | ({"secret": known["secret"]} if "secret" in known else {})

    async def _read(self, known: Answer) -> Answer | None:
        said: Answer | None = await self._ask(known["who"], "order", "id: UUID!", operations.ORDER, id=known["id"])
        return said

    async def _until(self, known: Answer, true_of: Callable[[Answer], bool], patience: float = PATIENCE) -> Answer:
        """An order as soon as something is true of it, or as it is when patience ends."""
        deadline = time.monotonic() + patience
        while (said := await self._read(known)) is not None and not true_of(said) and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_AGAIN)
        if said is None:
            raise Fault(f"{known['who']} does not see the order.")
        return said

    async def _on_order(self, who: str, name: str, order: str | None, key: object, **variables: Any) -> Answer:
        """An order after a command about it."""
        known = self._order(who, order)
        answer = await self._do(who, name, key, orderId=known["id"], **variables)
        return answer if "refused" in answer else self._told(known, answer["order"])

    async def _decided(
        self, who: str, name: str, known: Answer, order: str, key: object, patient: bool, variables: Answer
    ) -> Answer:
        """An order after its seats were decided; while they are not, the same command is sent again."""
        deadline, key = time.monotonic() + PATIENCE, key or new_id()
        while True:
            answer = await self._do(who, name, key, **variables)
            if "refused" in answer:
                return answer
            known["secret"] = answer["secret"]
            self.orders[order] = known
            if answer["__typename"] == "OrderDecided" or not patient or time.monotonic() > deadline:
                return self._told(known, answer["order"])

    # ---- what is shown live

    async def _watch(self, who: str, document: str, variables: Mapping[str, Any]) -> Watch:
        self._watches.append(await self.line.watch(who, document, variables))
        return self._watches[-1]


class Live:
    """An open page: what it shows now, and what it comes to show. It never asks again."""

    def __init__(self, watch: Watch, told: Callable[[Answer], Answer]) -> None:
        """`told`: says the API's answer in words."""
        self._watch, self._told = watch, told

    def now(self) -> Answer:
        """What it shows."""
        return self._told(self._watch.latest)

    async def shows(self, true_of: Callable[[Answer], bool], patience: float = SECONDS) -> Answer:
        """What it shows as soon as that is so, or when patience ends."""
        try:
            async with asyncio.timeout(patience), self._watch.changed:
                await self._watch.changed.wait_for(lambda: true_of(self.now()) or self._watch.ended is not None)
        except TimeoutError:
            pass
        return self.now()
