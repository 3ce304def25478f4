"""The README says what is there: its map, settings, commands and pictures are compared with the repository."""

import ast
import dataclasses
import itertools
import re
import subprocess
from pathlib import Path

from plenary.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BESIDE = {
    *("README.md", ".gitignore", ".dockerignore", ".env.example"),
    *("backend/plenary/__init__.py", "backend/plenary/py.typed"),
}


def section(title: str) -> str:
    """The text below a heading of the README."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def mapped() -> set[str]:
    """The paths that the map names."""
    return {path.rstrip("/") for first, *_ in rows("The map") for path in re.findall(r"`([^`]+)`", first)}


def test_every_place_on_the_map_exists() -> None:
    assert sorted(path for path in mapped() if not (ROOT / path).exists()) == []


def test_every_place_is_on_the_map() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    names = tracked.stdout.splitlines()
    top = {name.partition("/")[0] for name in names} - {"backend"}
    inside = {"/".join(name.split("/")[:3]) for name in names if name.startswith("backend/plenary/")}
    assert sorted((top | inside) - mapped() - BESIDE) == []


def test_the_settings_are_those_of_the_server() -> None:
    source = ast.parse((ROOT / "backend" / "plenary" / "settings.py").read_text())
    [body] = [node.body for node in source.body if isinstance(node, ast.ClassDef) and node.name == "Settings"]
    meanings = {
        ast.unparse(field.target): ast.literal_eval(text.value)
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }
    expected = []
    for field in dataclasses.fields(Settings):
        made = "made on first use" if isinstance(field.default, bytes) else "none"
        default = int(field.default) if isinstance(field.default, bool) else field.default
        shown = f"`{default}`" if default not in (None, (), b"") else made
        expected.append(f"| `PLENARY_{field.name.upper()}` | {shown} | {meanings[field.name]} |")
    table = [line for line in section("Settings").splitlines() if line.startswith("| `")]
    assert table == expected, "The settings in README.md should be:\n" + "\n".join(expected)


def test_every_command_it_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= targets


def test_every_link_and_picture_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_test_that_the_table_of_failures_names_exists() -> None:
    tests = ROOT / "tests"
    table = (tests / "torture" / "README.md").read_text().partition("\n## What can go wrong")[2]
    numbers = [int(row) for row in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]
    assert numbers == list(range(1, 26))
    sources = "\n".join(file.read_text() for file in tests.rglob("*.py"))
    missing = {name for name in re.findall(r"\b(?:test_|[a-z]+_)\w+\b(?!\.py)", table) if f"def {name}(" not in sources}
    missing |= {path for path in re.findall(r"`([\w/]+\.py)`", table) if not list(tests.rglob(path.split("/")[-1]))}
    assert not missing
