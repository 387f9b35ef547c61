"""Every example runs offline and prints what its docstring says; live it asks the model that is set."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))


def promised_output(script: Path) -> str:
    """What stands below ``Output of the replay:`` in the docstring."""
    doc = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    _, found, output = doc.partition("Output of the replay:\n\n")
    assert found, f"{script.name} does not say what it prints"
    return "\n".join(line.removeprefix("    ").rstrip() for line in output.splitlines()).strip()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_prints_offline_what_it_says(script: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "AGEX_MODEL"}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip()
    assert printed == promised_output(script)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_says_how_to_run_it_live(script: Path) -> None:
    text = script.read_text(encoding="utf-8")

    assert f"AGEX_MODEL=openai/gpt-5-mini python examples/{script.name}" in text
