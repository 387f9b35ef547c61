"""Definitions in a text: the trees of actions and pieces, and what part of the text each definition is."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from agex.sandbox.trees import parsed

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition in a text, its qualified name, the class around it, and its first line."""

    node: Function | ast.ClassDef
    qualname: str
    owner: str
    line: int


def tree_of(text: str) -> ast.AST:
    """The syntax tree of an action, or of a definition that was compiled again by itself."""
    try:
        return parsed(text)
    except SyntaxError:
        pass
    try:
        return ast.Module(indented(text), [])
    except SyntaxError:
        return parsed(f"({text}\n)")


def definitions(tree: ast.AST, prefix: str, owner: str) -> Iterator[Definition]:
    """The definitions below a node, each with its qualified name and the class around it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            qualname = prefix + name_of(node)
            yield Definition(node, qualname, owner, first_line(node))
            yield from definitions(node, f"{qualname}.<locals>.", owner)
        elif isinstance(node, ast.ClassDef):
            qualname = prefix + node.name
            yield Definition(node, qualname, owner, first_line(node))
            yield from definitions(node, f"{qualname}.", node.name)
        else:
            yield from definitions(node, prefix, owner)


def name_of(node: Function | ast.ClassDef) -> str:
    """The name that the code of a definition has."""
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def first_line(node: Function | ast.ClassDef) -> int:
    """The line of a definition's first decorator, or its own."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])


def text_of(node: Function | ast.ClassDef, lines: list[str]) -> str:
    """The text of a definition with its decorators, as far left as it goes."""
    if isinstance(node, ast.Lambda):
        # Columns count bytes of UTF-8.
        found = ast.get_source_segment("\n".join(lines), node)
        return found or ""
    raw = "\n".join(lines[first_line(node) - 1 : node.end_lineno])
    text = textwrap.dedent(raw)
    if text == raw:
        return raw
    # A text within the definition may be indented less, or be changed by the move.
    try:
        if ast.dump(parsed(text)) == ast.dump(ast.Module(indented(raw), [])):
            return text
    except SyntaxError:
        pass
    return raw


def indented(raw: str) -> list[ast.stmt]:
    """The statements of a text that begins indented; lines are counted from its own first."""
    branch: Any = parsed(f"if 1:\n{raw}").body[0]
    statements: list[ast.stmt] = branch.body
    for statement in statements:
        ast.increment_lineno(statement, -1)
    return statements
