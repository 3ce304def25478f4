"""Everything that is shipped may be given on: its licence is one of a few that ask for no more than to be named."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
ALLOWED = {
    *("MIT", "MIT-0", "ISC", "0BSD", "BSD", "BSD-2-CLAUSE", "BSD-3-CLAUSE", "APACHE", "APACHE-2.0", "PSF", "PSF-2.0"),
    *("PYTHON-2.0", "MPL", "MPL-1.1", "MPL-2.0", "UNLICENSE", "CC0-1.0", "ZLIB", "OFL-1.1"),
}
PHRASES = {
    "MIT": r"\bMIT\b",
    "BSD": r"\bBSD\b|Redistribution and use in source and binary forms",
    "APACHE": r"\bApache\b",
    "ISC": r"\bISC\b",
    "PSF": r"Python Software Foundation",
    "MPL": r"Mozilla Public License",
    "UNLICENSE": r"Unlicense|public domain",
    "GPL": r"GPL|General Public License",
}


def allowed(expression: str) -> bool:
    """Whether an SPDX expression can be met with allowed licences alone."""
    inner = expression.strip().upper().removeprefix("(").removesuffix(")")
    for word, met in (("AND", all), ("OR", any)):
        if len(parts := re.split(rf"\s+{word}\s+", inner)) > 1:
            return met(allowed(part) for part in parts)
    return inner in ALLOWED


def licence(distribution: metadata.Distribution) -> str:
    """A distribution's licence as an SPDX expression, from its metadata: expression, else classifiers, else text."""
    about = distribution.metadata
    if "License-Expression" in about:
        return str(about["License-Expression"])
    classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License :: ")]
    said = " ".join(classifiers) or (str(about["License"]) if "License" in about else "")
    return " AND ".join(kind for kind, phrase in PHRASES.items() if re.search(phrase, said)) or said or "none given"


def closure(names: list[str]) -> dict[str, metadata.Distribution]:
    """The distributions installed here for these requirements, and for theirs, and so on."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [(Requirement(name), frozenset[str]()) for name in names]
    seen = set()
    while waiting:
        requirement, extras = waiting.pop()
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras or {""}):
            continue
        key = (requirement.name.lower(), frozenset(requirement.extras))
        if key not in seen:
            seen.add(key)
            distribution = found[key[0]] = metadata.distribution(requirement.name)
            waiting += [(Requirement(line), key[1] | {""}) for line in distribution.requires or ()]
    return found


def test_every_shipped_python_package_may_be_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    shipped = closure(project["dependencies"])
    assert {"starlette", "greenlet", "cffi"} <= shipped.keys()
    bad = [f"{name}: {licence(found)}" for name, found in shipped.items() if not allowed(licence(found))]
    assert not bad, "\n".join(bad)


def test_every_shipped_npm_package_may_be_shipped() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    shipped = {path: package for path, package in lock["packages"].items() if path and not package.get("dev")}
    assert any(path.endswith("/svelte") for path in shipped)
    bad = []
    for path, package in shipped.items():
        here = ROOT / "frontend" / path / "package.json"
        said = package.get("license") or (json.loads(here.read_text()).get("license") if here.exists() else None)
        if not (package.get("optional") and not here.exists() and said is None) and not allowed(str(said)):
            bad.append(f"{path}: {said}")
    assert not bad, "\n".join(bad)


def test_plenary_itself_is_under_apache_2() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert metadata.metadata("plenary")["License-Expression"] == "Apache-2.0"


@pytest.mark.parametrize(
    ("expression", "fine"),
    [
        ("MIT", True),
        ("(MIT OR GPL-3.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-2.0", False),
        ("AGPL-3.0-or-later", False),
        ("none given", False),
        ("BSD-3-Clause AND MIT", True),
    ],
)
def test_a_licence_that_asks_for_more_is_noticed(expression: str, fine: bool) -> None:
    assert allowed(expression) is fine
