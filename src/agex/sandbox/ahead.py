"""Names that are refused before anything runs: builtins that are not offered, where the block uses them.

The guard behind such a name refuses it when it is read. Said beforehand, all lines at once, and before
the half of a block has run that could not end well, it costs one turn less. Looked at is what the block
runs: its top level, and the functions and classes of its own that its top level leads to. A function that
is only defined may be for another day, and is left to the guard.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from agex.errors import RefusedLine
from agex.sandbox import tables

#: What models reach for, and have something better to write instead of.
NAMES = frozenset({"open", "eval", "exec", "compile", "input", "breakpoint"})

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def refused_names(tree: ast.Module, names: frozenset[str]) -> list[RefusedLine]:
    """The lines of a block that use one of ``names``, which nobody has given a meaning."""
    definitions = {
        node.name: node
        for node in _at_once(tree.body)
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef))
    }
    found: dict[tuple[int, str], RefusedLine] = {}
    waiting = [list(_at_once(tree.body))]
    while waiting:
        nodes = waiting.pop()
        own = _bound(nodes)
        for node in nodes:
            if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
                continue
            if node.id in names and node.id not in own:
                said = f"name {node.id!r} is not offered here: {tables.NOT_OFFERED_WHY[node.id]}"
                found[node.lineno, node.id] = RefusedLine(node.lineno, said)
            called = definitions.pop(node.id, None)
            if called is not None:
                waiting.append(list(ast.walk(called)))
    return [found[key] for key in sorted(found)]


def _at_once(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """What runs when statements do: everything but the bodies of functions."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _FUNCTIONS):
            waiting.extend((*node.decorator_list, *node.args.defaults))
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that are bound anywhere in these nodes: what they mean there is the code's own affair."""
    bound: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return bound
