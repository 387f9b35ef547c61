"""Tests of a result that the caller brought along: functions, and the examples of the docstring."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, TypeAlias

from agex.errors import LimitReached
from agex.sandbox.trees import parsed
from agex.task.options import Check

if TYPE_CHECKING:
    import doctest

Bounded: TypeAlias = Callable[[Callable[[], Any]], Any]
"""Runs a function that may enter agent code, within the limits of one action."""


def run_checks(checks: Sequence[Check], result: Any, bounded: Bounded) -> str:
    """What the first failing check says, as a line for the model; ``""`` when all pass.

    A check fails by raising, or by answering something falsy other than ``None``: a function of
    asserts returns ``None``, and has passed.
    """
    for check in checks:
        name = getattr(check, "__name__", type(check).__name__)
        label = "the check" if name == "<lambda>" else name
        try:
            answer = bounded(lambda check=check: check(result))  # type: ignore[misc]  # default argument
            passed = answer is None or bool(answer)
        except (Exception, LimitReached) as error:
            text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            doc = _first_line(check)
            return f"{label} raised {text}{doc}"
        if not passed:
            return f"{label} answered {answer!r}{_first_line(check)}"
    return ""


def announced(checks: Sequence[Check]) -> list[str]:
    """What the checks say of themselves, for the model to know before its result is turned down."""
    return [line for check in checks if (line := _said_of(check))]


def _first_line(check: Check) -> str:
    said = _said_of(check)
    return f" ({said})" if said else ""


def _said_of(check: Check) -> str:
    """The first line of a function's own docstring."""
    doc = getattr(check, "__doc__", None) if isinstance(check, FunctionType | MethodType) else None
    return doc.strip().splitlines()[0].strip() if isinstance(doc, str) and doc.strip() else ""


def examples_of(doc: str) -> list[doctest.Example]:
    """The ``>>>`` examples of a docstring."""
    import doctest  # brings unittest and pdb: only tasks with examples pay for that

    return list(doctest.DocTestParser().get_examples(doc))


def run_examples(
    doc: str, result: Any, *, task: str, scope: Mapping[str, Any], bounded: Bounded
) -> str:
    """What the first failing example of ``doc`` says; ``""`` when all hold.

    In the examples the result is known as ``result``, by its own name, as what calling the task
    gives, and by the one name in them that nothing else defines: ``>>> slugify("A b")``.
    """
    import doctest

    examples = examples_of(doc)
    if not examples:
        return ""
    names: dict[str, Any] = {**scope, "result": result, task: lambda *args, **kwargs: result}
    own = getattr(result, "__name__", None)
    if type(own) is str:
        names.setdefault(own, result)
    unknown = unknown_names(examples, names)
    if len(unknown) == 1:
        names[unknown[0]] = result
    test = doctest.DocTest(examples, names, task, None, None, doc)
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    try:
        bounded(lambda: runner.run(test, out=said.append, clear_globs=False))
    except LimitReached as limit:
        return f"an example of the docstring did not end: {limit}"
    failed = "".join(said)
    return _only_the_example(failed) if runner.failures else ""


def _only_the_example(report: str) -> str:
    """doctest's report of the first failure, without its ruler and its place in a file."""
    lines = report.strip("*\n").splitlines()
    kept: list[str] = []
    for line in lines[1:]:
        if line.startswith("****"):
            break
        if not line.lstrip().startswith(("File ", "Traceback ", "exec(compile(")):
            kept.append(line)
    return "an example of the docstring does not hold:\n" + "\n".join(kept).strip()


def unknown_names(examples: Sequence[doctest.Example], known: Mapping[str, Any]) -> list[str]:
    """The names that examples use and neither they, ``known`` nor the builtins define, in order."""
    bound: set[str] = set()
    used: list[str] = []
    for example in examples:
        try:
            tree = parsed(example.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load):
                    used.append(node.id)
                else:
                    bound.add(node.id)
            elif isinstance(node, ast.alias):
                bound.add(node.asname or node.name.partition(".")[0])
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
    missing = [n for n in used if n not in bound and n not in known and not hasattr(builtins, n)]
    return list(dict.fromkeys(missing))
