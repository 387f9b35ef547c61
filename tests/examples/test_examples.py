"""Each example plays its replay and prints, word for word, what its first comment says."""

from __future__ import annotations

import ast
import base64
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

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
    "time_travel",
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


def test_the_orchestrator_writes_a_figure_that_a_browser_can_draw(tmp_path: Path) -> None:
    """What the page hands to the library that draws: six lines of 200 points, named and titled."""
    for package in NEEDS["multi"]:
        pytest.importorskip(package)

    run(EXAMPLES / "multi.py", tmp_path)

    page = (tmp_path / "walks.html").read_text(encoding="utf-8")
    handed = page[page.rindex("Plotly.newPlot(") :]
    reader = json.JSONDecoder()
    traces, end = reader.raw_decode(handed, handed.index("["))
    layout, _ = reader.raw_decode(handed, handed.index("{", end))
    assert [trace["name"] for trace in traces] == [*(f"walk {n}" for n in range(1, 6)), "mean"]
    assert {points(trace["y"]) for trace in traces} == {200}
    assert layout["title"]["text"] == "Five random walks and their mean"
    assert layout["xaxis"]["title"]["text"] == "step"
    assert 'src="http' not in page


def points(values: Any) -> int:
    """How many values a list holds, or an array as plotly writes it: bytes and their type."""
    if isinstance(values, list):
        return len(values)
    size = {"i1": 1, "i2": 2, "i4": 4, "f4": 4, "f8": 8, "i8": 8}[values["dtype"]]
    return len(base64.b64decode(values["bdata"])) // size


def test_every_example_has_a_replay_of_its_own() -> None:
    names = {script.stem for script in SCRIPTS}

    assert names >= EXPECTED
    assert {path.stem for path in (EXAMPLES / "replays").glob("*.md")} >= EXPECTED
