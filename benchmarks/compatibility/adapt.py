"""A test module of CPython as pieces that run one after the other, its harness imports replaced.

What is changed, and nothing else: the imports of ``unittest`` and ``test.*`` become assignments
from the prelude, every other import stands alone, so that a refused one does not take its
neighbours with it, and the module's own ways of starting itself are dropped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

HARNESS = ("unittest", "test", "_testcapi", "_testinternalcapi", "doctest")
STARTERS = frozenset({"load_tests", "test_main", "setUpModule", "tearDownModule"})


@dataclass(slots=True)
class Piece:
    """One top-level statement: its text, the names it binds, and its syntax tree."""

    source: str
    node: ast.stmt
    binds: tuple[str, ...]


@dataclass(slots=True)
class Adapted:
    """A module's pieces; ``harness`` maps names the prelude must answer for to its expressions."""

    pieces: list[Piece]
    docstring: str
    future: str
    harness: dict[str, str] = field(default_factory=dict)


def bound_names(node: ast.stmt) -> tuple[str, ...]:
    """The names a top-level statement binds, roughly: enough to say what a refused one leaves out."""
    found: list[str] = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found.append(inner.id)
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            found += [alias.asname or alias.name.partition(".")[0] for alias in inner.names]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return (node.name,)
    return tuple(dict.fromkeys(found))


def is_starter(node: ast.stmt) -> bool:
    """Whether a statement only serves to run the module's tests its own way."""
    if isinstance(node, ast.FunctionDef):
        return node.name in STARTERS
    if isinstance(node, ast.If):
        return "__name__" in ast.unparse(node.test)
    return False


def harness_expression(module: str, name: str | None) -> str:
    """Where the prelude keeps ``name`` of a harness module: ``support.os_helper.unlink``."""
    parts = module.split(".")
    if parts[:2] == ["test", "support"]:
        parts = parts[1:]
    elif parts == ["test"]:
        parts = []
    return ".".join([*parts, name] if name else parts)


def is_harness(module: str | None) -> bool:
    """Whether an import belongs to the tests' machinery."""
    return bool(module) and str(module).partition(".")[0] in HARNESS


def split_import(node: ast.Import | ast.ImportFrom, adapted: Adapted) -> Iterator[str]:
    """An import as single ones; those of the harness are noted instead."""
    if isinstance(node, ast.ImportFrom):
        for alias in node.names:
            shown = alias.asname or alias.name
            if is_harness(node.module):
                adapted.harness[shown] = harness_expression(str(node.module), alias.name)
            else:
                yield ast.unparse(ast.ImportFrom(node.module, [alias], node.level))
        return
    for alias in node.names:
        if not is_harness(alias.name):
            yield ast.unparse(ast.Import([alias]))
        elif alias.asname:
            adapted.harness[alias.asname] = harness_expression(alias.name, None)
        else:
            head = alias.name.partition(".")[0]
            adapted.harness[head] = head


def without_inner_harness(source: str) -> str:
    """The source with harness imports inside functions and classes turned into assignments."""
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source)
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or id(node) in top or not is_harness(node.module):
            continue
        if node.module is None or node.lineno is None or node.end_lineno is None:
            continue
        indent = lines[node.lineno - 1][: node.col_offset]
        if indent.strip():
            continue
        targets = [
            f"{alias.asname or alias.name} = {harness_expression(node.module, alias.name)}"
            for alias in node.names
        ]
        for number in range(node.lineno, node.end_lineno + 1):
            lines[number - 1] = "\n"
        lines[node.lineno - 1] = indent + "; ".join(targets) + "\n"
    return "".join(lines)


def adapt(source: str) -> Adapted:
    """Cut a test module into pieces."""
    source = without_inner_harness(source)
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    adapted = Adapted([], ast.get_docstring(tree) or "", "")
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            adapted.future += ast.unparse(node) + "\n"
        elif is_starter(node):
            continue
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for text in split_import(node, adapted):
                single = ast.parse(text).body[0]
                adapted.pieces.append(Piece(text + "\n", single, bound_names(single)))
        else:
            first = min([node.lineno, *[d.lineno for d in getattr(node, "decorator_list", [])]])
            text = "".join(lines[first - 1 : node.end_lineno])
            if node.col_offset or text.strip().count(";"):
                text = ast.unparse(node) + "\n"
            else:
                ast.increment_lineno(node, 1 - first)
            try:
                ast.parse(text)
            except SyntaxError:
                text = ast.unparse(node) + "\n"
            fresh = ast.parse(text).body[0] if text.strip() else node
            adapted.pieces.append(Piece(text, fresh, bound_names(fresh)))
    return adapted
