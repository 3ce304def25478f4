"""No key, token or password is kept in the repository."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a GitHub token": r"\bgh[oprsu]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22,}",
    "a Stripe key": r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{24,}",
    "an AWS key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a Google key": r"\bAIza[\w-]{35}",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a PyPI or npm token": r"\bpypi-[\w-]{32,}|\bnpm_[A-Za-z0-9]{36}|_authToken\s*=\s*[\w-]{8,}",
    "a password in an address": r"\b[a-z][a-z0-9+]*://[^\s/:@{}$<>'\"]+:(?!\$|plenary@|secret@|password@)[^\s/:@{}$<>'\"]{4,}@",
    "a value for a secret setting": r"(?m)^\s*(?:export )?PLENARY_(?:SECRET|KEY)\s*[=:]\s*[\w+/-]{16,}",
}


def secrets(text: str) -> list[str]:
    """What kinds of secret a text holds."""
    return [kind for kind, pattern in SECRETS.items() if re.search(pattern, text)]


def tracked(folder: Path) -> list[Path]:
    """The files that git keeps, or would keep if all were added."""
    kept = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(kept, cwd=folder, check=True, capture_output=True, text=True).stdout
    return [folder / name for name in names.split("\0") if name and (folder / name).is_file()]


def test_no_tracked_file_holds_a_secret() -> None:
    found = [
        f"{file.relative_to(ROOT)} holds {kind}"
        for file in tracked(ROOT)
        for kind in secrets(file.read_text(errors="replace"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "gh" + "p_" + "a1" * 18,
        "sk" + "_live_" + "4" * 24,
        "whsec" + "_" + "x" * 32,
        "AK" + "IA" + "Q" * 16,
        "AI" + "za" + "b" * 35,
        "xox" + "b-1234567890-abc",
        "npm" + "_" + "c" * 36,
        "postgresql://admin" + ":hunter2hunter2@db.example.org/plenary",
        "PLENARY_SECRET" + "=" + "0" * 32,
    ],
)
def test_a_planted_secret_is_found(planted: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "notes.txt").write_text(f"first line\n{planted}\n")
    assert [kind for file in tracked(tmp_path) for kind in secrets(file.read_text())]
