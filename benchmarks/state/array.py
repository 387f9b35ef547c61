"""A gigabyte that does not change, over fifty actions: how often is it written, and read?"""

from __future__ import annotations

import os
import tempfile
import time

from agex.state import Versioned
from benchmarks.state.clock import human, once, size_of

ACTIONS = 50


def report(share: int) -> list[str]:
    """The table."""
    import numpy as np

    count = (1 << 30) // 8 // share
    lines = [
        f"## An array of {human(count * 8)} over {ACTIONS} actions",
        "",
        "It stands beside a counter that changes. *touched*: every action names it, so that its bytes"
        " are hashed each time to see that they are the same; *not touched*: the actions do not.",
        "",
        "| | first commit, s | file after it | 50 commits, s | file after them |",
        "|---|---:|---:|---:|---:|",
    ]
    array = np.random.default_rng(1).random(count)
    for title, names in (("not touched", ["n"]), ("touched", ["n", "array"])):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state.db")
            state = Versioned(path)
            state["array"], state["n"] = array, 0
            first = once(state.commit)
            size = size_of(path)
            actions = ACTIONS if title == "not touched" else max(2, ACTIONS // 10)
            start = time.perf_counter()
            for n in range(actions):
                state["n"] = n
                state.commit(touched=names)
            rest = time.perf_counter() - start
            said = f"{rest:.2f}" if actions == ACTIONS else f"{rest:.2f} for {actions}"
            lines.append(
                f"| {title} | {first:.2f} | {human(size)} | {said} | {human(size_of(path))} |"
            )
            state.close()
    return lines
