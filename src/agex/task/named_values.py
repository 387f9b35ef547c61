"""How a module of its own would name what the host gave: an import, a literal, or not at all."""

from __future__ import annotations

import ast
import linecache
import sys
from typing import Any

from agex.sandbox import tracebacks
from agex.sandbox.opaque import real_class
from agex.sandbox.trees import parsed


def dotted_name(view: Any) -> str:
    """The real import name of the module behind a view."""
    reduced: Any = view.__reduce__()
    guards, dotted = reduced[1]
    rule = guards.policy.module(dotted)
    return str(dotted if rule is None else rule.module.__name__)


def import_of(name: str, value: Any) -> str | None:
    """The line that imports a function or class of the host's, where one does."""
    value = real_class(value)
    home, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if type(home) is not str or type(own) is not str or "." in own or home == "__main__":
        return None
    if getattr(sys.modules.get(home), own, None) is not value:
        return None
    if home == "builtins":
        return None if own == name else f"from builtins import {own} as {name}"
    public = home.lstrip("_") if hasattr(sys.modules.get(home.lstrip("_")), own) else home
    return f"from {public} import {own}" + (f" as {name}" if own != name else "")


def imported_by_agent(name: str, value: Any) -> str | None:
    """The agent's own ``from … import``, for what it was given a guarded twin of."""
    candidates = [
        file for file in reversed(list(linecache.cache)) if tracebacks.is_agent_file(file)
    ]
    for file in candidates:
        try:
            tree = parsed("".join(linecache.getlines(file)))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    if (alias.asname or alias.name) == name and _gives(node.module, alias.name):
                        return f"from {node.module} import {alias.name}" + (
                            f" as {alias.asname}" if alias.asname else ""
                        )
    return None


def _gives(module: str, name: str) -> bool:
    return hasattr(sys.modules.get(module), name)


def literal_of(value: Any) -> str | None:
    """The value as it would be written, where it is plain data."""
    if type(value) not in (
        bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type(None)
    ):  # fmt: skip
        return None
    try:
        text = repr(value)
        return text if ast.literal_eval(text) == value else None
    except (ValueError, SyntaxError, RecursionError):
        return None
