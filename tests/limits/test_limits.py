"""Hostile programs stop within their limit, and the host and the session go on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .case import Hostile
from .child import MAX_MEMORY, WALL_SECONDS
from .programs import PROGRAMS

#: What nothing in the same process can stop, each program by name: docs/security.md says the same.
WORKER_ONLY = {
    "sizes/exponential comparison": "comparing exponentially aliased structures",
    "sizes/deep generators": "generators and tuples nested a hundred thousand deep",
    "sizes/hash of a deep tuple": "generators and tuples nested a hundred thousand deep",
    "catching/a generator left behind": "a generator left behind whose finally never ends",
    "decimals/a long integer and a decimal": "a decimal beside an integer of a million digits",
}

CASES = [
    pytest.param(family, index, case, id=f"{family}/{case.name}")
    for family, cases in PROGRAMS.items()
    for index, case in enumerate(cases)
    if sys.version_info[:2] >= case.since and f"{family}/{case.name}" not in WORKER_ONLY
]
STOP_SECONDS = 3.0
ROOM_MEGABYTES = 400 + 2 * (MAX_MEMORY >> 20)


@pytest.fixture(scope="module")
def runner() -> Iterator[subprocess.Popen[str]]:
    """A process that forks a child for every program."""
    package = __package__ or "limits"
    root = Path(__file__).parents[package.count(".") + 1]
    code = f"import sys; sys.path[:0] = [{str(root)!r}]; import {package}.child as c; c.main()"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


@pytest.mark.parametrize(("family", "index", "case"), CASES)
def test_a_hostile_program_is_stopped_and_the_session_goes_on(
    runner: subprocess.Popen[str],
    family: str,
    index: int,
    case: Hostile,
) -> None:
    report = _ask(runner, family, index)

    assert report.get("again") == "500500", report
    assert _longest(report) <= STOP_SECONDS, report
    assert report["shown"] <= 500_000, report
    assert report["megabytes"] <= ROOM_MEGABYTES, report
    if case.end == "limit":
        assert report["error"] == "LimitReached", report
    elif case.end == "stopped":
        assert report["error"] is not None, report


def _longest(report: dict[str, Any]) -> float:
    """The longest it took by any clock; a program that met the wall leaves no figures.

    Time in which the thread could run, and the machine ran other programs, is not its own.
    """
    taken: float = report.get("seconds", WALL_SECONDS) - report.get("queued_seconds", 0)
    after: float = report.get("seconds_after", 0) - report.get("queued_after", 0)
    return max(taken, after, report.get("processor_seconds", 0))


def _ask(runner: subprocess.Popen[str], family: str, index: int) -> dict[str, Any]:
    assert runner.stdin is not None and runner.stdout is not None
    runner.stdin.write(f"{family} {index}\n")
    runner.stdin.flush()
    return dict(json.loads(runner.stdout.readline()))


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    names = [(family, case.name) for family, cases in PROGRAMS.items() for case in cases]

    assert len(names) == len(set(names))
    assert len(names) >= 60


def test_what_only_a_worker_could_stop_is_at_most_six_programs_each_named_in_the_docs() -> None:
    known = {f"{family}/{case.name}" for family, cases in PROGRAMS.items() for case in cases}
    page = " ".join((Path(__file__).parents[2] / "docs" / "security.md").read_text().split())

    assert known >= WORKER_ONLY.keys()
    assert len(WORKER_ONLY) <= 6
    for kind in WORKER_ONLY.values():
        assert kind.lower() in page.lower(), kind
