"""What organizers look up: orders and attendees, searched, filtered and paged, as files, and what was done."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from tests.acceptance.driving import operations
from tests.acceptance.driving.operations import Answer
from tests.acceptance.driving.organizing import Organizing

SEATS: Final = """{ pageInfo { hasNextPage endCursor } edges { node { code position seatType
  attendee { email firstName lastName } registrant { email firstName lastName } } } }"""
ORDERS: Final = f"{{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{ node {operations.ORDER} }} }}"
ENTRIES: Final = "{ edges { node { who what event { type } } } }"


class Lists(Organizing):
    """The organizer's lists. All are asked for as fresh as the last command, and read to their end."""

    async def orders_list(
        self,
        who: str = "organizer",
        *,
        search: str | None = None,
        states: Sequence[str] | str = (),
        seat_type: str | None = None,
        page: int = 100,
        conference: str = "conference",
    ) -> Answer:
        """{found, orders, count, pages}: the newest first, read by pages of so many."""
        named = [states] if isinstance(states, str) else list(states)
        arguments = "search: String, states: [OrderState!], seatType: UUID, "
        narrowed = {"search": search and self._searched(search), "states": [one.upper() for one in named] or None}
        answer = await self._listed(who, "orders", arguments, ORDERS, narrowed, seat_type, page, conference)
        if not answer["found"]:
            return answer
        return answer | {"orders": [self.tag.off(operations.order(node)) for node in answer.pop("nodes")]}

    async def attendees(
        self,
        who: str = "organizer",
        *,
        search: str | None = None,
        seat_type: str | None = None,
        assigned: bool | None = None,
        page: int = 100,
        conference: str = "conference",
    ) -> Answer:
        """{found, attendees, pages}: one for each sold seat, those of the newest orders first."""
        arguments = "search: String, assigned: Boolean, seatType: UUID, "
        narrowed = {"search": search and self._searched(search), "assigned": assigned}
        answer = await self._listed(who, "attendees", arguments, SEATS, narrowed, seat_type, page, conference)
        if not answer["found"]:
            return answer
        return answer | {"attendees": [self._sold(node) for node in answer.pop("nodes")]}

    async def export(
        self, who: str = "organizer", *, file: str = "orders", search: str | None = None, conference: str = "conference"
    ) -> Answer:
        """{status, rows}: a file's rows by its columns."""
        home = self.conferences[conference]["id"]
        asked = {"search": search and self._searched(search), "atLeast": self.position}
        given = {name: value for name, value in asked.items() if value is not None}
        answer = await self.line.person(who).get(f"/export/{home}/{file}.csv", params=given)
        if answer.status_code != 200:
            return {"status": answer.status_code}
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        return {"status": 200, "rows": self.tag.off(rows), "cached": answer.headers["cache-control"] != "no-store"}

    async def history(
        self, who: str = "organizer", *, order: str | None = None, conference: str = "conference"
    ) -> Answer:
        """{found, told}: what happened to an order, or was done to a conference, the newest first."""
        field, name = ("orderHistory", "order") if order else ("conferenceHistory", "conference")
        about = self._order(who, order)["id"] if order else self.conferences[conference]["id"]
        arguments = f"{name}: UUID!, first: Int!, atLeast: Position"
        variables = {name: about, "first": 100, "atLeast": self.position}
        said = await self._ask(who, field, arguments, ENTRIES, **variables)
        if said is None:
            return {"found": False}
        told = [{"who": edge["node"]["who"].lower(), "what": edge["node"]["what"]} for edge in said["edges"]]
        return {"found": True, "told": self.tag.off(told)}

    def _searched(self, text: str) -> str:
        """Somebody's address is that of this play."""
        return self.tag.email(text) if "@" in text else text

    def _sold(self, node: Any) -> Answer:
        seat = {"code": node["code"], "seat": node["position"], "seat_type": node["seatType"]}
        people = {name: operations.person(node[name]) for name in ("attendee", "registrant")}
        told: Answer = self.tag.off(seat | people)
        return told

    async def _listed(
        self,
        who: str,
        field: str,
        arguments: str,
        selection: str,
        narrowed: Answer,
        seat_type: str | None,
        page: int,
        conference: str,
    ) -> Answer:
        arguments = f"conference: UUID!, {arguments}first: Int!, after: String, atLeast: Position"
        variables = narrowed | {
            "conference": self.conferences[conference]["id"],
            "seatType": seat_type and self._seat_type(seat_type, conference),
            "first": page,
            "after": None,
            "atLeast": self.position,
        }
        nodes: list[Any] = []
        for pages in range(1, 1_000):
            said = await self._ask(who, field, arguments, selection, **variables)
            if said is None:
                return {"found": False}
            nodes += [edge["node"] for edge in said["edges"]]
            variables["after"] = said["pageInfo"]["endCursor"]
            if not said["pageInfo"]["hasNextPage"]:
                count = {"count": said["totalCount"]} if "totalCount" in said else {}
                return {"found": True, "nodes": nodes, "pages": pages, **count}
        raise AssertionError("a list without an end")
