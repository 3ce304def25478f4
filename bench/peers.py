"""Peers from npm and PyPI: installed on first use, at the exact versions of their lock files, apart from this house."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.machine import ROOT, Program, start
from tests.servers import free_port

PEERS = ROOT / "bench" / "peers"
NODE, PYTHON = ROOT / ".cache" / "peers-npm", ROOT / ".cache" / "peers"


def node(script: str, environment: Mapping[str, str], core: int = 0) -> Program:
    """A peer in Node, pinned like our servers."""
    bin_ = Path(subprocess.run([ROOT / ".ci" / "node"], check=True, capture_output=True, text=True).stdout.strip())
    lock, marker = (PEERS / "package-lock.json").read_bytes(), NODE / "installed"
    NODE.mkdir(parents=True, exist_ok=True)
    for file in (*PEERS.glob("*.mjs"), *PEERS.glob("package*.json")):
        shutil.copy(file, NODE)  # Node looks for packages beside the program
    if not marker.exists() or marker.read_bytes() != lock:
        print("  installing the peers from npm", flush=True)
        path = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}"}
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([bin_ / "npm", "ci", *quiet], cwd=NODE, env=path, check=True)
        marker.write_bytes(lock)
    port = free_port()
    settings = {
        "NODE_ENV": "production",
        "NODE_NO_WARNINGS": "1",
        "PORT": str(port),
        "SCHEMA": str(ROOT / "schema.graphql"),
        **environment,
    }
    return start([str(bin_ / "node"), str(NODE / script)], settings, port, core)


def python() -> Path:
    """The interpreter of an environment that holds the peers from PyPI."""
    lock, marker = (PEERS / "requirements.lock").read_bytes(), PYTHON / "installed"
    interpreter = PYTHON / "bin" / "python"
    if not marker.exists() or marker.read_bytes() != lock:
        print("  installing the peers from PyPI", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PYTHON], check=True)
        pip: list[str | Path] = [
            interpreter,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        subprocess.run([*pip, "-r", PEERS / "requirements.lock"], check=True)
        marker.write_bytes(lock)
    return interpreter
