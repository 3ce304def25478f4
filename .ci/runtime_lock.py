"""Prints the part of requirements.lock that Plenary needs to run, without the tools for working on it.

Names given as arguments are kept too, with what they need. The lock says for each package what asked for it ("via").
"""

import re
import sys
import tomllib
from pathlib import Path


def runtime(lock: str, names: set[str]) -> list[str]:
    """The lock's entries, hashes included, for these names and everything they need."""
    entries = {entry.partition("==")[0]: entry for entry in re.split(r"\n(?=\w)", lock.strip()) if "==" in entry}
    asked_by = {name: set(re.findall(r"#(?: via)?\s+([\w.-]+)", entry)) for name, entry in entries.items()}
    kept = {name.lower() for name in names}
    while more := {name for name, via in asked_by.items() if via & kept} - kept:
        kept |= more
    return [entry for name, entry in entries.items() if name in kept]


if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    wanted = {re.match(r"[\w.-]+", line)[0] for line in project["dependencies"]}
    print("\n".join(runtime(Path("requirements.lock").read_text(), wanted | set(sys.argv[1:]))))
