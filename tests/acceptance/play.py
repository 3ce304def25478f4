"""Playing a scenario: its steps one after another with a driver, and a report of what was not as expected."""

import asyncio
import inspect
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.driver import Answer, Driver, Live
from tests.acceptance.matching import differences, short
from tests.acceptance.scenario import Scenario, Step, Unreadable, offered, spelled

READING = (
    "order",
    "availability",
    "mails",
    "conference",
    "catalogue",
    "my_conferences",
    "sales",
    "codes",
    "orders_list",
    "attendees",
)
PATIENCE = 20.0  # seconds until what is read must be as expected
LOOK_AGAIN = 0.05
MAIN = {
    "place_order": "seats", "change_order": "seats", "pay": "outcome", "mails": "to", "let_time_pass": "by",
    "enter_details": "name", "publish": "conference", "unpublish": "conference", "apply_code": "code",
    "remove_code": "code", "end_code": "code", "cancel": "seats", "cancellation": "seats", "join_waitlist": "seats",
}  # fmt: skip
VERBS = {name for name, _ in inspect.getmembers(Driver, inspect.iscoroutinefunction) if not name.startswith("_")}


@dataclass
class Report:
    """How a play went: a line for each step, and what was wrong where it ended."""

    scenario: Scenario
    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """As an organizer would read it."""
        head = f"{'✘' if self.wrong else '✔'} {self.scenario.name}  {self.scenario.title}"
        return "\n".join([head, *self.lines, *(f"      {one}" for one in self.wrong)])


class Play:
    """One scenario on one server."""

    def __init__(
        self, scenario: Scenario, driver: Driver, restart: Callable[[bool], Awaitable[None]] | None = None
    ) -> None:
        """`restart` ends the server and starts it again, at work or idle, where a test has it in its hands."""
        self.scenario, self.driver, self._restart = scenario, driver, restart
        self._memory: dict[str, Answer] = {}
        self._pages: dict[str, Live] = {}
        self._types: dict[str, list[str]] = {}

    async def run(self) -> Report:
        """Play it until something is wrong."""
        report, part = Report(self.scenario), ""
        for step in self.scenario.steps:
            said = f"{step.part if step.part != part else '':>7} {step.text}"
            part = step.part
            try:
                answer, wrong = await self._play(step)
                report.wrong = [*wrong, f"the whole answer: {short(answer)}"] if wrong else []
            except Exception as error:  # whatever it is, the report is where it is looked for
                report.wrong = [f"{type(error).__name__}: {error}"]
            report.lines.append(f"  {'✘' if report.wrong else '·'}{said}")
            if report.wrong:
                break
        return report

    # ---- one step

    async def _play(self, step: Step) -> tuple[Answer, list[str]]:
        types = self._types.get(self._conference_of(step), [])
        deadline = time.monotonic() + PATIENCE
        for _ in range(step.times):
            while True:
                answer = await self._answer(step, types)
                expected = self._expected(step, types)
                wrong = list(differences(expected, answer))
                if step.expect is None and "refused" in answer and step.verb != "at_once":
                    wrong = [f"refused: {answer['message']} ({answer['refused']}, {answer['field']})"]
                if not wrong or step.verb not in READING or time.monotonic() > deadline:
                    break
                await asyncio.sleep(LOOK_AGAIN)
        if "refused" not in answer:
            self._memory[step.who] = self._memory.get(step.who, {}) | answer
        if step.name:
            self._memory[step.name] = answer
        return answer, wrong

    def _expected(self, step: Step, types: list[str]) -> Any:
        return spelled({} if step.expect is None else step.expect, types, self._look_up)

    async def _answer(self, step: Step, types: list[str]) -> Answer:
        if step.verb == "at_once":
            return await self._at_once(step)
        args = {} if step.args is None else step.args
        if not isinstance(args, dict) and step.verb in MAIN:
            args = {MAIN[step.verb]: args}
        elif step.verb in ("place_order", "change_order", "buys", "holds", "join_waitlist") and "seats" not in args:
            args = {"seats": args}
        args = args if step.verb == "offers" else spelled(args, types, self._look_up)
        if step.verb in VERBS:
            answer: Answer = await getattr(self.driver, step.verb)(step.who, **args)
            if step.verb == "add_seat_type" and "refused" not in answer:
                self._types.setdefault(self._conference_of(step), []).append(args["name"])
            return answer
        macro = getattr(self, f"_{step.verb}", None)
        if macro is None:
            raise Unreadable(f"nobody can {step.verb!r}; verbs are {', '.join(sorted(VERBS))} and those of README.md")
        result: Answer = await macro(step, args)
        return result

    def _conference_of(self, step: Step) -> str:
        if isinstance(step.args, dict) and isinstance(step.args.get("conference"), str):
            return str(step.args["conference"])
        return str(self.driver.orders.get(step.who, {}).get("conference", "conference"))

    def _look_up(self, name: str, what: str) -> Any:
        if name not in self._memory or what not in self._memory[name]:
            raise Unreadable(f"<{name}.{what}> is not known here")
        return self._memory[name][what]

    # ---- several steps in one word

    async def _offers(self, step: Step, args: Any) -> Answer:
        """A conference with its seat types, published unless `publish: no`."""
        types, about = offered(args)
        name, publish = about.pop("conference", "conference"), about.pop("publish", True)
        answer = created = await self.driver.create_conference(step.who, conference=name, **about)
        for type_name, (price, quota) in types.items():
            if "refused" not in answer:
                answer = await self.driver.add_seat_type(
                    step.who, name=type_name, price=price, quota=quota, conference=name
                )
                self._types.setdefault(name, []).append(type_name)
        if publish and "refused" not in answer:
            answer = await self.driver.publish(step.who, conference=name)
        return answer if "refused" in answer else created | answer

    async def _holds(self, step: Step, args: Any) -> Answer:
        """Seats, all of them held."""
        answer = await self.driver.place_order(step.who, **args)
        return answer if answer.get("state") == "held" or step.expect else {"refused": "NotAllHeld", **_told(answer)}

    async def _buys(self, step: Step, args: Any) -> Answer:
        """Seats: placed, details, paid."""
        answer = await self._holds(step, args)
        if answer.get("state") == "held":
            answer = await self.driver.enter_details(step.who)
        if answer.get("state") == "held":
            answer = await self.driver.pay(step.who)
        return answer if answer.get("state") == "confirmed" else {"refused": "NotBought", **_told(answer)}

    async def _assigns(self, step: Step, args: dict[Any, Any]) -> Answer:
        """Seats to people: {GA: [William Flash], CP: [Jon Jaffe]} or {1: William Flash}."""
        answer: Answer = {}
        for seat, people in args.items():
            for person in people if isinstance(people, list) else [people]:
                number = int(seat) if str(seat).isdigit() else seat
                answer = await self.driver.assign(step.who, seat=number, attendee=person)
        return answer

    async def _watches(self, step: Step, args: Any) -> Answer:
        """A page is opened and stays open: `availability`, or the order of somebody."""
        if args.get("order"):
            self._pages[step.who] = await self.driver.watch_order(args.get("as", args["order"]), order=args["order"])
        else:
            conference = args.get("conference", "conference")
            self._pages[step.who] = await self.driver.watch_availability(step.who, conference=conference)
        return self._pages[step.who].now()

    async def _sees(self, step: Step, _args: Any) -> Answer:
        """What the open page comes to show, by itself."""
        types = self._types.get(self._conference_of(step), [])
        expected = self._expected(step, types)
        return await self._pages[step.who].shows(lambda now: not list(differences(expected, now)), PATIENCE)

    async def _idles(self, _step: Step, _args: Any) -> Answer:
        """The server takes commands from now on, but nothing follows from them."""
        return await self._restarted(at_work=False)

    async def _restarts(self, _step: Step, _args: Any) -> Answer:
        """The server ends, starts again and does its work."""
        return await self._restarted(at_work=True)

    async def _restarted(self, at_work: bool) -> Answer:
        if self._restart is None:
            raise Unreadable("only a server in the hands of a test can be restarted")
        await self._restart(at_work)
        return {}

    # ---- several people

    async def _at_once(self, step: Step) -> Answer:
        """{states, granted, refused}: how many ended how, how many seats they got; `each`: their last answers."""

        async def one(steps: tuple[Step, ...]) -> tuple[Answer, Answer]:
            answer: Answer = {}
            order: Answer = {}
            for mine in steps:
                answer = await self._answer(mine, self._types.get(self._conference_of(mine), []))
                order = answer if "state" in answer else order
                if "refused" in answer or answer.get("state") == "sold_out":
                    break
            if "refused" not in answer:
                self._memory[steps[0].who] = self._memory.get(steps[0].who, {}) | answer
            return answer, order

        ends = await asyncio.gather(*(one(steps) for steps in step.together))
        granted: Counter[str] = Counter()
        for _, order in ends:
            granted.update(order.get("seats", {}))
        return {
            "states": dict(Counter(order["state"] for _, order in ends if "state" in order)),
            "granted": dict(granted),
            "refused": dict(Counter(answer["refused"] for answer, _ in ends if "refused" in answer)),
            "each": [answer for answer, _ in ends],
        }


def _told(answer: Answer) -> Answer:
    return {"message": f"{answer.get('state', answer)} {answer.get('seats', '')}", "field": None}
