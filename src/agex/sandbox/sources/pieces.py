"""A function's text and what surrounds it: what is kept of code that is stored."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from agex.sandbox import trees
from agex.sandbox.sources.syntax import Function, indented


class SourceLost(TypeError):
    """The text of an agent-made function is not to be found any more."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A function's text, and what surrounds it.

    Args:
        name: the name of the code object; ``<lambda>`` for a lambda.
        qualname: its qualified name.
        text: the definition with its decorators, as far left as it goes.
        owner: the innermost class around it, or "".
        free: its free variables.
        future: annotations are strings.
        shadowed: builtin names that were the agent's own when it was compiled.
        uses: the global names it and the functions in it mention.
    """

    name: str
    qualname: str
    text: str
    owner: str
    free: tuple[str, ...]
    future: bool
    shadowed: tuple[str, ...]
    uses: frozenset[str]


def parsed(piece: Piece) -> Function:
    """The syntax tree of a piece, its first line being line 1.

    Raises:
        SyntaxError: it is not Python, or not this version's.
    """
    if piece.name == "<lambda>":
        found: Any = ast.parse(f"({piece.text}\n)", mode="eval").body
        if isinstance(found, ast.Lambda):
            return found
    else:
        statements = (
            indented(piece.text) if piece.text[:1].isspace() else trees.parsed(piece.text).body
        )
        if len(statements) == 1 and isinstance(
            statements[0], (ast.FunctionDef, ast.AsyncFunctionDef)
        ):
            return statements[0]
    raise SyntaxError(f"the stored source of {piece.name} is not one function")
