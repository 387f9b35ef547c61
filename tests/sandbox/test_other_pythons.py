"""What one version of Python stored, another one makes again.

Other interpreters are found as ``python3.N`` on the path, or named in ``AGEX_OTHER_PYTHONS`` (separated
as paths are); one that cannot import agex's dependencies is skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agex.state.stores.sqlite import SqliteStore
from tests.sandbox.defined import CASES, Desk

ROOT = Path(__file__).parents[2]
READER = """
import json, sys
from agex.state.stores.sqlite import SqliteStore
from tests.sandbox.defined import Desk
found = {}
for name, (path, expression) in json.load(sys.stdin).items():
    try:
        found[name] = repr(Desk(SqliteStore(path)).run(expression))
    except BaseException as error:
        found[name] = f"{type(error).__name__}: {error}"
print(json.dumps(found))
"""


def interpreters() -> list[str]:
    named = os.environ.get("AGEX_OTHER_PYTHONS", "").split(os.pathsep)
    on_path = [shutil.which(f"python3.{minor}") for minor in range(11, 15)]
    found = []
    for python in [*named, *on_path]:
        if python and _minor(python) not in (None, sys.version_info[1]):
            found.append(python)
    return found


def _minor(python: str) -> int | None:
    """The minor version of an interpreter that can run agex."""
    code = "import sys, cloudpickle, RestrictedPython, pydantic; print(sys.version_info[1])"
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return int(run.stdout) if run.returncode == 0 else None


@pytest.mark.parametrize("python", interpreters() or [pytest.param("", marks=pytest.mark.skip)])
def test_every_kind_of_definition_works_on_another_python(python: str, tmp_path: Path) -> None:
    asked = {}
    for number, (name, (action, expression, _)) in enumerate(CASES.items()):
        path = str(tmp_path / f"{number}.db")
        Desk(SqliteStore(path)).run(action)
        asked[name] = (path, expression)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}

    run = subprocess.run(
        [python, "-c", READER], input=json.dumps(asked), env=environment,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    expected = {name: repr(value) for name, (_, _, value) in CASES.items()}
    assert json.loads(run.stdout) == expected
