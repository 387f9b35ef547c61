"""What a call into a registered library costs agent code: ``python -m benchmarks.speed.library_calls``.

The same loop over one call, in plain Python and as an action with numpy and pandas registered by
their helpers; the difference per call is what the guards add.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agex.helpers import register_numpy, register_pandas
from agex.policy import Registry
from agex.sandbox import Session
from benchmarks.speed.measure import alternate

SETUP = """\
import numpy as np
import pandas as pd
a = np.arange(10.0)
f = pd.DataFrame({"x": [1, 2, 3], "g": ["a", "b", "a"]})
s = f["x"]
"""

CALLS = {
    "np.sqrt(2.0)": 20_000,
    "np.add(a, a)": 20_000,
    "a.sum()": 20_000,
    "a.shape": 40_000,
    "a[3]": 40_000,
    "a + 1": 20_000,
    "np.mean(a)": 5_000,
    "s.sum()": 2_000,
    "f['x']": 4_000,
    "f.shape": 10_000,
    "f.loc[0, 'x']": 1_000,
    "s.max()": 2_000,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds a call: plain, and added by the guards."""

    call: str
    plain: float
    added: float


def measure(call: str, times: int) -> Cost:
    """One call in a loop of a function, both ways."""
    define = f"def loop():\n    for _ in range({times}):\n        {call}\n"
    namespace: dict[str, Any] = {}
    exec(SETUP + define, namespace)
    registry = Registry()
    register_numpy(registry)
    register_pandas(registry)
    session = Session(registry.freeze())

    def run(source: str) -> Callable[[], object]:
        def action() -> None:
            result = session.run(source)
            if result.error is not None:
                raise RuntimeError(result.traceback)

        return action

    run(SETUP + define)()
    pair = alternate(namespace["loop"], run("loop()\n"), 7)
    plain, agex = min(pair.plain) / times * 1e6, min(pair.agex) / times * 1e6
    return Cost(call, plain, agex - plain)


def report() -> list[str]:
    """The table, as Markdown."""
    lines = [
        "## Calls into registered libraries",
        "",
        "| call | plain µs | added µs |",
        "|---|---:|---:|",
    ]
    for call, times in CALLS.items():
        cost = measure(call, times)
        lines.append(f"| `{cost.call}` | {cost.plain:.2f} | {cost.added:.2f} |")
    return lines


if __name__ == "__main__":
    print("\n".join(report()))
    sys.exit(0)
