"""What the readers of replies share: a piece of text that may be the code, and what counts as code."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from agex.sandbox.trees import syntax_tree
from agex.task.fences import fences

# No honest turn comes near this; beyond it only the beginning is read.
MOST_CHARACTERS = 400_000
MOST_TRIES = 8  # places of one kind that are looked at in a reply


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece of a reply that may be the code to run.

    Args:
        code: without its fence or tag.
        start, end: where it stands in the text, with what is around it.
        valid: whether it parses.
        thinking: what came with it; ``None`` for the text before it.
    """

    code: str
    start: int
    end: int
    valid: bool
    thinking: str | None = None


def plain(text: str) -> str:
    """``text`` with line breaks of one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def joined(*parts: str) -> str:
    """The parts that say something, below each other."""
    return "\n".join(part.strip() for part in parts if part.strip())


def does_something(source: str) -> bool:
    """Whether ``source`` is Python that calls, binds or imports, and not a word of prose."""
    tree = syntax_tree(source)
    return tree is not None and any(
        _is_active(node)
        for statement in tree.body
        if not _is_annotation(statement)
        for node in ast.walk(statement)
    )


def _is_annotation(node: ast.AST) -> bool:
    """``Note: this`` parses as an annotation, and so does ``Action: run(x)``."""
    return isinstance(node, ast.AnnAssign) and node.value is None


def _is_active(node: ast.AST) -> bool:
    return isinstance(
        node,
        ast.Call
        | ast.AnnAssign
        | ast.Assign
        | ast.AugAssign
        | ast.Import
        | ast.ImportFrom
        | ast.Return
        | ast.FunctionDef
        | ast.AsyncFunctionDef
        | ast.ClassDef
        | ast.For
        | ast.While
        | ast.With,
    )


def is_placeholder(source: str) -> bool:
    """A block of ``...`` and comments: what a model shows before the block that it means."""
    if "..." not in source and "pass" not in source:
        return False  # nearly every block, at no cost
    tree = syntax_tree(source)
    return tree is not None and all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and getattr(node.value, "value", None) is ...)
        for node in tree.body
    )


def unwrapped(body: str) -> str:
    """The code inside a tag or a JSON field, which may carry a fence or a CDATA wrapper of its own."""
    body = re.sub(r"\A\s*<!\[CDATA\[(.*?)\]\]>\s*\Z", r"\1", body, flags=re.DOTALL)
    fence = next(fences(body), None)
    if fence is not None and not body[: fence.start].strip():
        return fence.code
    return textwrap.dedent(body.strip("\n")).strip() + "\n" if body.strip() else ""
