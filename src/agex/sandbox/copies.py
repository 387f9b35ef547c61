"""How large a source becomes in the hands of CPython's compiler, which copies ``finally`` blocks.

A ``finally`` block is compiled twice, for the way through it and for an error, and once more at each
``return``, ``break`` and ``continue`` that leaves it. Inside of one another that doubles with each
level: twenty lines make gigabytes of bytecode (``tests/limits``, "finally in finally"). So the size is
worked out before anything is compiled.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

#: Nodes that copies may add.
MAX_COPIED = 50_000
_OWN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_TRIES = (ast.Try, ast.TryStar)


def too_many(tree: ast.Module) -> int:
    """The line of the first ``try`` where its like would be copied too often; else 0."""
    whole = sum(1 for _ in ast.walk(tree))
    if _size([tree], 0, 0) - whole <= MAX_COPIED:
        return 0
    return min(n.lineno for n in ast.walk(tree) if isinstance(n, _TRIES) and n.finalbody)


def _size(nodes: Iterable[ast.AST], leaving: int, turning: int) -> int:
    """Nodes with all copies.

    Args:
        leaving: the size of the ``finally`` blocks that a ``return`` here runs.
        turning: the same of a ``break`` or ``continue``.
    """
    total = 0
    for node in nodes:
        total += 1
        if isinstance(node, ast.Return):
            total += leaving
        elif isinstance(node, (ast.Break, ast.Continue)):
            total += turning
        if isinstance(node, _TRIES) and node.finalbody:
            last = _size(node.finalbody, leaving, turning)
            guarded = [*node.body, *node.handlers, *node.orelse]
            total += 2 * last + _size(guarded, leaving + last, turning + last)
        elif isinstance(node, _OWN):
            total += _size(ast.iter_child_nodes(node), 0, 0)
        elif isinstance(node, _LOOPS):
            total += _size(ast.iter_child_nodes(node), leaving, 0)
        elif isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case, ast.Module)):
            total += _size(ast.iter_child_nodes(node), leaving, turning)
        else:
            total += sum(1 for _ in ast.walk(node)) - 1
    return total
