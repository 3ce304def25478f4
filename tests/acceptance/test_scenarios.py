"""Every scenario, played against a real server on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from plenary.registration import api
from tests.acceptance.play import Play
from tests.acceptance.scenario import Scenario, read
from tests.acceptance.served import Served

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))
SCENARIOS = [scenario for file in FILES for scenario in read(file)]
HOUSES = [
    pytest.param(kind, marks=[pytest.mark.acceptance, pytest.mark.xdist_group(f"scenarios on {kind}")])
    for kind in ("sqlite", "postgres")
]


# Two marks: in one, every scenario would be a parameter of its own to the server, and get a server of its own.
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("served", HOUSES, indirect=True)
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
