"""Counts what passed and what failed in a folder of reports: pytest's, vitest's, and checks that count one each.

A skipped test has not passed, and a report that is missing is a failure: nothing that did not run is called good.
"""

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def python(report: Path) -> tuple[int, list[str]]:
    """Tests passed, and the names of those that were not, from a JUnit file."""
    cases = list(ET.parse(report).iter("testcase"))
    bad = {
        f"{case.get('classname')}::{case.get('name')} ({child.tag})"
        for case in cases
        for child in case
        if child.tag in ("failure", "error", "skipped")
    }
    return len(cases) - len({name.rsplit(" ", 1)[0] for name in bad}), sorted(bad)


def frontend(report: Path) -> tuple[int, list[str]]:
    """The same from vitest's JSON; a file that could not be loaded counts as one failure."""
    passed, bad = 0, []
    for file in json.loads(report.read_text())["testResults"]:
        tests = file["assertionResults"]
        passed += sum(test["status"] == "passed" for test in tests)
        bad += [f"{test['fullName']} ({test['status']})" for test in tests if test["status"] != "passed"]
        if file["status"] != "passed" and all(test["status"] == "passed" for test in tests):
            bad.append(f"{file['name']} ({file['status']})")
    return passed, bad


def checks(report: Path) -> tuple[int, list[str]]:
    """The same from lines of verdict and name."""
    lines = [line.split("\t") for line in report.read_text().splitlines()]
    return sum(line[0] == "passed" for line in lines), [line[1] for line in lines if line[0] != "passed"]


def main(folder: Path) -> int:
    """Prints what did not pass and the closing line; 1 if anything did not."""
    total, failures = 0, list[str]()
    for name, read in {"python.xml": python, "frontend.json": frontend, "checks": checks}.items():
        try:
            passed, bad = read(folder / name)
        except Exception as error:  # whatever is wrong with a report, the others still count
            passed, bad = 0, [f"no readable report {name}: {error}"]
        if passed + len(bad) == 0:
            bad = [f"{name} holds no test"]
        status = folder / f"{name}.status"
        if not bad and status.exists() and status.read_text().strip() != "0":
            bad = [f"{name}: all passed, yet its run ended with status {status.read_text().strip()}"]
        total, failures = total + passed, failures + bad
    for failure in failures:
        print(f"not passed: {failure}")
    print(f"{total} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main(Path(sys.argv[1])))
