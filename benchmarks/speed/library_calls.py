"""What a call into a registered library costs agent code.

Run as a module, ``benchmarks.speed.library_calls``. The same loop over one call, in plain Python and as an
action with numpy and pandas registered by their helpers, in turns and by the clock of the thread. What the
guards add is the median of the differences between neighbouring rounds; the spread (half of what lies
between the quartiles) says how far to trust it, since clocks waver by a few per cent and some of these
calls are long.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agex.helpers import register_numpy, register_pandas
from agex.policy import Registry
from agex.sandbox import Session

ROUNDS = 21

SETUP = """\
import numpy as np
import pandas as pd
a = np.arange(10.0)
f = pd.DataFrame({"x": [1, 2, 3], "g": ["a", "b", "a"]})
s = f["x"]
"""

CALLS = {
    "np.sqrt(2.0)": 10_000,
    "np.add(a, a)": 5_000,
    "np.zeros(3)": 10_000,
    "np.mean(a)": 1_000,
    "a.sum()": 3_000,
    "a.shape": 20_000,
    "a[3]": 20_000,
    "a + 1": 5_000,
    "s.sum()": 500,
    "s.max()": 500,
    "s.values": 2_000,
    "s[0]": 2_000,
    "len(f)": 10_000,
    "f.shape": 10_000,
    "f['x']": 500,
    "f.loc[0, 'x']": 500,
    "f.groupby('g')": 100,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds a call: plain, added by the guards, and how far the difference wavers."""

    call: str
    plain: float
    added: float
    spread: float


def measure(call: str, times: int) -> Cost:
    """One call in a loop of a function, both ways."""
    define = f"def loop():\n    for _ in range({times}):\n        {call}\n"
    namespace: dict[str, Any] = {}
    exec(SETUP + define, namespace)
    registry = Registry()
    register_numpy(registry)
    register_pandas(registry)
    session = Session(registry.freeze())
    result = session.run(SETUP + define)
    if result.error is not None:
        raise RuntimeError(result.traceback)
    plain, guarded = namespace["loop"], session.globals["loop"]
    seconds(plain)
    seconds(guarded)
    pairs = [
        (seconds(plain), seconds(guarded))
        if number % 2
        else tuple(reversed((seconds(guarded), seconds(plain))))
        for number in range(ROUNDS)
    ]
    added = [(mine - theirs) / times * 1e6 for theirs, mine in pairs]
    low, middle, high = statistics.quantiles(added, n=4)
    typical = statistics.median(theirs for theirs, _ in pairs) / times * 1e6
    return Cost(call, typical, middle, (high - low) / 2)


def seconds(work: Callable[[], object]) -> float:
    """The time that the calling thread works."""
    gc.collect()
    start = time.thread_time()
    work()
    return time.thread_time() - start


def report() -> list[str]:
    """The table, as Markdown."""
    lines = [
        "## Calls into registered libraries",
        "",
        "| call | plain µs | added µs | spread µs |",
        "|---|---:|---:|---:|",
    ]
    for call, times in CALLS.items():
        cost = measure(call, times)
        lines.append(f"| `{cost.call}` | {cost.plain:.2f} | {cost.added:.2f} | {cost.spread:.2f} |")
    return lines


if __name__ == "__main__":
    print("\n".join(report()))
    sys.exit(0)
