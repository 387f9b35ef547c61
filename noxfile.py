"""The project's sessions: ``nox`` alone runs lint, types, docs and tests, in that order.

They share one environment, installed once for each run of nox, because the libraries that the tests
drive are large. ``nox -s tests-3.12`` runs the tests on another interpreter, in its own environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "docs", "tests"]
nox.options.error_on_missing_interpreters = True

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
BENCHMARKS = ["import_time", "speed", "turn", "context", "state", "by_reference", "helpers"]
SHARED = Path(".nox", f"shared-{sys.version_info.major}.{sys.version_info.minor}")
# What a machine happens to have set must not decide what a session does.
UNSET = {"AGEX_MODEL": None, "PYTHONHASHSEED": None, "PYTHONPATH": None}
_installed: set[Path] = set()


def _shared_python(session: nox.Session) -> str:
    """The interpreter of the shared environment, which is made and brought up to date first."""
    python = SHARED / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        session.run(sys.executable, "-m", "venv", str(SHARED))
    if SHARED not in _installed:  # nox runs the sessions of one call in one process
        session.run(str(python), "-m", "pip", "install", "--quiet", "-e", ".[dev]", env=UNSET)
        _installed.add(SHARED)
    return str(python)


def _run(session: nox.Session, module: str, *arguments: str) -> None:
    session.run(_shared_python(session), "-m", module, *arguments, env=UNSET)


@nox.session(python=False)
def lint(session: nox.Session) -> None:
    """Style and spelling."""
    _run(session, "ruff", "check", ".")
    _run(session, "ruff", "format", "--check", ".")
    _run(session, "codespell_lib")


@nox.session(python=False)
def types(session: nox.Session) -> None:
    """mypy --strict on the package, and on the file that uses it as a caller would."""
    _run(session, "mypy", "--strict", *session.posargs)


@nox.session(python=False)
def docs(session: nox.Session) -> None:
    """Runs every Python block of README.md and docs/, and the examples in docstrings."""
    _run(session, "pytest", "tests/docs", *session.posargs)


@nox.session(python=False)
def tests(session: nox.Session) -> None:
    """The whole suite, on the interpreter that runs nox; one test at a time, since some hold a clock."""
    _run(session, "pytest", *session.posargs)


@nox.session(python=False)
def bench(session: nox.Session) -> None:
    """Measures, and keeps the tables in benchmarks/results/; ``-- import_time`` for one alone."""
    for name in session.posargs or BENCHMARKS:
        _run(session, f"benchmarks.{name}", "--write")


def _tests_on(version: str) -> None:
    @nox.session(name=f"tests-{version}", python=version, reuse_venv=True, default=False)
    def tests_on(session: nox.Session) -> None:
        session.install("-e", ".[dev]")
        session.run("python", "-m", "pytest", *session.posargs, env=UNSET)


for _version in PYTHONS:
    _tests_on(_version)
