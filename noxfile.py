"""The project's sessions: ``nox`` alone runs lint, types, docs and tests, in that order.

All of them share one environment, installed once and reused, because the libraries the tests drive
are large. ``nox -s tests-3.12`` runs the tests on another interpreter, in an environment of its own.
"""

from __future__ import annotations

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "docs", "tests"]
nox.options.error_on_missing_interpreters = True

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
BENCHMARKS = ["import_time", "speed"]
SHARED = ".nox/shared"
# What a machine happens to have set must not decide what a session does.
QUIET = {"AGEX_MODEL": None, "PYTHONHASHSEED": None, "PYTHONPATH": None}


def _install(session: nox.Session) -> None:
    session.install("-e", ".[dev]")


@nox.session(venv_location=SHARED, reuse_venv=True)
def lint(session: nox.Session) -> None:
    """Style and spelling."""
    _install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell")


@nox.session(venv_location=SHARED, reuse_venv=True)
def types(session: nox.Session) -> None:
    """mypy --strict on the package, and on the file that uses it as a caller would."""
    _install(session)
    session.run("mypy", "--strict", *session.posargs)


@nox.session(venv_location=SHARED, reuse_venv=True)
def docs(session: nox.Session) -> None:
    """Runs every Python block of README.md and docs/, and the examples in docstrings."""
    _install(session)
    session.run("python", "-m", "pytest", "tests/docs", *session.posargs, env=QUIET)


@nox.session(venv_location=SHARED, reuse_venv=True)
def tests(session: nox.Session) -> None:
    """The whole suite, on the interpreter that runs nox."""
    _install(session)
    session.run("python", "-m", "pytest", *session.posargs, env=QUIET)


@nox.session(venv_location=SHARED, reuse_venv=True)
def bench(session: nox.Session) -> None:
    """Measures, and keeps the tables in benchmarks/results/; ``-- import_time`` for one alone."""
    _install(session)
    for name in session.posargs or BENCHMARKS:
        session.run("python", "-m", f"benchmarks.{name}", "--write", env=QUIET)


def _tests_on(version: str) -> None:
    @nox.session(name=f"tests-{version}", python=version, reuse_venv=True, default=False)
    def tests_on(session: nox.Session) -> None:
        _install(session)
        session.run("python", "-m", "pytest", *session.posargs, env=QUIET)

    tests_on.__doc__ = f"The whole suite on Python {version}."


for _version in PYTHONS:
    _tests_on(_version)
