"""What one turn costs beside the model: ``python -m benchmarks.turn [--turns N] [--write]``.

A scripted model answers at once with the same five-line action, turn after turn, in one task call, so
that everything measured is the framework: parse the reply, compile and run the action, render the
observation, and in the second run commit a snapshot into memory. Turns early and late in the run stand
beside each other: the cost should not grow with the length of the conversation. Processor time of the
thread, because the machine may be busy.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
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
        "Medians of twenty turns each, milliseconds of processor time.",
        "",
        "| state | turns 3 to 22 | last twenty turns | growth | aim |",
        "|---|---:|---:|---:|---:|",
    ]
    for label, state in (("no state", None), ("snapshot in memory", Versioned())):
        times = run(options.turns, state)
        early, late = median(times, 22), median(times, len(times))
        lines.append(
            f"| {label} | {early:.2f} | {late:.2f} | {late / early:.2f}× | {AIM[label]:.1f} ms |"
        )
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        import sys

        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        (RESULTS / f"turn-{version}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
