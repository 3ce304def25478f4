"""The player itself: it must not be content with what was not expected."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import play
from tests.acceptance.driver import Driver
from tests.acceptance.driving.words import amount, money, person, seconds
from tests.acceptance.matching import differences
from tests.acceptance.play import VERBS, Play
from tests.acceptance.scenario import Scenario, Unreadable, read
from tests.acceptance.served import Served

ORDER = {"state": "held", "seats": {"GA": 1}, "total": {"amount": 24900, "currency": "USD"}, "left": 12.5, "mails": []}
USD = {"currency": "USD"}


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"state": "held", "seats": {"GA": 1, "WS": 0}, "total": USD | {"amount": 24900}},
        {"left": "0..900", "mails": {"count": 0}, "state": {"any of": ["placed", "held"]}},
        {"total": {"currency": {"contains": "US"}}, "mails": {"not": [{}]}, "state": "anything"},
    ],
)
def test_what_is_expected(expected: Any) -> None:
    assert list(differences(expected, ORDER)) == []


@pytest.mark.parametrize(
    "unexpected",
    [
        {"state": "confirmed"},
        {"state": None},
        {"seats": {"GA": 1, "WS": 1}},
        {"seats": {}},
        {"total": USD | {"amount": 24901}},
        {"left": "13..900"},
        {"left": "..12"},
        {"mails": [{}]},
        {"mails": {"count": 1}},
        {"mails": {"includes": [{"to": "anybody"}]}},
        {"state": {"not": "held"}},
        {"state": {"any of": ["placed", "expired"]}},
        {"state": {"contains": "x"}},
        {"refused": "NotOnSale"},
        {"held": True},
    ],
)
def test_what_is_not(unexpected: Any) -> None:
    assert list(differences(unexpected, ORDER))


def test_lists_are_expected_as_a_whole_or_in_any_order() -> None:
    two = [{"seats": 1}, {"seats": 2}]
    assert not list(differences({"in any order": two[::-1]}, two))
    assert list(differences(two[::-1], two))
    assert list(differences({"in any order": [{"seats": 2}, {"seats": 2}]}, two))
    assert not list(differences({"includes": [{"seats": 2}]}, two))


def test_words_of_scenarios() -> None:
    assert money("$1,197") == USD | {"amount": 119_700}
    assert money("EUR 12.5") == {"amount": 1250, "currency": "EUR"}
    assert money("¥900") == {"amount": 900, "currency": "JPY"}
    assert money("held") is None
    assert amount("$0") == 0
    assert seconds("15 min") == 900
    assert person("Jon Jaffe") == {"email": "jon.jaffe@example.org", "first_name": "Jon", "last_name": "Jaffe"}


@pytest.mark.parametrize(
    "text",
    [
        "title: nothing",
        "scenario: A\nwhen: [R1]",
        "scenario: A\nwhen: [{pay: }]",
        "scenario: A\nafter: []",
        "scenario: [",
    ],
)
def test_what_is_no_scenario_is_said_to_be_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    with pytest.raises(Unreadable, match=r"scenario\.yaml"):
        read(file)


def played(text: str, tmp_path: Path) -> Scenario:
    """The scenario of a text."""
    file = tmp_path / "scenario.yaml"
    file.write_text(f"scenario: A\n{text}")
    return read(file)[0]


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("when: [{R1 order: , expect: {found: true}}]", "found is False"),
        ("when: [{o offers: S10}, {R1 place_order: 1/0/0, expect: {total: $198}}]", "expected 19800 USD"),
        ("when: [{o offers: S10}, {R1 place_order: 21/0/0}]", "refused: One order may have at most 20 seats."),
        ("when: [{o offers: S10}, {R1 holds: 11/0/0}]", "NotAllHeld"),
        ("when: [{R1 apply_code: }]", "missing 1 required keyword-only argument: 'code'"),
        ("when: [{R1 dances: }]", "nobody can 'dances'"),
        ("when: [{R1 enter_details: <R2.code>}]", "is not known here"),
    ],
)
@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
@pytest.mark.xdist_group("scenarios on sqlite")
async def test_what_is_not_as_expected_ends_a_play(
    served: Served, steps: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play, "PATIENCE", 0.5)  # seconds; it does not come true
    driver = served.driver()
    report = await Play(played(steps, tmp_path), driver).run()
    await driver.close()
    assert any(said in one for one in report.wrong), report
    assert "✘" in str(report)


def test_every_verb_is_there() -> None:
    """Scenarios are written elsewhere, too, with these words."""
    needed = """create_conference edit_conference publish unpublish sign_in add_seat_type edit_seat_type change_quota
        retire_seat_type delete_seat_type place_order change_order enter_details apply_code pay abandon_payment cancel
        refund assign unassign find_order create_code join_waitlist availability order mails let_time_pass"""
    assert set(needed.split()) <= VERBS
    assert all(getattr(Driver, verb).__doc__ for verb in VERBS)
