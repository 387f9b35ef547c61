"""Runs the Python blocks of a Markdown page, top to bottom, as one program.

All ``python`` blocks of a page share one module, so that a page reads like a session. Two comments,
which a rendered page does not show, may stand right before a block:

- ``<!-- replies: NAME -->``: what the model answers from here on, from ``replies/NAME.md``, one
  reply after the other with a line of five equals signs between them;
- ``<!-- raises: ERROR -->``: the block ends with this exception.

What an expression gives is checked against a literal in a comment behind it, or alone on the next
line: ``f(100)  # 101`` fails unless it is 101. Behind a ``print`` the comment is what is printed, word
for word.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

_BLOCK = re.compile(
    r"(?P<comments>(?:^<!-- .+? -->\n+)*)^(?P<fence>`{3,})python\n(?P<code>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"<!-- (?P<key>\w+): (?P<value>.+?) -->")
_TRAILING = re.compile(r"\s+#\s(?P<claim>.+)$")
_ALONE = re.compile(r"#\s(?P<claim>.+)$")
_MISSING = object()
REPLIES = Path(__file__).parent / "replies"


@dataclass(frozen=True)
class Block:
    """One block: its code, the line it starts on, and what its comments ask for."""

    line: int
    code: str
    replies: str | None
    raises: str | None


def blocks_of(text: str) -> Iterator[Block]:
    """Every ``python`` block of a page, in order."""
    for found in _BLOCK.finditer(text):
        asked = dict(_COMMENT.findall(found["comments"]))
        unknown = set(asked) - {"replies", "raises"}
        line = text.count("\n", 0, found.start("code")) + 1
        if unknown:
            raise ValueError(f"line {line}: unknown comment {sorted(unknown)} before a block")
        yield Block(line, found["code"], asked.get("replies"), asked.get("raises"))


def replies_named(name: str) -> list[str]:
    """The replies of ``replies/NAME.md``."""
    text = (REPLIES / f"{name}.md").read_text(encoding="utf-8")
    return [reply.strip() for reply in re.split(r"^={5,}$", text, flags=re.MULTILINE)]


def run_block(block: Block, page: Path, module: ModuleType) -> None:
    """Runs one block in ``module``; what it raises points at the line of the page."""
    tree = ast.parse(block.code)
    ast.increment_lineno(tree, block.line - 1)
    lines = block.code.splitlines()
    for statement in tree.body:
        end = (statement.end_lineno or 0) - block.line
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            value = _run(statement, page, module)
        claim = _comment(statement, lines[end : end + 2])
        if claim is None:
            continue
        if _is_print(statement):
            got: Any = printed.getvalue().strip()
        else:
            claim, got = _literal(claim), value
        if claim is not _MISSING and got != claim:
            raise AssertionError(
                f"{page.name}:{statement.lineno}: the page says {claim!r}, it is {got!r}"
            )


def _comment(statement: ast.stmt, lines: list[str]) -> str | None:
    """The comment behind an expression, or alone on the line after it."""
    if not isinstance(statement, ast.Expr):
        return None
    found = _TRAILING.search(lines[0]) or (_ALONE.match(lines[1]) if len(lines) > 1 else None)
    return found["claim"].strip() if found is not None else None


def _is_print(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("print(")


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return _MISSING  # words, for the reader only


def _run(statement: ast.stmt, page: Path, module: ModuleType) -> Any:
    if isinstance(statement, ast.Expr):
        return eval(compile(ast.Expression(statement.value), str(page), "eval"), vars(module))
    exec(compile(ast.Module([statement], []), str(page), "exec"), vars(module))
    return None
