"""Whether a function's body is empty, so that a model may write it.

Empty means: a docstring, comments, ``pass``, ``...``, and a bare ``raise NotImplementedError`` with or
without a constant message, in any mixture; ``def`` and ``async def`` alike. The source decides where
there is one. Where there is none (a REPL, ``exec``, a frozen application) the bytecode does, and
``return None`` cannot be told from ``pass`` there.
"""

from __future__ import annotations

import ast
import dis
import inspect
import textwrap
from collections.abc import Callable
from types import CodeType
from typing import Any

# What every function's bytecode holds that nobody wrote.
_NOISE = frozenset(
    {
        "RESUME",
        "NOP",
        "CACHE",
        "EXTENDED_ARG",
        "PUSH_NULL",
        "PRECALL",
        "COPY_FREE_VARS",
        "MAKE_CELL",
    }
    | {"RETURN_GENERATOR", "POP_TOP", "NOT_TAKEN", "RERAISE", "CALL_INTRINSIC_1"}
)


def is_empty(function: Callable[..., Any]) -> bool:
    """Whether the body of ``function`` is empty in one of its spellings."""
    definition = _definition(function)
    if definition is not None:
        return all(_says_nothing(statement) for statement in definition.body)
    return _does_nothing(function.__code__)


def _definition(function: Callable[..., Any]) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    name = function.__code__.co_name
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return node
    return None


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        value = statement.value
        return isinstance(value, ast.Constant) and (value.value is ... or type(value.value) is str)
    if isinstance(statement, ast.Raise) and statement.cause is None:
        raised = statement.exc
        if isinstance(raised, ast.Call) and not raised.keywords:
            if not all(isinstance(argument, ast.Constant) for argument in raised.args):
                return False
            raised = raised.func
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False


def _does_nothing(code: CodeType) -> bool:
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
        return False
    steps = [step for step in dis.get_instructions(code) if step.opname not in _NOISE]
    # An ``async def`` ends in a handler that turns StopIteration into an error; it is not the body.
    if code.co_exceptiontable:
        steps = _before_handler(code, steps)
    match [step.opname for step in steps]:
        case ["LOAD_CONST", "RETURN_VALUE"] | ["RETURN_CONST"]:
            return steps[0].argval is None
        case ["LOAD_GLOBAL" | "LOAD_COMMON_CONSTANT", *middle, "RAISE_VARARGS"]:
            raised = steps[0].argval
            return raised in ("NotImplementedError", NotImplementedError) and all(
                name in ("LOAD_CONST", "CALL") for name in middle
            )
    return False


def _before_handler(code: CodeType, steps: list[dis.Instruction]) -> list[dis.Instruction]:
    entries = dis.Bytecode(code).exception_entries  # type: ignore[attr-defined]  # 3.11+, not in typeshed
    first = min(entry.target for entry in entries)
    return [step for step in steps if step.offset < first]
