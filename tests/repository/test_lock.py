"""The lock holds what pyproject.toml asks for, every line hashed, and is what is installed here."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "bench" / "peers"  # they run in an environment of their own, from a lock file beside them
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKED = {
    requirement.name: requirement
    for line in re.findall(r"^\w[^\\\n]*", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    for requirement in [Requirement(line)]
}


def wanted() -> list[Requirement]:
    """What pyproject.toml names, for running and for working on it."""
    return [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]


def test_every_dependency_is_locked_to_a_version_that_it_allows() -> None:
    for requirement in wanted():
        locked = LOCKED[requirement.name.lower()]
        [version] = locked.specifier
        assert version.operator == "=="
        assert requirement.specifier.contains(version.version), f"{locked} is not {requirement}: run `make lock`"


def test_every_locked_version_has_hashes() -> None:
    blocks = re.split(r"\n(?=\w)", (ROOT / "requirements.lock").read_text())[1:]
    assert len(blocks) == len(LOCKED)
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_is_installed_is_what_is_locked() -> None:
    for locked in LOCKED.values():
        if locked.marker is None or locked.marker.evaluate():
            [version] = locked.specifier
            assert metadata.version(locked.name) == version.version


def test_every_dependency_says_what_it_is_for() -> None:
    lines = re.findall(r'^  ".*', (ROOT / "pyproject.toml").read_text().split("[project.scripts]")[0], re.MULTILINE)
    assert len(lines) == len(wanted())
    assert [line for line in lines if not re.search(r'",\s+# \w', line)] == []


def test_every_package_that_is_imported_is_a_dependency() -> None:
    ours, providers = {"plenary", "tests", "bench"}, metadata.packages_distributions()
    named = {canonicalize_name(requirement.name) for requirement in wanted()}
    undeclared = {
        f"{file.relative_to(ROOT)} imports {module}"
        for folder in ("backend", "tests", "bench", "alembic")
        for file in (ROOT / folder).rglob("*.py")
        if PEERS not in file.parents
        for node in ast.walk(ast.parse(file.read_text()))
        for module in imported(node) - ours - sys.stdlib_module_names
        if not {canonicalize_name(name) for name in providers.get(module, [])} & named
    }
    assert not undeclared, "\n".join(sorted(undeclared))


def imported(node: ast.AST) -> set[str]:
    """The top-level packages that a statement imports."""
    if isinstance(node, ast.Import):
        return {name.name.partition(".")[0] for name in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) and not node.level else set()
