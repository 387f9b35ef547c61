"""Measure everything and print it: ``python -m benchmarks.speed [--rounds N] [--only NAME] [--write]``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.speed import costs, library_calls
from benchmarks.speed.machine import describe
from benchmarks.speed.measure import Pair, alternate, geometric_mean
from benchmarks.speed.programs import Program, load
from benchmarks.speed.world import agex_world, plain_world

RESULTS = Path(__file__).parent.parent / "results"
AIM_MEAN = 1.3 if sys.version_info >= (3, 12) else 1.4
AIM_WORST = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """One program's figures."""

    program: Program
    pair: Pair


def measure(program: Program, rounds: int) -> Row:
    """Run one program both ways, and make sure that both computed the same."""
    namespace, plain = plain_world(program.definitions, program.timed)
    session, agex = agex_world(program.definitions, program.timed)
    pair = alternate(plain, agex, rounds)
    expected, found = namespace["checksum"], session.namespace["checksum"]
    if expected != found or type(expected) is not type(found):
        raise AssertionError(f"{program.name}: plain gives {expected!r}, agex {found!r}")
    return Row(program, pair)


def table(rows: list[Row]) -> list[str]:
    """The figures as a Markdown table, slowest ratio last."""
    lines = [
        "| program | what it does most | plain ms | agex ms | ratio | median ratio |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for row in sorted(rows, key=lambda row: row.pair.ratio):
        plain, agex = min(row.pair.plain) * 1e3, min(row.pair.agex) * 1e3
        lines.append(
            f"| {row.program.name} | {row.program.title} | {plain:.1f} | {agex:.1f} "
            f"| {row.pair.ratio:.2f} | {row.pair.median_ratio:.2f} |"
        )
    return lines


def summary(rows: list[Row]) -> list[str]:
    """Means and the worst, beside what is aimed at."""
    worst = max(rows, key=lambda row: row.pair.ratio)
    mean = geometric_mean(row.pair.ratio for row in rows)
    median_mean = geometric_mean(row.pair.median_ratio for row in rows)
    return [
        f"- geometric mean of {len(rows)} programs: **{mean:.2f}** "
        f"(of the median ratios {median_mean:.2f}; aim: at most {AIM_MEAN})",
        f"- worst: **{worst.pair.ratio:.2f}**, {worst.program.name} (aim: at most {AIM_WORST:.0f})",
    ]


def main() -> int:
    """Measure what was asked for; the exit code says whether every program ran, not how fast."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds per program (9)")
    parser.add_argument("--only", default="", help="programs whose name contains this")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    chosen = parser.parse_args()

    rows, failed = [], []
    for program in load(chosen.only):
        try:
            row = measure(program, chosen.rounds)
        except Exception as failure:
            print(f"{program.name:20} FAILED: {str(failure).splitlines()[-1][:150]}", flush=True)
            failed.append(program.name)
            continue
        rows.append(row)
        print(
            f"{program.name:20} {min(row.pair.plain) * 1e3:8.1f} ms  {row.pair.ratio:5.2f}"
            f"  (median {row.pair.median_ratio:.2f})",
            flush=True,
        )
    report = [
        f"# Speed of agent code, Python {sys.version.split()[0]}",
        "",
        describe(),
        "",
        f"Full guards and default limits, in turns with plain `exec` in one process, {chosen.rounds}"
        " rounds, processor time. *ratio*: best round over best round; *median ratio*: the median"
        " of the ratios of neighbouring rounds.",
        "",
        *table(rows),
        "",
        *summary(rows),
    ]
    if failed:
        report.append(f"- **did not run**: {', '.join(failed)}")
    if not chosen.only:
        report += ["", *costs.report()]
        if find_spec("numpy") and find_spec("pandas"):
            report += ["", *library_calls.report()]
    print("\n" + "\n".join(report[4:]))
    if chosen.write:
        version = ".".join(map(str, sys.version_info[:2]))
        path = RESULTS / f"speed-{version}.md"
        path.write_text("\n".join(report) + "\n", encoding="utf-8")
        print(f"\nwritten: {path.name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
