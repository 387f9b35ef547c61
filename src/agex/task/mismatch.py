"""What is wrong with a value, as lines for a reader: the path into it, what it should be, what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agex.render.classes import type_name
from agex.sandbox.opaque import real_class

_MOST_PROBLEMS = 8
_MOST_ALIKE = 3
_SCALARS: tuple[type, ...] = (int, float, str, bytes, bool, complex)


def explain(problems: Sequence[Any], value: Any, path: str) -> str:
    """The problems as lines ``path: what is wrong, got what``; branches of a union share a line."""
    by_path: dict[str, tuple[list[str], Any]] = {}
    for problem in problems:
        where = path + _path(problem["loc"], value)
        expected, _ = by_path.setdefault(where, ([], problem["input"]))
        said = _said(problem)
        if said not in expected:
            expected.append(said)
    lines = [
        f"{where}: {' or '.join(expected)}{_got(expected, found)}"
        for where, (expected, found) in by_path.items()
    ]
    shown = _varied(lines, by_path)
    more = len(lines) - len(shown)
    return "\n".join([*shown, *([f"and {more} more like these"] if more > 0 else [])])


def _varied(lines: Sequence[str], by_path: Mapping[str, tuple[list[str], Any]]) -> list[str]:
    """The first lines, and of those that say the same of other places no more than a few."""
    shown: list[str] = []
    times: dict[tuple[Any, ...], int] = {}
    for line, (expected, found) in zip(lines, by_path.values(), strict=True):
        kind = (*expected, type(found))
        times[kind] = times.get(kind, 0) + 1
        if times[kind] <= _MOST_ALIKE and len(shown) < _MOST_PROBLEMS:
            shown.append(line)
    return shown


def _said(problem: Mapping[str, Any]) -> str:
    text = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if problem["type"] == "missing":
        return "is missing"
    if problem["type"] == "extra_forbidden":
        return "is not one of the keys"
    if problem["type"] == "none_required":
        return "should be None"
    return text[:1].lower() + text[1:]


def _got(expected: Sequence[str], found: Any) -> str:
    if expected == ["is missing"]:
        return ""
    kind = type(found)
    if issubclass(kind, type):  # what agent code holds of a class may be a stand-in for it
        return f", got the class {type_name(real_class(found))}"
    if kind in _SCALARS:
        shown = repr(found if kind not in (str, bytes) else found[:60])
        return f", got {type_name(kind)} {shown[:80]}"
    return ", got None" if found is None else f", got {with_article(type_name(kind))}"


def _path(location: Sequence[Any], value: Any) -> str:
    """pydantic's location as Python would write it; names of union branches are left out."""
    text = ""
    current = value
    for number, step in enumerate(location):
        is_last = number == len(location) - 1
        if type(current) in (list, tuple) and type(step) is int and step < len(current):
            text += f"[{step}]"
            current = current[step]
        elif type(current) is dict and step != "[key]" and _has_key(current, step):
            text += f"[{step!r}]"
            current = current[step]
        elif step == "[key]":
            text += " (the key)"
        elif type(step) is str and type(current) is dict and is_last and step.isidentifier():
            text += f"[{step!r}]"
        elif type(step) is str and step.isidentifier() and _is_field(current, step):
            text += f".{step}"
            current = getattr(current, step, None)
    return text


def _has_key(mapping: dict[Any, Any], key: Any) -> bool:
    return type(key) in _SCALARS and key in mapping


def _is_field(record: Any, name: str) -> bool:
    cls = type(record)
    return name in getattr(cls, "__dataclass_fields__", ()) or name in getattr(cls, "_fields", ())


def with_article(name: str) -> str:
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"
