"""What one turn costs beside the model: ``python -m benchmarks.turn [--turns N] [--write]``.

A scripted model answers at once with the same five-line action, turn after turn, in one task call, so
that everything measured is the framework: parse the reply, compile and run the action, render the
observation, and in the second run commit a snapshot into memory. Turns early and late in the run stand
beside each other: the cost should not grow with the length of the conversation. Processor time of the
thread, because the machine may be busy; what plain Python takes to compile and run the same five lines is
timed in between, and says how fast the machine was meanwhile.

A second run with a clock around each part says where the time goes.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from agex import Agent, Versioned
from agex.event_types import LLMRequest
from agex.llm import ScriptedClient
from agex.messages import Message
from benchmarks.speed.machine import describe

RESULTS = Path(__file__).parent / "results"
ACTION = """Counting on.

```python
total = 0
for i in range(10):
    total += i * i
names = sorted({"b": 2, "a": 1})
print(total, names)
```
"""
LAST = "```python\ntask_success(total)\n```"
AIM = {"no state": 1.0, "snapshot in memory": 1.4}


def run(turns: int, state: Any) -> list[float]:
    """Milliseconds of processor time from one request to the next, for each turn."""
    replies = 0

    def answer(messages: Sequence[Message]) -> str:
        nonlocal replies
        replies += 1
        return ACTION if replies < turns else LAST

    agent = Agent(llm=ScriptedClient(answer), max_iterations=turns + 5, context_tokens=10_000_000)

    @agent.task
    def count() -> int:  # type: ignore[empty-body]
        """Count."""

    marks: list[float] = []

    def mark(event: Any) -> None:
        if isinstance(event, LLMRequest):
            marks.append(time.thread_time())

    count(state=state, on_event=mark)
    return [(b - a) * 1e3 for a, b in zip(marks, marks[1:], strict=False)]


PARTS = {
    "read and parse the reply": ("agex.task.loop", "parse_reply"),
    "compile: look at the source": ("agex.sandbox.compiler", "parse"),
    "compile: guard": ("agex.sandbox.compiler", "_compile"),
    "compile: bytecode": ("agex.sandbox.compiler", "_wrap"),
    "run": ("agex.sandbox.session", "Session._execute"),
    "the session around it": ("agex.sandbox.session", "Session.run"),
    "render": ("agex.task.loop", "observation_text"),
    "snapshot": ("agex.task.workspace", "Workspace.save"),
    "events": ("agex.task.place", "Place.emit"),
    "the request": ("agex.task.loop", "Run._ask"),
    "the turn around it": ("agex.task.loop", "Run._turn"),
}


@contextmanager
def clocked() -> Iterator[dict[str, list[float]]]:
    """For each part, its own milliseconds in each call, those of the parts inside it taken off."""
    spent: dict[str, list[float]] = {part: [] for part in PARTS}
    inside: list[float] = []
    undo: list[tuple[Any, str, Any]] = []

    def around(part: str, function: Any) -> Any:
        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.thread_time()
            inside.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                took = time.thread_time() - started
                spent[part].append((took - inside.pop()) * 1e3)
                if inside:
                    inside[-1] += took

        return timed

    for part, (module, name) in PARTS.items():
        owner: Any = import_module(module)
        *path, last = name.split(".")
        for step in path:
            owner = getattr(owner, step)
        undo.append((owner, last, getattr(owner, last)))
        setattr(owner, last, around(part, getattr(owner, last)))
    try:
        yield spent
    finally:
        for owner, last, function in undo:
            setattr(owner, last, function)


def shares(turns: int, state: Any) -> list[tuple[str, float]]:
    """The median milliseconds of each part of a turn, the dearest first."""
    with clocked() as spent:
        run(turns, state)
    found = [
        (part, statistics.median(times) * round(len(times) / turns))
        for part, times in spent.items()
        if times
    ]
    return sorted(found, key=lambda pair: -pair[1])


def plain() -> float:
    """Milliseconds that plain Python takes to compile and run the five lines."""
    code = ACTION.split("```python\n")[1].split("```")[0]
    times = []
    with contextlib.redirect_stdout(io.StringIO()):
        for _ in range(101):
            started = time.thread_time()
            exec(compile(code, "<plain>", "exec"), {})
            times.append((time.thread_time() - started) * 1e3)
    return statistics.median(times)


def median(times: list[float], around: int) -> float:
    """The median of the twenty turns that end at ``around``."""
    return statistics.median(times[max(0, around - 20) : around])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=202)
    parser.add_argument("--write", action="store_true", help="keep the table in results/")
    options = parser.parse_args()
    run(30, None)  # warm: imports, caches
    lines = [
        "# One turn of a five-line action, model apart",
        "",
        describe(),
        "",
        "Medians of twenty turns each, milliseconds of processor time; *plain*: to compile and run the",
        "same five lines without agex, timed before and after. The machine's load meanwhile, on",
        f"{os.cpu_count()} cores: {os.getloadavg()[0]:.1f}. Other work on it slows all of this down, caches first:",
        "compare with *plain*.",
        "",
        "| state | plain | turns 3 to 22 | last twenty turns | growth | aim |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for label, state in (("no state", None), ("snapshot in memory", Versioned())):
        before = plain()
        times = run(options.turns, state)
        machine = (before + plain()) / 2
        early, late = median(times, 22), median(times, len(times))
        lines.append(
            f"| {label} | {machine:.3f} | {early:.2f} | {late:.2f} | {late / early:.2f}× | "
            f"{AIM[label]:.1f} ms |"
        )
    lines += [
        "",
        "## Where it goes",
        "",
        "With a clock around each part, which costs a little itself.",
    ]
    for label, state in (("no state", None), ("snapshot in memory", Versioned())):
        parts = shares(options.turns, state)
        whole = sum(took for _, took in parts)
        lines += ["", f"| {label} | ms | share |", "|---|---:|---:|"]
        lines += [f"| {part} | {took:.3f} | {took / whole:.0%} |" for part, took in parts]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        import sys

        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        (RESULTS / f"turn-{version}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
