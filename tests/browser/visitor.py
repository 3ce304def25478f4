"""Visitors: people in front of a browser, and what they do on the pages, by the names that a screen reader says."""

import re
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, Request, expect

from tests.acceptance.driver import Driver

GA, WS, CP = "General admission", "CQRS Workshop", "Additional cocktail party"
PRICES = {GA: "$199", WS: "$500", CP: "$50"}
PATIENCE = 15_000  # milliseconds until a page must show what is expected
DETAILS = {"E-mail": "ada@example.org", "First name": "Ada", "Last name": "Mensah"}


class Visitors:
    """Browsers of different people on one server."""

    def __init__(self, chromium: Browser, url: str) -> None:
        """Nobody is there yet."""
        self._chromium, self.url = chromium, url
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []

    async def open(self, path: str, *, script: str | None = None, **options: Any) -> "Visitor":
        """Somebody new opens a page. `script` runs before the page's own; `options` are those of a browser context."""
        context = await self._chromium.new_context(base_url=self.url, locale="en-US", **options)
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        if script:
            await context.add_init_script(script)
        page = await context.new_page()
        page.on("pageerror", lambda error: self._complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda m: self._complaints.append(f"{page.url}: {m.text}") if m.type == "error" else None)
        visitor = Visitor(page)
        await visitor.go(path)
        return visitor

    def complaints(self) -> list[str]:
        """Errors of scripts, and what browsers wrote into their consoles as errors."""
        return self._complaints

    async def close(self) -> None:
        """All browsers are closed."""
        for context in self._contexts:
            await context.close()


class Visitor:
    """One person at one page."""

    def __init__(self, page: Page) -> None:
        """In front of a page."""
        self.page = page
        self.requests: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")

    async def go(self, path: str) -> None:
        """Type an address."""
        await self.page.goto(path)

    def by(self, test_id: str) -> Locator:
        """What carries a test id."""
        return self.page.get_by_test_id(test_id)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """A button."""
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        """A heading."""
        return self.page.get_by_role("heading", name=name)

    async def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button."""
        await self.button(name).click()

    async def fill(self, fields: dict[str, str], within: Locator | None = None) -> None:
        """Fill in fields by their labels."""
        for label, value in fields.items():
            await (within or self.page).get_by_label(label, exact=True).fill(value)

    async def sees(self, text: str | re.Pattern[str]) -> None:
        """Something is shown."""
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    async def shows(self, test_id: str, text: str | re.Pattern[str] | None = None) -> None:
        """What carries a test id is shown, with this text."""
        await expect(self.by(test_id).first).to_be_visible(timeout=PATIENCE)
        if text is not None:
            await expect(self.by(test_id).first).to_have_text(text, timeout=PATIENCE)

    async def seats_left(self, left: dict[str, int], people: Driver, conference: str = "conference") -> None:
        """So many seats of these types are shown as available."""
        for name, number in left.items():
            type_id = people.conferences[conference]["seat_types"][name]
            await expect(self.by(f"available-{type_id}")).to_have_text(str(number), timeout=PATIENCE)

    # ---- the registrant's way

    async def choose(self, seats: dict[str, int]) -> None:
        """Say how many of which seats."""
        await self.fill({f"{name} quantity": str(number) for name, number in seats.items()})

    async def reserve(self, seats: dict[str, int]) -> None:
        """Choose seats and have them reserved."""
        await self.choose(seats)
        await self.press("Reserve seats")
        await self.page.wait_for_url(re.compile("/o/"))

    async def enter(self, details: dict[str, str] | None = None) -> None:
        """Say who is booking, and go on to payment."""
        await self.fill(details or DETAILS)
        await self.press("Continue to payment")
        await expect(self.button(re.compile("^Pay "))).to_be_visible(timeout=PATIENCE)

    async def pay(self, choice: str = "Accept") -> None:
        """Go to the gateway and press a button there: Accept, Reject the card, or Go back without paying."""
        await self.press(re.compile("^Pay "))
        await self.page.wait_for_url(re.compile("/gateway/test/"))
        await self.page.get_by_role("button", name=re.compile(f"^{choice}")).click()
        await self.page.wait_for_url(re.compile("/o/"))

    async def seconds_left(self) -> int:
        """What the countdown shows."""
        return int(await self.page.get_by_role("timer").get_attribute("data-seconds") or "-1")

    async def assign(self, seat: int, name: str, email: str) -> None:
        """Give a seat to somebody."""
        await self.page.get_by_role("button", name=re.compile(f"ssign seat {seat}$")).first.click()
        first, _, last = name.partition(" ")
        dialog = self.page.get_by_role("dialog")
        await self.fill({"E-mail": email, "First name": first, "Last name": last}, dialog)
        await dialog.get_by_role("button", name="Save").click()
        await expect(self.by(f"seat-{seat}")).to_contain_text(name, timeout=PATIENCE)


async def offer(people: Driver, seats: dict[str, int], *, publish: bool = True, **about: Any) -> str:
    """A conference with these quotas at the usual prices; the path of its page."""
    prices, conference = about.pop("prices", PRICES), about.pop("conference", "conference")
    created = await people.create_conference(conference=conference, **({"name": "Ledger & Light"} | about))
    assert "refused" not in created, created
    for name, quota in seats.items():
        await people.add_seat_type(name=name, price=prices[name], quota=quota, conference=conference)
    if publish:
        await people.publish(conference=conference)
    return f"/c/{slug(people, conference)}"


def slug(people: Driver, conference: str = "conference") -> str:
    """The address of a conference of this play."""
    return people.tag.slug(people.conferences[conference]["slug"])


async def buys(people: Driver, who: str, seats: dict[str, int]) -> None:
    """Somebody elsewhere really buys and pays."""
    held = await people.place_order(who, seats)
    assert held["state"] == "held", held
    await people.enter_details(who)
    assert (await people.pay(who))["state"] == "confirmed"
