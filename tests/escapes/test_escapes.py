"""No attack wins, in a fresh session or a warm one; each is a real attack; innocents still work."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from .case import Attack, Twin
from .families import FAMILIES
from .run import TIMEOUT_SECONDS, execute, run_guarded
from .world import World

ATTACKS = [
    pytest.param(attack, id=f"{family}/{attack.name}")
    for family, module in FAMILIES.items()
    for attack in module.ATTACKS
    if attack.applies and not attack.crashes
]
CRASHES = [
    pytest.param(family, attack, id=f"{family}/{attack.name}")
    for family, module in FAMILIES.items()
    for attack in module.ATTACKS
    if attack.applies and attack.crashes
]
TWINS = [
    pytest.param(twin, id=f"{family}/{twin.name}")
    for family, module in FAMILIES.items()
    for twin in getattr(module, "TWINS", [])
    if sys.version_info[:2] >= twin.since
]
MACHINERY_FAILURES = (AssertionError, SystemError, RecursionError, MemoryError, NotImplementedError)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_wins_nothing_in_a_fresh_session(attack: Attack) -> None:
    outcome = run_guarded(attack, warm=False)

    assert outcome.wins == [], attack.how
    _assert_decided(outcome.errors)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_wins_nothing_after_its_names_were_used_innocently(attack: Attack) -> None:
    outcome = run_guarded(attack, warm=True)

    assert outcome.wins == [], attack.how


@pytest.mark.parametrize(("family", "attack"), CRASHES)
def test_an_attack_that_crashes_the_interpreter_wins_nothing(family: str, attack: Attack) -> None:
    reports = _in_a_process("guarded", family, attack.name)

    assert [report["wins"] for report in reports] == [[], []], attack.how


def _assert_decided(errors: list[BaseException]) -> None:
    """A block must be a decision: no failure of the machinery, no running out of time."""
    for error in errors:
        assert not isinstance(error, MACHINERY_FAILURES), repr(error)
        assert type(error).__name__ != "LimitReached", str(error)
        assert not (isinstance(error, SyntaxError) and "$" in str(error)), str(error)


@pytest.mark.parametrize("twin", TWINS)
def test_an_innocent_program_with_the_same_features_still_works(twin: Twin) -> None:
    from agex.sandbox import Limits, Session

    expected = io.StringIO()
    with contextlib.closing(World(twin.modules)) as world, contextlib.redirect_stdout(expected):
        execute(twin.code, {"__name__": "__main__", **world.names()})
    with contextlib.closing(World(twin.modules)) as world:
        limits = Limits(timeout_seconds=TIMEOUT_SECONDS)
        result = Session(world.policy(), inputs=world.inputs, limits=limits).run(twin.code)

    assert result.error is None, result.traceback
    assert result.stdout == expected.getvalue()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_attack_of_a_family_wins_in_plain_python(family: str) -> None:
    reports = _in_a_process("plain", family)
    expected = [attack.name for attack in FAMILIES[family].ATTACKS if attack.works]

    assert [report["name"] for report in reports] == expected
    assert [report for report in reports if not report["wins"]] == []


def test_attack_names_are_unique_within_their_family() -> None:
    for family, module in FAMILIES.items():
        names = [attack.name for attack in module.ATTACKS]
        assert len(names) == len(set(names)), family


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(ATTACKS) >= 250


def _in_a_process(*arguments: str) -> list[dict[str, object]]:
    """What ``plain.main`` reports when it is run with these arguments in a fresh interpreter."""
    package = __package__ or "escapes"
    root = Path(__file__).parents[package.count(".") + 1]
    code = f"import sys; sys.path[:0] = [{str(root)!r}]; sys.argv[1:] = {list(arguments)!r}; "
    code += f"import {package}.plain as plain; plain.main()"
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
