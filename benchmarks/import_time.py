"""How long ``import agex`` takes beside ``import pydantic``: medians of fresh processes, in turns.

``python -m benchmarks.import_time [--rounds N] [--write]``. The clock is read inside each process
around the import alone, so that starting the interpreter, the same for all, does not blur the ratio.
The aim is at most twice pydantic. ``import agex`` fetches its names on first use; the second row
is what a script that uses an agent really waits for.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.speed.machine import describe

RESULTS = Path(__file__).parent / "results"
YARDSTICK = "import pydantic; pydantic.BaseModel"
STATEMENTS = {
    "import agex": "import agex",
    "from agex import *": "from agex import *",
    "import pydantic": YARDSTICK,
}
AIM = 2.0
_PROGRAM = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


def seconds(statement: str, bytecode: str) -> float:
    """What one statement takes in a fresh interpreter that keeps its bytecode in a folder."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", _PROGRAM.format(statement)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


def measure(rounds: int) -> dict[str, float]:
    """The median seconds of each statement, in turns, after one round that compiles everything."""
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    with tempfile.TemporaryDirectory() as bytecode:
        for number in range(rounds + 1):
            for name, statement in STATEMENTS.items():
                taken = seconds(statement, bytecode)
                if number:
                    times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def report(medians: dict[str, float], rounds: int) -> list[str]:
    """The figures as a page of Markdown."""
    yardstick = medians["import pydantic"]
    rows = [
        f"| `{name}` | {median * 1e3:.1f} | {median / yardstick:.2f} |"
        for name, median in medians.items()
    ]
    return [
        f"# Import time, Python {sys.version.split()[0]}",
        "",
        describe(),
        "",
        f"Medians of {rounds} fresh processes each, in turns; the ratio is to `import pydantic`"
        f" (its `BaseModel` loaded). Aim: `import agex` at most {AIM:.0f}.",
        "",
        "| statement | ms | ratio |",
        "|---|---:|---:|",
        *rows,
    ]


def main() -> int:
    """Measure and print; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.import_time", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="fresh processes per row (15)")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    chosen = parser.parse_args()

    lines = report(measure(chosen.rounds), chosen.rounds)
    print("\n".join(lines))
    if chosen.write:
        version = ".".join(map(str, sys.version_info[:2]))
        path = RESULTS / f"import-{version}.md"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"\nwritten: {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
