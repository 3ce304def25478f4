"""Every scenario, played against a real server on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from plenary.registration import api
from tests.acceptance.play import Play
from tests.acceptance.scenario import Scenario, read
from tests.acceptance.served import Served

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))
SCENARIOS = [scenario for file in FILES for scenario in read(file)]
CASES = [
    pytest.param(
        kind,
        scenario,
        id=f"{scenario.name}[{kind}]",
        marks=[pytest.mark.acceptance, pytest.mark.xdist_group(f"scenarios on {kind}")],
    )
    for kind in ("sqlite", "postgres")
    for scenario in SCENARIOS
]


@pytest.mark.parametrize(("served", "scenario"), CASES, indirect=["served"])
async def test_scenario(served: Served, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is shared by plays that come one after another, so that they may move its clock and restart it."""
    if scenario.moves_the_server:
        monkeypatch.setattr(api, "DECIDING", 0.5)  # seconds; nobody decides, so there is no point in waiting longer
    driver = served.driver()
    try:
        report = await Play(scenario, driver, served.restart).run()
    finally:
        await driver.close()
    served.check()
    assert not report.wrong, f"\n{report}"
