"""What passing a large array between agents costs in memory: ``python -m benchmarks.by_reference [--write]``.

A caller hands an array to a boss, whose code hands it to a worker, whose code changes one element and
hands it back; the boss returns it to the caller. And the other way round: the worker makes the array.
Each row is a process of its own. *peak above the array* is how much the largest resident size ever held
(``VmHWM``) grew beyond the array itself; the last row shows what one copy looks like.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from agex import Agent  # noqa: E402
from agex.helpers import register_numpy  # noqa: E402
from agex.llm import ScriptedClient  # noqa: E402
from benchmarks.speed.machine import describe  # noqa: E402

MEGABYTE = 1_000_000
WAYS = {
    "through": "caller → boss → worker → boss → caller",
    "made": "worker makes it → boss → caller",
    "copied": "the first, with `copy_inputs=True` for the boss",
}
ROWS = (("through", 1), ("through", 100), ("through", 1_000), ("made", 1_000), ("copied", 1_000))
SPARE = 500
"""Megabytes that have to be free beside the arrays."""


def memory(key: str, file: str = "/proc/self/status") -> int:
    """Megabytes the kernel gives under ``key``."""
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        if line.startswith(key):
            return int(line.split()[1]) * 1024 // MEGABYTE
    raise KeyError(key)


def measure(way: str, megabytes: int) -> dict[str, float]:
    """One row, in this process: the peak above the array, and the time of the whole run."""
    import numpy as np

    size = megabytes * MEGABYTE // 8
    if way == "made":
        worker_code = f"import numpy as np\ntask_success(np.ones({size}))"
        boss_code = "task_success(make())"
    else:
        worker_code = "a[0] = 7.0\ntask_success(a)"
        boss_code = "task_success(mark(a))"
    fence = "```python\n{}\n```"
    boss = Agent(name="boss", llm=ScriptedClient([fence.format(boss_code)] * 2), max_memory=None)
    worker = Agent(
        name="worker", llm=ScriptedClient([fence.format(worker_code)] * 2), max_memory=None
    )
    register_numpy(worker)

    @boss.fn
    @worker.task
    def mark(a: np.ndarray) -> np.ndarray:
        """Set the first element to 7 and return the array."""
        raise NotImplementedError

    @boss.fn
    @worker.task
    def make() -> np.ndarray:
        """Make a large array."""
        raise NotImplementedError

    @boss.task(copy_inputs=way == "copied")
    def through(a: np.ndarray) -> np.ndarray:
        """Have the array marked."""
        raise NotImplementedError

    @boss.task
    def made() -> np.ndarray:
        """Have an array made."""
        raise NotImplementedError

    if way != "made":
        through(np.ones(8))  # what is imported and compiled once is not what is asked here
        given = np.ones(size)
        before, start = memory("VmHWM"), time.perf_counter()
        back = through(given)
        assert back[0] == 7.0
        assert (back is given) == (way == "through")
        peak = memory("VmHWM") - before
    else:
        before, start = memory("VmHWM"), time.perf_counter()
        back = made()
        assert back.nbytes == size * 8
        peak = memory("VmHWM") - before - megabytes
    return {"peak": peak, "milliseconds": (time.perf_counter() - start) * 1e3}


def row(way: str, megabytes: int) -> str:
    """One row of the table, from a process of its own; where it does not fit, it says so."""
    needed = megabytes * (2 if way == "copied" else 1) + SPARE
    free = memory("MemAvailable", "/proc/meminfo")
    shown = f"{megabytes:,} MB"
    if free < needed:
        return f"| {WAYS[way]} | {shown} | skipped, {free:,} MB free | |"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.by_reference", "--one", way, str(megabytes)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    return f"| {WAYS[way]} | {shown} | {found['peak']:,} MB | {found['milliseconds']:,.0f} ms |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.by_reference", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "MB"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one[0], int(chosen.one[1]))))
        return 0
    lines = [
        "# A large array between agents",
        "",
        describe(),
        "",
        "How far the process's peak memory grew beyond the array itself, each row in a fresh process."
        " The model is instant, so the time is agex's own and numpy's.",
        "",
        "| way of the array | size | peak above the array | whole run |",
        "|---|---:|---:|---:|",
        *(row(way, megabytes) for way, megabytes in ROWS),
    ]
    print("\n".join(lines))
    if chosen.write:
        target = ROOT / "benchmarks" / "results" / "by_reference.md"
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
