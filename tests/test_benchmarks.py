"""The page of measurements shows what was measured, and the arithmetic behind it is right."""

import json
from datetime import date
from pathlib import Path

import pytest

from bench.page import BY_HAND, Figure, keep, percentile, render, table, write
from bench.painting import delays

DOCS = Path(__file__).parents[1] / "docs"
FAST, SLOW = (Figure(title, f"**{title}** is told.", {"ratio": [1.0]}) for title in ("Fast", "Slow"))


def test_the_page_is_made_from_what_was_kept() -> None:
    page = (DOCS / "benchmarks.md").read_text()
    by_hand = "".join(page.partition(BY_HAND)[1:])
    assert by_hand
    assert page == render(json.loads((DOCS / "benchmarks.json").read_text()), by_hand)


def test_a_run_leaves_what_it_did_not_measure(tmp_path: Path) -> None:
    (tmp_path / "benchmarks.md").write_text(f"# Old\n{BY_HAND}\n\nSomebody thought about it.\n")
    write(tmp_path, {"P10": SLOW}, machine="big", command="make bench-long", day=date(2030, 1, 1))
    write(tmp_path, {"P2": FAST}, machine="small", command="make bench", day=date(2030, 1, 2))
    write(tmp_path, {"P2": FAST}, machine="small", command="make bench", day=date(2030, 1, 3))
    page = (tmp_path / "benchmarks.md").read_text()
    assert page.index("## Fast") < page.index("## Slow") < page.index(BY_HAND)
    assert "*P10, `make bench-long` of 2030-01-01, machine 2.*" in page
    assert "*P2, `make bench` of 2030-01-03, machine 1.*" in page
    assert "2030-01-02" not in page
    assert page.endswith("Somebody thought about it.\n")


def test_figures_stand_in_the_order_of_their_numbers() -> None:
    kept = keep({}, {"P10": SLOW, "P2": FAST, "P1": SLOW}, machine="", command="", day=date(2030, 1, 1))
    assert list(kept) == ["P1", "P2", "P10"]


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], share) == value


def test_nothing_measured_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.99)


def test_a_table_shows_medians_and_leaves_out_what_a_side_does_not_have() -> None:
    shown = table({"us": [{"speed": 3.0, "share": 9.0}, {"speed": 1.0, "share": 9.0}, {"speed": 20.0, "share": 9.0}]})
    assert shown.splitlines()[-1] == "| us | 3.0 | 9.0 |"
    assert table({"us": [{"a": 1.0}], "them": [{"b": 2.0}]}).splitlines()[2:] == [
        "| us | 1.0 |  |",
        "| them |  | 2.0 |",
    ]


def test_a_commit_is_painted_when_it_or_a_later_one_is_shown() -> None:
    committed = [(10, 0.0), (9, 100.0), (8, 110.0), (7, 120.0)]
    assert delays(committed, [(10, 5.0), (8, 130.0), (7, 180.0)]) == [5.0, 30.0, 20.0, 60.0]


def test_a_frame_that_is_older_than_a_commit_does_not_show_it() -> None:
    assert delays([(10, 0.0), (9, 10.0), (10, 20.0)], [(10, 5.0), (10, 50.0)]) == [5.0, 40.0, 30.0]


def test_a_commit_that_was_never_painted_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="7 seats left was never shown"):
        delays([(8, 0.0), (7, 10.0)], [(8, 5.0)])
