"""Peers from npm and PyPI: installed on first use, at the exact versions of their lock files, apart from this house."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.machine import ROOT, Program, start
from tests.servers import free_port

PEERS = ROOT / "bench" / "peers"
PYTHON = ROOT / ".cache" / "peers"
LICENCES = "graphql-yoga, graphql-ws, mercurius, graphql-jit and fastify are MIT, eventsourcing is BSD-3-Clause"


def node(script: str, environment: Mapping[str, str], core: int = 0) -> Program:
    """A peer in Node, pinned like our servers."""
    bin_ = Path(subprocess.run([ROOT / ".ci" / "node"], check=True, capture_output=True, text=True).stdout.strip())
    lock = (PEERS / "package-lock.json").read_bytes()
    marker = PEERS / "node_modules" / ".installed"
    if not marker.exists() or marker.read_bytes() != lock:
        print("  installing the peers from npm", flush=True)
        path = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}"}
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([bin_ / "npm", "ci", *quiet], cwd=PEERS, env=path, check=True)
        marker.write_bytes(lock)
    port = free_port()
    settings = {"NODE_ENV": "production", "PORT": str(port), "SCHEMA": str(ROOT / "schema.graphql"), **environment}
    return start([str(bin_ / "node"), str(PEERS / script)], settings, port, core)


def python() -> Path:
    """The interpreter of an environment that holds the peers from PyPI."""
    lock, marker = (PEERS / "requirements.lock").read_bytes(), PYTHON / "installed"
    interpreter = PYTHON / "bin" / "python"
    if not marker.exists() or marker.read_bytes() != lock:
        print("  installing the peers from PyPI", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PYTHON], check=True)
        pip = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "-r", PEERS / "requirements.lock"], check=True)
        marker.write_bytes(lock)
    return interpreter
