"""Each example plays its replay and prints, word for word, what its first comment says."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
NEEDS = {
    "multi": ["numpy", "plotly"],
    "data_analysis": ["pandas", "plotly"],
    "routing": ["numpy", "pandas", "matplotlib"],
}
EXPECTED = {
    "data_analysis", "db", "dogfood", "evaluator_optimizer", "funcy", "mathy", "multi", "routing",
}  # fmt: skip


def promised_output(script: Path) -> str:
    """The indented lines below ``Output of the replay:``, the last thing in the first comment."""
    words = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    _, found, output = words.partition("Output of the replay:\n\n")
    assert found, f"{script.name} does not show its output"
    return textwrap.dedent(output).strip()


def run(script: Path, folder: Path) -> str:
    """What the script prints without a model, started from another folder."""
    environment = {key: value for key, value in os.environ.items() if key != "AGEX_MODEL"}
    environment["PYTHONWARNINGS"] = "error::UserWarning"
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_prints_what_it_promises(script: Path, tmp_path: Path) -> None:
    for package in NEEDS.get(script.stem, []):
        pytest.importorskip(package)

    printed = run(script, tmp_path)

    assert printed.strip() == promised_output(script)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_says_how_to_ask_a_model(script: Path) -> None:
    words = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""

    assert f"python examples/{script.name} " in words
    assert f"AGEX_MODEL=openai/gpt-5-mini python examples/{script.name}" in words


def test_the_orchestrator_writes_a_figure(tmp_path: Path) -> None:
    for package in NEEDS["multi"]:
        pytest.importorskip(package)

    run(EXAMPLES / "multi.py", tmp_path)

    assert "plotly" in (tmp_path / "walks.html").read_text(encoding="utf-8")


def test_every_example_has_a_replay_of_its_own() -> None:
    names = {script.stem for script in SCRIPTS}

    assert names >= EXPECTED
    assert {path.stem for path in (EXAMPLES / "replays").glob("*.md")} >= EXPECTED
