"""What a definition of agent code reads from around it: closure, globals, decorators."""

from __future__ import annotations

import ast
import symtable
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any

from agex.sandbox import clock, sources, tracebacks
from agex.sandbox.origin import is_agent_class, is_agent_function
from agex.sandbox.trees import parsed


def is_definition(value: Any) -> bool:
    """Whether agent code defined it: a function or a class."""
    return is_function(value) or (isinstance(value, type) and is_agent_class(value))


def is_function(value: Any) -> bool:
    """Also one that a pickler took to this process: its globals hold only what it mentions."""
    return is_agent_function(value) or (
        type(value) is FunctionType and tracebacks.is_agent_file(value.__code__.co_filename)
    )


def undecorated(value: Any, depth: int = 5) -> Any:
    """The function whose definition, decorators and all, gave ``value``; ``value`` itself else."""
    inner = value
    while depth and is_function(inner):
        depth -= 1
        candidates = [getattr(inner, "__wrapped__", None), *cells_of(inner).values()]
        found = [f for f in candidates if is_function(f) and _binds(f, value)]
        if found:
            return found[0]
        inner = candidates[0]
    return value


def _binds(function: FunctionType, value: Any) -> bool:
    """Whether the definition of ``function`` has decorators, and its name is bound to ``value``."""
    name = function.__code__.co_name
    bound = function.__globals__.get(name, value)  # another process may not have it
    return bound is value and bool(decorators_of(sources.piece_of(function.__code__).text))


def decorators_of(text: str) -> list[ast.expr]:
    """The decorators that a definition's text begins with."""
    if not text.lstrip().startswith("@"):
        return []
    return list(getattr(parsed(textwrap.dedent(text)).body[0], "decorator_list", ()))


def names_in(nodes: Iterable[ast.AST]) -> list[str]:
    """Every name that is mentioned, in order."""
    return [part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)]


def cells_of(function: FunctionType) -> dict[str, Any]:
    """What a function's closure holds, by name."""
    held: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if "$" not in name and name != "__class__":
            try:
                held[name] = cell.cell_contents
            except ValueError:
                continue  # not assigned yet
    return held


def functions_in(member: Any) -> Iterator[FunctionType]:
    """The functions behind an attribute of a class: itself, or a descriptor's."""
    candidates = (
        member,
        *(getattr(member, key, None) for key in ("__func__", "fget", "fset", "func")),
    )
    yield from (found for found in candidates if is_function(found))


def globals_defining(cls: type) -> Mapping[str, Any]:
    """The namespace of a class without functions: that of a session which holds it."""
    for space in clock.namespaces():
        if space.get(cls.__name__) is cls:
            return space
    return {}


def names_needed(text: str, free: tuple[str, ...]) -> list[str]:
    """Names that a definition reads from around it, in order of appearance."""
    # In a function that binds its free variables, so that ``nonlocal`` has something to mean.
    binding = "".join(f"    {name} = None\n" for name in free) or "    pass\n"
    table = symtable.symtable(
        f"def _around():\n{binding}{textwrap.indent(text, '    ')}", "<source>", "exec"
    )
    found = set(free)
    pending = table.get_children()
    while pending:
        scope = pending.pop()
        pending.extend(scope.get_children())
        found.update(symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global())
    order = [node.id for node in ast.walk(parsed(text)) if isinstance(node, ast.Name)]
    return sorted(found, key=lambda name: order.index(name) if name in order else -1)
