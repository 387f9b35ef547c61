"""A small action's snapshot, early and late in a run."""

from __future__ import annotations

import os
import tempfile

import cloudpickle

from agex.event_types import Action, Observation
from agex.state import Versioned
from benchmarks.state.clock import in_turns

TURNS = 200


def report(share: int) -> list[str]:
    """The table."""
    lines = [
        "## A five-line action's snapshot",
        "",
        "Three small names set, two events and one line of conversation stored. Aim: at most 0.4 ms in"
        " memory, and the same at turn 200 as at turn 2.",
        "",
        "| store | at turn 2, ms | at turn 200, ms | all of it at turn 200, ms |",
        "|---|---:|---:|---:|",
    ]
    for where in ("memory", "SQLite file"):
        with tempfile.TemporaryDirectory() as folder:
            state = Versioned(None if where == "memory" else os.path.join(folder, "state.db"))
            space = state.namespace()
            log = space.log("conversation")

            def act(n: int) -> None:
                space.globals["total"] = n * 1.5
                space.globals["rows"] = [n, n + 1]
                space.globals["name"] = f"turn {n}"
                log.append({"role": "user", "text": "an observation " * 10})
                facts = {"path": "agent.task", "run_id": "r", "turn": n}
                events = (
                    Action(code="total = 1\n" * 5, **facts),
                    Observation(text="ok " * 20, **facts),
                )
                space.commit(["total", "rows", "name"], message="turn", events=events)

            (early,) = in_turns(30, act)
            for n in range(TURNS):
                space.globals[f"kept{n}"] = {"n": n, "rows": list(range(50))}
                space.commit([f"kept{n}"])
            late, everything = in_turns(100, act, lambda n: cloudpickle.dumps(dict(state)))
            lines.append(f"| {where} | {early} | {late} | {everything} |")
            state.close()
    return lines
