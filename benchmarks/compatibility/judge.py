"""Passed, refused or failed: what one test method, or one doctest example, came to in a world."""

from __future__ import annotations

import ast
import builtins
import doctest
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agex.errors import LimitReached, Refusal
from benchmarks.compatibility.adapt import Adapted
from benchmarks.compatibility.load import Loaded, explain, reason_of
from benchmarks.compatibility.worlds import Ran, World

_NOT_OFFERED = re.compile(r"has no registered attribute|has no attribute '\w+' here")
"""How a module's view says that a member is not among the ones agent code may have."""

FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


@dataclass(slots=True)
class Tally:
    """One module's outcomes by name: ``passed``, ``skipped``, ``refused: why`` or ``failed: why``."""

    methods: dict[str, str] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def count(self, which: dict[str, str]) -> Counter[str]:
        """How many of each kind."""
        return Counter(outcome.partition(":")[0] for outcome in which.values())


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """An error, what it holds if it is a group, and what led to it."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        here = pending.pop(0)
        if here is None or id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        pending += getattr(here, "exceptions", ())
        pending += [here.__cause__, here.__context__]


def judge(ran: Ran, world: World, loaded: Loaded, since: int) -> str:
    """The outcome of a run that should have ended without an error."""
    error = ran.error
    if error is None:
        return "passed"
    swallowed = world.refusals[since:]
    for link in causes_of(error):
        if isinstance(link, LimitReached):
            return f"refused: LimitReached: {link}"
        if isinstance(link, Refusal):
            return f"refused: {reason_of(link)}"
        if type(link).__name__ == "ShimNeedsHost":
            return f"refused: the test needs {link}"
        known = explain(link, loaded, "")
        if known:
            return f"refused: {known}"
        if isinstance(link, AttributeError) and _NOT_OFFERED.search(str(link)):
            return f"refused: {type(link).__name__}: {link}"
    if swallowed:
        return f"refused: {reason_of(swallowed[-1])}"
    return f"failed: {reason_of(error)}"


def run_methods(names: list[tuple[str, str]], world: World, loaded: Loaded) -> dict[str, str]:
    """Run every ``(class, method)`` as one action."""
    outcomes: dict[str, str] = {}
    for cls, method in names:
        label = f"{cls}.{method}"
        why = loaded.missing.get(cls) or loaded.missing.get(label)
        if why is not None:
            outcomes[label] = ("failed: " if why.startswith("?") else "refused: ") + why
            continue
        since = len(world.refusals)
        ran = world.run(f"shim_outcome = None\nshim_outcome = shim_run_case({cls}, {method!r})\n")
        outcome = judge(ran, world, loaded, since)
        said = world.lookup("shim_outcome")
        if outcome == "passed" and said != "ok":
            outcome = f"skipped: {said}"
        outcomes[label] = outcome
    return outcomes


def test_methods(namespace: dict[str, Any], base: type) -> list[tuple[str, str]]:
    """Every test method of the classes a plain namespace holds, in order of appearance."""
    found = []
    for name, value in list(namespace.items()):
        if isinstance(value, type) and issubclass(value, base) and value is not base:
            found += [(name, member) for member in dir(value) if member.startswith("test")]
    return found


def run_doctest(text: str, name: str, world: World, loaded: Loaded | None = None) -> dict[str, str]:
    """Run one docstring's examples one after the other, each as an action.

    What a refused example would have made, or worked on, is not as a later one expects it: where
    that one fails, it is the refusal's consequence.
    """
    outcomes: dict[str, str] = {}
    loaded = Loaded(dict(loaded.missing)) if loaded else Loaded()
    checker = doctest.OutputChecker()
    for number, example in enumerate(doctest.DocTestParser().get_examples(text, name), 1):
        since = len(world.refusals)
        ran = world.run(example.source)
        label = f"{name}#{number}"
        if ran.error is not None:
            outcome = judge_raised(example, ran, world, loaded, since)
        elif example.exc_msg is not None:
            outcome = f"failed: {example.exc_msg.strip()} was not raised"
        else:
            got = ran.stdout + ("" if ran.output is None else f"{ran.output!r}\n")
            flags = FLAGS | sum(flag for flag, on in example.options.items() if on)
            outcome = "passed"
            if not checker.check_output(example.want, got, flags):
                outcome = f"failed: expected {example.want!r}, got {got!r}"
        used = names_in(example.source)
        if outcome.startswith("failed"):
            why = next((loaded.missing[n] for n in sorted(used) if n in loaded.missing), None)
            outcome = outcome if why is None else f"refused: {why}"
        if outcome.startswith("refused"):
            for touched in used:
                if not hasattr(builtins, touched):
                    loaded.missing.setdefault(touched, outcome.removeprefix("refused: "))
        outcomes[label] = outcome
    return outcomes


def names_in(source: str) -> set[str]:
    """Every name a source mentions or defines."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }


def judge_raised(
    example: doctest.Example, ran: Ran, world: World, loaded: Loaded, since: int
) -> str:
    """The outcome of an example that raised."""
    assert ran.error is not None
    if example.exc_msg is not None:
        expected = example.exc_msg.strip().partition(":")[0].rpartition(".")[2]
        kinds = {kind.__name__ for kind in type(ran.error).__mro__}
        if expected in kinds and not isinstance(ran.error, Refusal):
            return "passed"
        if expected in kinds:
            return "passed" if expected == "SyntaxError" else judge(ran, world, loaded, since)
    return judge(ran, world, loaded, since)


def doctest_strings(adapted: Adapted, source: str, namespace: dict[str, Any]) -> dict[str, str]:
    """The docstrings a test module hands to doctest."""
    texts = dict(namespace.get("__test__") or {})
    if "doctest" in source and ">>>" in adapted.docstring:
        texts["module"] = adapted.docstring
    return {name: text for name, text in texts.items() if isinstance(text, str)}
