"""Carries out a Dockerfile as plain processes, each stage in a folder: what its image would hold, without an engine."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

Instruction = tuple[str, str]


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile: name and the rest, with continued lines joined and comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [
        (name.upper(), rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line.strip())
    ]


@dataclass
class Stage:
    """One stage of a Dockerfile: its folder stands for "/" of the image."""

    base: str
    root: Path
    env: dict[str, str]
    workdir: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def here(self, path: PurePosixPath | str) -> Path:
        """Where a path of the image is on this machine."""
        return self.root / (self.workdir / path).relative_to("/")

    def copy(self, source: Path, target: str) -> None:
        """COPY of one file, or of what a folder holds."""
        to = self.here(target)
        if source.is_dir():
            shutil.copytree(source, to, dirs_exist_ok=True, symlinks=True)
        else:
            (to if target.endswith("/") else to.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(source, to)

    def run(self, line: str) -> None:
        """RUN; its cache mounts are this machine's own caches. Fails with everything it printed."""
        line = re.sub(r"^(--mount=\S+\s+)*", "", line)
        done = subprocess.run(
            ["sh", "-c", line], cwd=self.here("."), env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"RUN {line}\n{done.stdout}{done.stderr}"


def build(text: str, context: Path, folder: Path, env: Mapping[str, str]) -> list[Stage]:
    """Carry out all stages, in order. `env` is what the base images would give: a PATH with python, node and npm."""
    stages: dict[str, Stage] = {}
    stage = Stage("", folder, {})
    for name, rest in instructions(text):
        words = shlex.split(rest)
        match name:
            case "FROM":
                alias = words[2] if words[1:2] == ["AS"] else str(len(stages))
                stage = stages[alias] = Stage(words[0], folder / alias, dict(env))
            case "WORKDIR":
                stage.workdir /= rest
                stage.here(".").mkdir(parents=True, exist_ok=True)
            case "ENV":
                for key, _, value in (word.partition("=") for word in words):
                    ours = re.sub(r"(?<![\w.])/plenary\b", str(stage.root / "plenary"), value)
                    stage.env[key] = ours.replace("$PATH", stage.env["PATH"])
            case "COPY":
                origin = stages[words.pop(0).removeprefix("--from=")] if words[0].startswith("--from=") else None
                for source in words[:-1]:
                    stage.copy(origin.here(source) if origin else context / source, words[-1])
            case "RUN":
                stage.run(rest)
            case "HEALTHCHECK":
                stage.health = ["sh", "-c", rest.partition("CMD ")[2]]
            case "CMD":
                stage.command = json.loads(rest)
            case "USER" | "EXPOSE" | "VOLUME":
                pass
            case _:
                raise NotImplementedError(f"{name} has no meaning here yet")
    return list(stages.values())
