"""The driver: people who use a running Plenary over its public API. Only it, with `driving/`, knows that API here.

Each verb takes who does it and answers a dict in the words of the business: money as {amount, currency} in minor units,
seats as numbers by seat type name, states in lower case; or {refused, field, fields, message} when it was refused.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from tests.acceptance.driving import operations
from tests.acceptance.driving.desk import PATIENCE, Live
from tests.acceptance.driving.line import Fault
from tests.acceptance.driving.lists import Lists
from tests.acceptance.driving.operations import Answer
from tests.acceptance.driving.paying import ENDED, Paying
from tests.acceptance.driving.words import new_id, seconds, snake

__all__ = ["Answer", "Driver", "Fault", "Live"]

GRACE = timedelta(seconds=6)  # how long servers wait after a deadline by default, and one more second


class Driver(Paying, Lists):
    """Everybody's verbs. `order`: whose order is meant, one's own by default."""

    # ---------------------------------------------------------------- choosing

    async def place_order(
        self,
        who: str,
        seats: Mapping[str, int],
        *,
        conference: str = "conference",
        order: str | None = None,
        patient: bool = True,
        key: object = None,
    ) -> Answer:
        """An order, decided. `seats`: how many of which type; "other/GA" is type GA of the conference called other.

        Where seats are not decided within seconds, `patient` asks again; otherwise the order is answered as placed."""
        home, order_id = self.conferences[conference]["id"], self._id(key, "order")
        known = {"id": order_id, "who": who, "conference": conference}
        variables = {"orderId": order_id, "conferenceId": home, "items": self._items(seats, conference)}
        return await self._decided(who, "placeOrder", known, order or who, key, patient, variables)

    async def change_order(
        self, who: str, seats: Mapping[str, int], *, order: str | None = None, key: object = None
    ) -> Answer:
        """The order with other seats, decided."""
        known = self._order(who, order)
        variables = {"orderId": known["id"], "items": self._items(seats, known["conference"])}
        return await self._decided(who, "changeOrder", known, order or who, key, True, variables)

    async def cancel(
        self, who: str, *, seats: Sequence[int] | int = (), order: str | None = None, key: object = None
    ) -> Answer:
        """The order, given up; of a confirmed one these `seats`, by number, or all."""
        known = self._order(who, order)
        if (now := await self._read(known)) is None or now["state"] != "CONFIRMED":
            return await self._on_order(who, "cancelOrder", order, key)
        positions = [seats] if isinstance(seats, int) else list(seats)
        return await self._on_order(who, "cancelSeats", order, key, positions=positions)

    async def cancellation(
        self, who: str, *, seats: Sequence[int] | int = (), order: str | None = None, as_organizer: bool = False
    ) -> Answer:
        """{possible, why_not, until, refund, fee}: what giving these seats up would mean."""
        positions = [seats] if isinstance(seats, int) else list(seats)
        variables = {"order": self._order(who, order)["id"], "positions": positions, "asOrganizer": as_organizer}
        arguments = "order: UUID!, positions: [Int!]!, asOrganizer: Boolean!"
        said = await self._ask(who, "cancellation", arguments, operations.CANCELLATION, **variables)
        return {"found": False} if said is None else {snake(name): value for name, value in said.items()}

    async def apply_code(self, who: str, *, code: str, order: str | None = None, key: object = None) -> Answer:
        """The order with a promo code taken off."""
        return await self._on_order(who, "applyCode", order, key, code=code)

    async def remove_code(self, who: str, *, code: str, order: str | None = None, key: object = None) -> Answer:
        """The order without a promo code that it had."""
        said = await self._until(self._order(who, order), lambda _: True)
        ids = {one["code"]: one["codeId"] for one in said["discounts"]}
        return await self._on_order(who, "removeCode", order, key, codeId=ids.get(code.upper()) or new_id())

    async def extend_hold(self, who: str, *, order: str | None = None, key: object = None) -> Answer:
        """The order with a later deadline."""
        return await self._on_order(who, "extendHold", order, key)

    async def join_waitlist(
        self,
        who: str,
        seats: Mapping[str, int],
        *,
        name: str | None = None,
        conference: str = "conference",
        key: object = None,
    ) -> Answer:
        """{state, place, waitlisted}: an order for each seat type, called "R1's WS"; "R1" if they had none."""
        answer: Answer = {}
        waitlisted: dict[str, int] = {}
        for seat_type, quantity in ((type_, n) for type_, n in seats.items() if n):
            home, order_id = self.conferences[conference]["id"], self._id(key, f"order for {seat_type}")
            known = {"id": order_id, "who": who, "conference": conference}
            item = {"seatTypeId": self._seat_type(seat_type, conference), "quantity": quantity}
            variables = {"orderId": order_id, "conferenceId": home, "item": item}
            variables["registrant"] = self._person(name or who)
            answer = await self._decided(who, "joinWaitlist", known, f"{who}'s {seat_type}", key, True, variables)
            if "refused" in answer:
                return answer
            if answer["state"] == "waitlisted":
                waitlisted[seat_type] = quantity
            self.orders.setdefault(who, known)
        return answer | {"waitlisted": waitlisted}

    async def resend(self, who: str, *, order: str | None = None, key: object = None) -> Answer:
        """The order whose confirmation is mailed once more."""
        return await self._on_order(who, "resendConfirmation", order, key)

    # ---------------------------------------------------------------- afterwards

    async def assign(
        self,
        who: str,
        *,
        seat: int | str,
        attendee: str,
        email: str | None = None,
        order: str | None = None,
        key: object = None,
    ) -> Answer:
        """The order with a seat given to "Jon Jaffe". `seat`: its number, or a seat type for its first free one."""
        to, position = self._person(attendee, email=email), seat
        if isinstance(seat, str):
            seats = (await self._until(self._order(who, order), lambda _: True))["seats"]
            position = next(one["position"] for one in seats if one["seatType"] == seat and one["attendee"] is None)
        return await self._on_order(who, "assignSeat", order, key, position=position, attendee=to)

    async def unassign(self, who: str, *, seat: int, order: str | None = None, key: object = None) -> Answer:
        """The order with a seat taken back."""
        return await self._on_order(who, "unassignSeat", order, key, position=seat)

    async def open_order(self, who: str, *, order: str, secret: str | None = None) -> Answer:
        """Somebody's order, for who has its link."""
        known = self._order(who, order)
        answer = await self._do(who, "openOrder", orderId=known["id"], secret=secret or known["secret"])
        return answer if "refused" in answer else self._told({}, answer["order"])

    async def find_order(
        self, who: str, *, email: str, code: str, conference: str = "conference", order: str | None = None
    ) -> Answer:
        """The order with this code, for who knows its registrant's e-mail address, too."""
        home = self.conferences[conference]["id"]
        answer = await self._do(who, "findOrder", conferenceId=home, email=self.tag.email(email), code=code)
        if "refused" in answer:
            return answer
        known = {"id": answer["order"]["id"], "who": who, "conference": conference}
        self.orders.setdefault(order or who, known)
        return self._told(known, answer["order"])

    # ---------------------------------------------------------------- looking

    async def order(self, who: str, *, order: str | None = None) -> Answer:
        """An order as somebody sees it; {found: False} for who may not."""
        said = await self._read(self._order(who, order) | {"who": who})
        return {"found": False} if said is None else {"found": True} | self._told({}, said)

    async def availability(self, who: str = "visitor", *, conference: str = "conference") -> Answer:
        """{open, and available, held, sold, quota and prices by seat type name}."""
        variables = {"conference": self.conferences[conference]["id"], "atLeast": self.position}
        arguments = "conference: UUID!, atLeast: Position"
        said = await self._ask(who, "seatAvailability", arguments, operations.AVAILABILITY, **variables)
        return {"found": False} if said is None else {"found": True} | operations.availability(said)

    async def mails(self, who: str = "visitor", *, to: str | None = None, about: str | None = None) -> Answer:
        """{mails, count}: those of this play to an address, with a text in their subject; the newest first."""
        if self._at_rest is not None:
            await self._at_rest()
        found: list[Answer] = []
        after: str | None = None
        while True:
            selection = "{edges{node{to subject text}} pageInfo{hasNextPage endCursor}}"
            said = await self._ask(who, "mailbox", "first: Int!, after: String", selection, first=100, after=after)
            if said is None:
                raise Fault("The mailbox is closed; the server must run with PLENARY_DEMO=1 or PLENARY_DEV=1.")
            found += [edge["node"] for edge in said["edges"] if self.tag.text in edge["node"]["to"]]
            after = said["pageInfo"]["endCursor"]
            if not said["pageInfo"]["hasNextPage"]:
                break
        mails = self.tag.off(found)
        mails = [
            one for one in mails if (to or one["to"]) in one["to"] and (about or "").lower() in one["subject"].lower()
        ]
        return {"mails": mails, "count": len(mails)}

    async def watch_availability(self, who: str, *, conference: str = "conference") -> Live:
        """Availability as somebody's open page shows it from now on."""
        variables = {"conference": self.conferences[conference]["id"]}
        text = operations.subscription("seatAvailability", "conference: UUID!", operations.AVAILABILITY)
        return Live(await self._watch(who, text, variables), operations.availability)

    async def watch_order(self, who: str, *, order: str | None = None) -> Live:
        """An order as somebody's open page shows it from now on."""
        text = operations.subscription("order", "id: UUID!", operations.ORDER)
        watch = await self._watch(who, text, {"id": self._order(who, order)["id"]})
        return Live(watch, lambda said: self._told({}, said))

    # ---------------------------------------------------------------- time

    @property
    def moves_time(self) -> bool:
        """Whether the server's clock is in this driver's hands."""
        return self._pass_time is not None

    async def let_time_pass(
        self, who: str = "everybody", *, by: str | float | None = None, order: str | None = None
    ) -> Answer:
        """{passed: seconds}: `by` so much ("90 s", "15 min"), or until an `order` was not paid in time."""
        known = None if order is None else self._order(order, order)
        if by is not None or known is None:
            wanted = timedelta(seconds=seconds(by or 0))
        else:
            left = operations.order(await self._until(known, lambda _: True))["seconds_left"]
            wanted = max(timedelta(seconds=left), timedelta()) + GRACE
        began = time.monotonic()
        if self._pass_time is not None:
            self._pass_time(wanted)
        elif known is None:
            await asyncio.sleep(wanted.total_seconds())
        if known is not None and by is None:
            await self._until(known, lambda said: said["state"].lower() in ENDED, wanted.total_seconds() + PATIENCE)
        return {"passed": wanted.total_seconds() if self._pass_time else time.monotonic() - began}
