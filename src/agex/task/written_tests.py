"""What a task checked its result with, as tests of a module: ``check=`` functions and examples."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import weakref
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from agex.sandbox.origin import is_agent_class, is_agent_function
from agex.task.checks import examples_of, unknown_names
from agex.task.definition import Definition
from agex.task.named_values import import_of
from agex.task.options import Check


@dataclass(frozen=True, slots=True)
class Origin:
    """The task that a function or class came from, as far as its checks go."""

    task: str
    doc: str
    checks: tuple[Check, ...]


_origins: weakref.WeakKeyDictionary[Any, Origin] = weakref.WeakKeyDictionary()


def remember(value: Any, definition: Definition, checks: tuple[Check, ...]) -> None:
    """Note which task a result came from, for :func:`source` to write its tests."""
    if is_agent_function(value) or (isinstance(value, type) and is_agent_class(value)):
        _origins[value] = Origin(definition.name, definition.doc, checks)


def tests_of(value: Any, name: str) -> tuple[set[str], list[str]]:
    """Imports and definitions that test ``value``, which a module calls ``name``, as its task did."""
    imports: set[str] = set()
    parts: list[str] = []
    origin = _origins.get(value)
    if origin is None:
        return imports, parts
    for number, check in enumerate(origin.checks, 1):
        label = getattr(check, "__name__", "")
        suffix = label if label.isidentifier() else str(number)
        line = import_of(label, check)
        if line:
            imports.add(line)
        elif (text := _text_of_check(check)) is not None:
            parts.append(text)
        else:
            parts.append(f"# The task's check {number} cannot be shown: it has no text of its own.")
            continue
        parts.append(
            f"def test_{suffix}() -> None:\n    answer = {label}({name})\n"
            "    assert answer is None or answer"
        )
    examples = examples_of(origin.doc)
    if examples:
        parts.append(_examples_test(name, origin, examples))
    return imports, parts


def _text_of_check(check: Any) -> str | None:
    if type(check) is not FunctionType or check.__closure__ or check.__name__ == "<lambda>":
        return None
    try:
        return textwrap.dedent(inspect.getsource(check)).rstrip()
    except (OSError, TypeError):
        return None


def _examples_test(name: str, origin: Origin, examples: Any) -> str:
    known: dict[str, Any] = {name: None, "result": None, origin.task: None}
    others = unknown_names(examples, known)
    text = "".join(example.source for example in examples)
    lines = [f'"""The examples of {origin.task}."""']
    lines += [f"{other} = {name}" for other in others[:1]]
    if re.search(r"\bresult\b", text) and name != "result":
        lines.append(f"result = {name}")
    if origin.task != name and re.search(rf"\b{origin.task}\(", text):
        lines.append(f"{origin.task} = lambda *args, **kwargs: {name}")
    for example in examples:
        code, want = example.source.rstrip(), example.want.rstrip()
        if not want:
            lines.append(code)
        elif _literal_text(want):
            lines.append(f"assert ({code}) == {want}")
        else:
            lines.append(f"assert repr({code}) == {want!r}")
    return f"def test_examples() -> None:\n{textwrap.indent(chr(10).join(lines), '    ')}"


def _literal_text(want: str) -> bool:
    try:
        ast.literal_eval(want)
    except (ValueError, SyntaxError):
        return False
    return True
