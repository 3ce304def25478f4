"""Every page for everybody: axe finds nothing on a phone or a desk, in light or dark, and the keyboard is enough."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.acceptance.driver import Driver
from tests.browser.places import PAGES
from tests.browser.visitor import CP, GA, PATIENCE, WS, Visitor, Visitors, offer

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
AT_REST = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const ending = document.getAnimations().filter((each) => each.effect.getTiming().iterations !== Infinity);
  Promise.allSettled(ending.map((each) => each.finished)).then(() => done());
})))"""
RULES = {"light": "", "dark": ", runOnly: ['color-contrast']"}
"""In the dark only colours are different."""
MOVING = "() => document.getAnimations().filter((each) => each instanceof CSSTransition).length"


@pytest.mark.parametrize("name", PAGES)
async def test_no_rule_is_broken(name: str, people: Driver, visitors: Visitors) -> None:
    await offer(people, {GA: 10, WS: 5, CP: 10}, description="One.\n\nTwo.", tagline="Three", location="Lisbon")
    visitor = await PAGES[name](people, visitors)
    page = visitor.page
    await page.wait_for_load_state("networkidle")
    await page.evaluate(AXE.read_text())
    broken: dict[str, Any] = {}
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if moving := await page.evaluate(MOVING):
            broken[f"motion that nobody wants ({scheme})"] = moving
        for size in (PHONE, DESK) if scheme == "light" else (DESK,):
            await page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict is one
            await page.evaluate(AT_REST)
            found = await page.evaluate(f"axe.run(document, {{resultTypes: ['violations']{RULES[scheme]}}})")
            for rule in found["violations"]:
                nodes = [f"{node['target']}: {node['failureSummary']}" for node in rule["nodes"][:3]]
                broken[f"{rule['id']} ({scheme}, {size['width']} wide)"] = nodes
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                broken[f"scrolls sideways ({scheme}, {size['width']} wide)"] = wide
    assert not broken, "\n".join(f"{rule}: {nodes}" for rule, nodes in broken.items())


async def tab_to(visitor: Visitor, name: str) -> None:
    """Press Tab until the control of this name has the focus; fails when it never has."""
    for _ in range(60):
        await visitor.page.keyboard.press("Tab")
        focused = visitor.page.locator(":focus")
        if await focused.count() and name in (await focused.aria_snapshot()):
            return
    raise AssertionError(f"the keyboard does not lead to {name}")


async def test_a_keyboard_is_enough_to_book(people: Driver, visitors: Visitors) -> None:
    visitor = await visitors.open(await offer(people, {GA: 10, WS: 5, CP: 10}))
    keyboard = visitor.page.keyboard
    await visitor.seats_left({GA: 10}, people)
    await tab_to(visitor, f"{GA} quantity")
    await keyboard.type("1")
    await tab_to(visitor, f"{CP} quantity")
    await keyboard.press("ArrowUp")
    await tab_to(visitor, "Reserve seats")
    await keyboard.press("Enter")
    await expect(visitor.page.get_by_role("timer")).to_be_visible(timeout=PATIENCE)
    for label, text in (("E-mail", "ada@example.org"), ("First name", "Ada"), ("Last name", "Mensah")):
        await tab_to(visitor, label)
        await keyboard.type(text)
    await keyboard.press("Enter")
    await expect(visitor.button("Pay $249 and book 2 seats")).to_be_visible(timeout=PATIENCE)
    await tab_to(visitor, "Pay $249 and book 2 seats")
    await keyboard.press("Enter")
    await expect(visitor.button("Reject the card")).to_be_visible(timeout=PATIENCE)
    await tab_to(visitor, "Accept")
    await keyboard.press("Enter")
    await visitor.shows("order-confirmed")
    await tab_to(visitor, "Assign seat 2")
    await keyboard.press("Enter")
    await expect(visitor.page.get_by_role("dialog")).to_be_visible()
    await expect(visitor.page.get_by_role("dialog").get_by_label("E-mail")).to_be_focused()
    await keyboard.type("jon@example.org")
    for label, text in (("First name", "Jon"), ("Last name", "Jaffe")):
        await tab_to(visitor, label)
        await keyboard.type(text)
    await keyboard.press("Enter")
    await expect(visitor.by("seat-2")).to_contain_text("Jon Jaffe", timeout=PATIENCE)
    await expect(visitor.button("Reassign seat 2")).to_be_focused()
