"""Measure everything and print it: ``python -m benchmarks.state [--quick] [--write]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.speed.machine import describe
from benchmarks.state import array, history, session, values

RESULTS = Path(__file__).parent.parent / "results"


def main() -> int:
    """Measure and report; nothing passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.state", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    chosen = parser.parse_args()
    share = 10 if chosen.quick else 1

    report = [
        f"# Cost of state, Python {sys.version.split()[0]}",
        "",
        describe(),
        "",
        "Best and median of the rounds. *by hand*: `pickle.dumps` and SHA-256 of the value that changed,"
        " timed in turns with the commit. *all of it*: `cloudpickle.dumps(namespace)`, which is what a"
        " snapshot of everything would cost at every action.",
    ]
    for part in (values, array, history, session):
        print(f"{part.__name__} …", flush=True)
        report += ["", *part.report(share)]
    print("\n" + "\n".join(report[4:]))
    if chosen.write:
        version = ".".join(map(str, sys.version_info[:2]))
        path = RESULTS / f"state-{version}.md"
        path.write_text("\n".join(report) + "\n", encoding="utf-8")
        print(f"\nwritten: {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
