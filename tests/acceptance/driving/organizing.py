"""What organizers do: conferences, their seat types, and who booked."""

from collections.abc import Sequence
from typing import Any

from tests.acceptance.driving import operations
from tests.acceptance.driving.desk import Desk
from tests.acceptance.driving.operations import Answer
from tests.acceptance.driving.words import amount as minor_units
from tests.acceptance.driving.words import camel

ABOUT = {
    "slug": "conference",
    "name": "A conference",
    "tagline": "",
    "description": "",
    "location": "",
    "time_zone": "Europe/Lisbon",
    "starts_on": "2031-05-08",
    "ends_on": "2031-05-09",
    "currency": "USD",
    "hold_seconds": 900,
    "seats_per_order": 20,
    "cancel_days": None,
    "cancel_fee_percent": 0,
    "transfer_days": None,
    "transfer_details": "",
}


class Organizing(Desk):
    """The organizer's verbs. Each answers with the conference, or why not; `conference` is its name in the play."""

    async def create_conference(
        self,
        who: str = "organizer",
        *,
        conference: str = "conference",
        owner_name: str = "Olga Organizer",
        owner_email: str = "olga@example.org",
        key: object = None,
        **about: Any,
    ) -> Answer:
        """A draft, with its access code. `about`: any of `ABOUT`, which has a default for each."""
        id_, owner = self._id(key, "conference"), {"name": owner_name, "email": self.tag.email(owner_email)}
        said = self._about(ABOUT | about)
        answer = await self._do(who, "createConference", key, conferenceId=id_, input=said, owner=owner)
        if "refused" in answer:
            return answer
        self.conferences[conference] = {"id": id_, "seat_types": {}, "access_code": answer["accessCode"]}
        return self._shown(answer["conference"], conference) | {"access_code": answer["accessCode"]}

    async def edit_conference(
        self, who: str = "organizer", *, conference: str = "conference", key: object = None, **about: Any
    ) -> Answer:
        """What is not named stays as it was."""
        now = self.conferences[conference]["about"] | self._about(about)
        return await self._organize(who, "editConference", conference, key, input=now)

    async def clone(
        self,
        who: str = "organizer",
        *,
        slug: str = "clone",
        starts_on: str,
        conference: str = "conference",
        clone: str = "clone",
        key: object = None,
    ) -> Answer:
        """A new draft like another conference; in the play it is called `clone`."""
        model, id_ = self.conferences[conference], self._id(key, "clone")
        said = {"conferenceId": model["id"], "newConferenceId": id_, "slug": self.tag.slug(slug), "startsOn": starts_on}
        answer = await self._do(who, "cloneConference", key, **said)
        if "refused" in answer:
            return answer
        types = {one["name"]: one["id"] for one in answer["conference"]["seatTypes"]}
        self.conferences[clone] = {"id": id_, "seat_types": types, "access_code": answer["accessCode"]}
        return self._shown(answer["conference"], clone)

    async def publish(self, who: str = "organizer", *, conference: str = "conference", key: object = None) -> Answer:
        """Listed, and on sale."""
        return await self._organize(who, "publishConference", conference, key)

    async def unpublish(self, who: str = "organizer", *, conference: str = "conference", key: object = None) -> Answer:
        """Neither listed nor on sale."""
        return await self._organize(who, "unpublishConference", conference, key)

    async def add_seat_type(
        self,
        who: str = "organizer",
        *,
        name: str,
        price: Any = 0,
        quota: int = 0,
        description: str = "",
        conference: str = "conference",
        key: object = None,
        **limits: Any,
    ) -> Answer:
        """One more seat type; `price` like "$199", or in minor units. `limits`: least, most, sale_from, sale_until."""
        said = {"name": name, "description": description, "price": minor_units(price), "quota": quota}
        said |= {camel(limit): value for limit, value in limits.items()}
        type_id = self._id(key, f"seat type {name}")
        self.conferences[conference]["seat_types"].setdefault(name, type_id)
        return await self._organize(who, "addSeatType", conference, key, seatTypeId=type_id, input=said)

    async def edit_seat_type(
        self,
        who: str = "organizer",
        *,
        seat_type: str,
        price: Any,
        name: str | None = None,
        description: str = "",
        conference: str = "conference",
        key: object = None,
        **limits: Any,
    ) -> Answer:
        """A seat type at another price or under another name, which finds it here from now on, as the old one does."""
        said = {"name": name or seat_type, "description": description, "price": minor_units(price)}
        said |= {camel(limit): value for limit, value in limits.items()}
        type_id = self._seat_type(seat_type, conference)
        self.conferences[conference]["seat_types"][said["name"]] = type_id
        return await self._organize(who, "editSeatType", conference, key, seatTypeId=type_id, input=said)

    async def change_quota(
        self, who: str = "organizer", *, seat_type: str, quota: int, conference: str = "conference", key: object = None
    ) -> Answer:
        """Another number of seats of a type."""
        type_id = self._seat_type(seat_type, conference)
        return await self._organize(who, "changeQuota", conference, key, seatTypeId=type_id, quota=quota)

    async def retire_seat_type(
        self, who: str = "organizer", *, seat_type: str, conference: str = "conference", key: object = None
    ) -> Answer:
        """A seat type is no longer sold."""
        type_id = self._seat_type(seat_type, conference)
        return await self._organize(who, "retireSeatType", conference, key, seatTypeId=type_id)

    async def delete_seat_type(
        self, who: str = "organizer", *, seat_type: str, conference: str = "conference", key: object = None
    ) -> Answer:
        """A seat type that was never on sale is gone."""
        type_id = self._seat_type(seat_type, conference)
        return await self._organize(who, "deleteSeatType", conference, key, seatTypeId=type_id)

    async def sign_in(self, who: str = "organizer", *, email: str, access_code: str) -> Answer:
        """{conferences}: the slugs of those that this code opens."""
        answer = await self._do(who, "signIn", email=self.tag.email(email), accessCode=access_code)
        return answer if "refused" in answer else {"conferences": self._slugs(answer["conferences"])}

    async def refund(
        self,
        who: str = "organizer",
        *,
        order: str,
        seats: Sequence[int] | int = (),
        amount: Any = None,
        key: object = None,
    ) -> Answer:
        """Somebody's order after `seats` of it, or all, were taken back, for all that they cost or for `amount`."""
        positions = [seats] if isinstance(seats, int) else list(seats)
        money = None if amount is None else minor_units(amount)
        return await self._on_order(who, "refundSeats", order, key, positions=positions, amount=money)

    async def create_code(self, who: str = "organizer", *, code: str, **about: Any) -> Answer:
        """{code, percent, amount, scope, combines_with, limit, used, ended}; `scope`: names of seat types."""
        return await self._on_code(who, "createPromoCode", code, **about)

    async def edit_code(self, who: str = "organizer", *, code: str, **about: Any) -> Answer:
        """A code that is like this from now on."""
        return await self._on_code(who, "changePromoCode", code, **about)

    async def end_code(self, who: str = "organizer", *, code: str, conference: str = "conference") -> Answer:
        """A code that no order more can use."""
        answer = await self._do(who, "endPromoCode", conferenceId=self.conferences[conference]["id"], code=code)
        return answer if "refused" in answer else self._code(answer["promoCode"], conference)

    async def codes(self, who: str = "organizer", *, conference: str = "conference") -> Answer:
        """{codes: by name}: what their organizer sees of them."""
        variables = {"conference": self.conferences[conference]["id"], "atLeast": self.position}
        arguments = "conference: UUID!, atLeast: Position"
        said = await self._ask(who, "promoCodes", arguments, operations.CODE, **variables)
        if said is None:
            return {"found": False}
        return {"found": True, "codes": {one["code"]: self._code(one, conference) for one in said}}

    async def _on_code(
        self,
        who: str,
        name: str,
        code: str,
        *,
        percent: int | None = None,
        amount: Any = None,
        scope: Sequence[str] | str = (),
        combines_with: Sequence[str] | str = (),
        limit: int | None = None,
        conference: str = "conference",
        key: object = None,
    ) -> Answer:
        scope = [scope] if isinstance(scope, str) else scope
        said = {
            "percent": percent,
            "amount": None if amount is None else minor_units(amount),
            "seatTypeIds": [self._seat_type(one, conference) for one in scope],
            "combinesWith": [combines_with] if isinstance(combines_with, str) else list(combines_with),
            "limit": limit,
        }
        home = self.conferences[conference]["id"]
        answer = await self._do(who, name, key, conferenceId=home, code=code, input=said)
        return answer if "refused" in answer else self._code(answer["promoCode"], conference)

    def _code(self, said: Answer, conference: str) -> Answer:
        names = {id: name for name, id in self.conferences[conference]["seat_types"].items()}
        plain = {key: said[key] for key in ("code", "percent", "amount", "limit", "used", "ended")}
        return plain | {"scope": [names[id] for id in said["seatTypeIds"]], "combines_with": said["combinesWith"]}

    # ---------------------------------------------------------------- looking

    async def conference(self, who: str = "visitor", *, conference: str = "conference") -> Answer:
        """What its page shows to somebody; {found: False} for a page that is not there."""
        slug = self.tag.slug(self.conferences[conference]["slug"]) if conference in self.conferences else conference
        variables = {"slug": slug, "atLeast": self.position}
        said = await self._ask(
            who, "conference", "slug: String!, atLeast: Position", operations.CONFERENCE, **variables
        )
        return {"found": False} if said is None else {"found": True} | self._shown(said, None)

    async def catalogue(self, who: str = "visitor") -> Answer:
        """{conferences}: the slugs of this play's conferences that everybody sees listed, the newest first."""
        variables = {"first": 100, "atLeast": self.position}
        selection = "{edges{node{slug}}}"
        said = await self._ask(who, "conferences", "first: Int!, atLeast: Position", selection, **variables)
        return {"conferences": self._slugs([edge["node"] for edge in said["edges"]])}

    async def my_conferences(self, who: str = "organizer") -> Answer:
        """{conferences}: the slugs of those that somebody may run."""
        said = await self._ask(who, "myConferences", "atLeast: Position", "{slug}", atLeast=self.position)
        return {"conferences": self._slugs(said)}

    async def sales(self, who: str = "organizer", *, conference: str = "conference") -> Answer:
        """{orders, count}: all orders of a conference, the newest first, as its organizer sees them."""
        variables = {"conference": self.conferences[conference]["id"], "first": 100, "atLeast": self.position}
        selection = f"{{totalCount edges{{node{operations.ORDER}}} pageInfo{{hasNextPage endCursor}}}}"
        arguments = "conference: UUID!, first: Int!, after: String, atLeast: Position"
        orders: list[Answer] = []
        while True:
            said = await self._ask(who, "orders", arguments, selection, **variables)
            if said is None:
                return {"found": False}
            orders += [self.tag.off(operations.order(edge["node"])) for edge in said["edges"]]
            if not said["pageInfo"]["hasNextPage"]:
                return {"found": True, "orders": orders, "count": said["totalCount"]}
            variables["after"] = said["pageInfo"]["endCursor"]

    # ---------------------------------------------------------------- shared

    def _about(self, about: dict[str, Any]) -> Answer:
        said = {camel(key): value for key, value in about.items()}
        return said | ({"slug": self.tag.slug(said["slug"])} if "slug" in said else {})

    async def _organize(self, who: str, name: str, conference: str, key: object, **variables: Any) -> Answer:
        id_ = self.conferences[conference]["id"]
        answer = await self._do(who, name, key, conferenceId=id_, **variables)
        return answer if "refused" in answer else self._shown(answer["conference"], conference)

    def _shown(self, said: Answer, conference: str | None) -> Answer:
        answer: Answer = self.tag.off(operations.conference(said))
        if conference is not None:
            about = {camel(key): said[camel(key)] for key in ABOUT}
            self.conferences[conference] |= {"about": about, "slug": answer["slug"]}
        return answer

    def _slugs(self, conferences: list[Answer]) -> list[str]:
        return [self.tag.off(one["slug"]) for one in conferences if self.tag.text in one["slug"]]
