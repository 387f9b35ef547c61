"""A thousand values, all of them in memory, one changed in place: what does the commit cost?"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable
from typing import Any

import cloudpickle

from agex.state import Versioned
from benchmarks.state.clock import Times, human, in_turns, once, size_of

ROUNDS = 40


def dicts(number: int) -> dict[str, float]:
    """About 256 kB of text to floats."""
    return {f"key{n}": n * 1.1 + number for n in range(13_400)}


def change_dict(value: dict[str, float], number: int) -> None:
    """One entry, in place."""
    value["key7"] = number + 0.5


def arrays(number: int) -> Any:
    """256 kB of float64."""
    import numpy as np

    return np.arange(32_000.0) + number


def change_array(value: Any, number: int) -> None:
    """One element, in place."""
    value[7] = number + 0.5


def row(
    kind: str,
    where: str,
    make: Callable[[int], Any],
    change: Callable[[Any, int], None],
    count: int,
) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "state.db")
        state = Versioned(None if where == "memory" else path)
        for n in range(count):
            state[f"v{n}"] = make(n)
        state.commit()
        state.blobs.forget()
        # All of it is read: the state must find out by itself that 999 were left alone.
        for n in range(count):
            state[f"v{n}"]
        own = make(7)

        def by_hand(number: int) -> None:
            change(own, number)
            stream = pickle.dumps(own, 5)
            hashlib.sha256(stream).hexdigest()

        def commit(number: int) -> None:
            change(state["v7"], number)
            state.commit(touched=["v7"])

        before = len(state.history()), stored(state, path)
        hand, ours = in_turns(ROUNDS, by_hand, commit)
        commits = len(state.history()) - before[0]
        written = (stored(state, path) - before[1]) / commits
        everything = once(lambda: cloudpickle.dumps(dict(state)))
        state.close()
    return (
        f"| {count} {kind} | {where} | {hand} | {ours} | **{ratio(ours, hand)}** | {human(written)} "
        f"| {everything * 1e3:.0f} |"
    )


def ratio(ours: Times, hand: Times) -> str:
    """The best over the best, and the median over the median."""
    return f"{ours.best / hand.best:.2f} ({ours.median / hand.median:.2f})"


def stored(state: Versioned, path: str) -> int:
    """Bytes that the store holds."""
    if os.path.exists(path):
        state.blobs.store._guard("read").__enter__().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return size_of(path)
    return sum(map(len, state.blobs.store._blobs.values()))


def report(share: int) -> list[str]:
    """The table."""
    count = 1000 // share
    lines = [
        f"## One of {count} values changed in place",
        "",
        "Each value is about 256 kB. Aim: at most 2 times the work by hand in memory, 4 times on disk.",
        "",
        "| values | store | by hand, ms | commit, ms | ratio | bytes of a commit | all of it, ms |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for where in ("memory", "SQLite file"):
        lines.append(row("dicts", where, dicts, change_dict, count))
        lines.append(row("arrays", where, arrays, change_array, count))
    few = 10
    lines.append(row("dicts", "memory", dicts, change_dict, few))
    lines += ["", f"The last row has {few} values: the other {count - few} cost nothing."]
    return lines
