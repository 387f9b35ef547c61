"""What a type checker says to somebody who uses agex: the file beside this one, and what it catches."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

PREAMBLE = '''\
from collections.abc import Callable
from typing import Any
from agex import Agent

agent = Agent()

@agent.task
def make_function(description: str) -> Callable[..., Any]:
    """Generate a Python function from a text description."""
    raise NotImplementedError

'''


def _mypy(path: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "pyproject.toml"]
    return subprocess.run([*command, str(path)], cwd=ROOT, capture_output=True, text=True)


def test_a_caller_under_mypy_strict_is_understood() -> None:
    done = _mypy(HERE / "usage.py")

    assert done.returncode == 0, done.stdout


def test_a_wrong_argument_is_an_error_and_the_result_has_its_type(tmp_path: Path) -> None:
    caller = tmp_path / "caller.py"
    caller.write_text(PREAMBLE + 'make_function(123)\nreveal_type(make_function("primes"))\n')

    done = _mypy(caller)

    assert 'No overload variant of "__call__" of "Task" matches argument type "int"' in done.stdout
    assert "def __call__(self, description: str) -> Callable[..., Any]" in done.stdout
    assert 'Revealed type is "def (*Any, **Any) -> Any"' in done.stdout
    assert done.returncode == 1
