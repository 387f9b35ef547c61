"""What the model reads in each example of the repository: characters and tokens, part by part.

``python -m benchmarks.context [--write] [--only NAME]``. Every script in ``examples/``, the bundled demo
and the tasks of :mod:`benchmarks.thirteen` are run as they are, offline, and each request that leaves a
task is looked at. Tokens are estimated at 3.6 characters; nothing is sent anywhere.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from agex.cli import main as agex_command
from agex.llm import LLMClient, ReplayClient
from agex.llm.budget import Meter, metered
from agex.messages import Message
from agex.render.budget import CHARS_PER_TOKEN
from benchmarks.thirteen.tasks import CASES

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "benchmarks" / "context.md"
REPLIES = ROOT / "benchmarks" / "thirteen" / "replies.md"
_API = "\n# What you have\n"
_PRIMER = "\n# About this work\n"


@dataclass(slots=True)
class Conversation:
    """All requests of one run of one task."""

    path: str
    requests: list[tuple[Message, ...]] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)


class Tap:
    """The client of one run, with a note taken of each request."""

    def __init__(self, client: LLMClient, conversation: Conversation) -> None:
        self._client = client
        self._conversation = conversation

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def complete(self, messages: Sequence[Message], **options: Any) -> Any:
        self._conversation.requests.append(tuple(messages))
        response = self._client.complete(messages, **options)
        self._conversation.replies.append(response.text)
        return response


@contextlib.contextmanager
def listening() -> Iterator[list[Conversation]]:
    """Every run that starts meanwhile, in order; each task gives each of its runs a client."""
    heard: list[Conversation] = []

    def tapped(client: LLMClient, meter: Meter, path: str = "") -> Any:
        heard.append(Conversation(path))
        return Tap(metered(client, meter, path), heard[-1])

    tasks = import_module("agex.task.task")
    patched = vars(tasks)
    before = patched["metered"]
    patched["metered"] = tapped
    try:
        yield heard
    finally:
        patched["metered"] = before


@dataclass(frozen=True, slots=True)
class Row:
    """Characters of one run of a task, by part; ``sent`` counts every request in full."""

    example: str
    task: str
    turns: int
    rules: int
    primer: int
    api: int
    assignment: int
    earlier: int
    replies: int
    observations: int
    sent: int

    @property
    def first(self) -> int:
        return self.rules + self.primer + self.api + self.assignment + self.earlier


def row(example: str, conversation: Conversation) -> Row:
    """One run, measured."""
    system, *earlier, assignment = conversation.requests[0]
    before_api, _, api = system.text.partition(_API)
    rules, _, primer = before_api.partition(_PRIMER)
    last = conversation.requests[-1][len(earlier) + 2 :]
    return Row(
        example=example,
        task=conversation.path,
        turns=len(conversation.requests),
        rules=len(rules),
        primer=len(primer),
        api=len(api),
        assignment=len(assignment.text),
        earlier=sum(len(m.text) for m in earlier),
        replies=sum(map(len, conversation.replies)),
        observations=sum(len(m.text) for m in last if m.role == "user"),
        sent=sum(len(m.text) for request in conversation.requests for m in request),
    )


def examples() -> dict[str, Callable[[], object]]:
    """What there is to run, by name."""
    found: dict[str, Callable[[], object]] = {
        "agex demo": lambda: agex_command(["demo", "--offline"])
    }
    for path in sorted((ROOT / "examples").glob("*.py")):
        if not path.name.startswith("_"):
            found[f"examples/{path.name}"] = _script(path)
    return found


def _script(path: Path) -> Callable[[], object]:
    def run() -> object:
        before = sys.argv, list(sys.path)
        sys.argv, sys.path = [str(path)], [str(path.parent), *sys.path]
        try:
            return runpy.run_path(str(path), run_name="__main__")
        finally:
            sys.argv, sys.path = before

    return run


def measure(wanted: Sequence[str] = ()) -> tuple[list[Row], list[str]]:
    """A row for each run, and a line for each example that did not end well."""
    os.environ.pop("AGEX_MODEL", None)  # offline: the examples answer themselves
    rows: list[Row] = []
    failures: list[str] = []
    for name, run in examples().items():
        if wanted and not any(part in name for part in wanted):
            continue
        with listening() as heard, contextlib.redirect_stdout(io.StringIO()):
            try:
                run()
            except SystemExit as ended:
                if ended.code:
                    failures.append(f"{name} ended with {ended.code}")
            except Exception as error:
                failures.append(f"{name}: {type(error).__name__}: {error}")
        rows += [row(name, conversation) for conversation in heard if conversation.requests]
    return rows, failures


def report(rows: Sequence[Row], failures: Sequence[str]) -> list[str]:
    """The figures as a page of Markdown."""
    lines = [
        "# What the model reads",
        "",
        "Characters, by `python -m benchmarks.context --write`. *Rules* are agex's own words, *primer* the",
        "developer's, *API* the stubs of what is registered; with *task* (the function to complete and its",
        "arguments) and *earlier* (what was said in calls before with the same state) they are the *first",
        "request*. *Replies* and *observations* are what a run adds. *Sent* adds up all requests of the run,",
        "each in full: a provider that caches the common beginning bills most of it at a fraction. Tokens",
        f"are estimated at {CHARS_PER_TOKEN} characters.",
        "",
        "| example | task | turns | rules | primer | API | task | earlier | first request | replies |"
        " observations | sent | ≈ tokens |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for entry in rows:
        numbers = (
            entry.turns, entry.rules, entry.primer, entry.api, entry.assignment, entry.earlier,
            entry.first, entry.replies, entry.observations, entry.sent, round(entry.sent / CHARS_PER_TOKEN),
        )  # fmt: skip
        cells = " | ".join(f"{number:,}" for number in numbers)
        lines.append(f"| {entry.example} | `{entry.task}` | {cells} |")
    if rows:
        turns, sent = sum(entry.turns for entry in rows), sum(entry.sent for entry in rows)
        lines += [
            "",
            f"{len(rows)} runs, {turns} requests, {sent:,} characters sent in all; the longest first "
            f"request has {max(entry.first for entry in rows):,}.",
        ]
    if failures:
        lines += ["", "Not measured to the end:", "", *(f"- {failure}" for failure in failures)]
    return lines


@dataclass(frozen=True, slots=True)
class Solved:
    """One of the thirteen tasks: what it took, and whether its result was right."""

    title: str
    right: bool
    requests: int
    first: int
    sent: int


def thirteen() -> list[Solved]:
    """The thirteen tasks, answered from the hand-written replay."""
    client = ReplayClient(REPLIES)
    found: list[Solved] = []
    for title, case in CASES.items():
        with listening() as heard:
            right = case(client)
        rows = [row(title, conversation) for conversation in heard]
        sent = sum(entry.sent for entry in rows)
        found.append(Solved(title, right, sum(entry.turns for entry in rows), rows[0].first, sent))
    return found


def report_thirteen(solved: Sequence[Solved]) -> list[str]:
    """The figures of the thirteen tasks as a section."""
    requests, sent = sum(one.requests for one in solved), sum(one.sent for one in solved)
    right = sum(one.right for one in solved)
    lines = [
        "",
        "## Thirteen tasks, answered by hand",
        "",
        "The tasks of `benchmarks/thirteen`, which a user of agents for data might give. **No model",
        "answered them**: the replies are a file written by hand, by a careful reader who knows agex. They",
        "say how much there is to read and how many requests can do; what a model needs is for a model to",
        "show. Requests and characters of sub-agents and of second calls are counted.",
        "",
        "| task | right | requests | first request | characters sent |",
        "|---|---|---:|---:|---:|",
        *(
            f"| {one.title} | {'yes' if one.right else '**no**'} | {one.requests} | {one.first:,} | "
            f"{one.sent:,} |"
            for one in solved
        ),
        "",
        f"{right} of {len(solved)} right, {requests} requests (aim: under 20), {sent:,} characters of "
        "prompt in all (aim: under 120,000).",
    ]
    return lines


def main() -> int:
    """Measure and print; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.context", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="part of an example's name")
    parser.add_argument("--write", action="store_true", help=f"keep the page in {PAGE.name}")
    chosen = parser.parse_args()

    lines = report(*measure(chosen.only))
    if not chosen.only:
        lines += report_thirteen(thirteen())
    print("\n".join(lines))
    if chosen.write:
        PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
