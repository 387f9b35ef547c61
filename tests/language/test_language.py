"""A session runs a program as CPython does: the same output, the same result, the same error."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib
import inspect
import io
from collections import Counter
from functools import cache
from typing import Any

import pytest

from agex import helpers
from agex.policy import Policy, Registry

from .table import Program, programs

PROGRAMS = [pytest.param(p, id=str(p)) for p in programs() if p.applies]


def run_plainly(code: str) -> tuple[str, Any, BaseException | None]:
    """Output, value of a last bare expression, and error of a program in plain CPython."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    ns: dict[str, Any] = {"__name__": "__main__"}
    flags, out = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, io.StringIO()

    async def run() -> Any:
        value = eval(compile(tree, "<plain>", "exec", flags, dont_inherit=True), ns)
        if inspect.iscoroutine(value):
            await value
        if last is None:
            return None
        code_of_last = compile(
            ast.Expression(last.value), "<plain>", "eval", flags, dont_inherit=True
        )
        value = eval(code_of_last, ns)
        return await value if code_of_last.co_flags & inspect.CO_COROUTINE else value

    with contextlib.redirect_stdout(out):
        try:
            if _awaits(code):
                value = asyncio.run(run())
                return out.getvalue(), value, None
            with contextlib.closing(run()) as coroutine:
                coroutine.send(None)
        except StopIteration as stop:
            return out.getvalue(), stop.value, None
        except Exception as error:
            return out.getvalue(), None, error
    raise AssertionError("a program without a top-level await was suspended")


def _awaits(code: str) -> bool:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    compiled = compile(code, "<plain>", "exec", flags, dont_inherit=True)
    return bool(compiled.co_flags & inspect.CO_COROUTINE)


@cache
def policy_of(modules: tuple[str, ...], names: tuple[str, ...]) -> Policy:
    """What programs of one kind are given; registering pandas takes a while."""
    registry = Registry()
    for name in modules:
        registry.module(importlib.import_module(name))
    for name in names:
        getattr(helpers, f"register_{name}")(registry)
    return registry.freeze()


def run_in_session(
    program: Program, parts: list[str]
) -> tuple[str, Any, BaseException | None, str]:
    """The same in a session, one action per part."""
    from agex.sandbox import Limits, Session

    policy = policy_of(program.modules, program.helpers)
    session = Session(policy, limits=Limits(timeout_seconds=5.0))
    out, value = "", None
    for part in parts:
        result = session.run(part)
        out, value = out + result.stdout, result.output
        if result.error is not None:
            return out, None, result.error, result.traceback
    return out, value, None, ""


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_does_in_a_session_what_it_does_in_python(program: Program) -> None:
    expected_out, expected_value, expected_error = run_plainly(program.code)
    out, value, error, shown = run_in_session(program, [program.code])

    if expected_error is None:
        assert error is None, shown
    assert type(error).__name__ == type(expected_error).__name__, shown
    if expected_error is not None:
        assert str(error) == str(expected_error)
    assert out == expected_out
    assert repr(value) == repr(expected_value)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_can_be_given_a_statement_at_a_time(program: Program) -> None:
    """A session is one module: where the cut between two actions falls makes no difference."""
    if "from __future__" in program.code:
        parts = [program.code]
    else:
        parts = statements(program.code)
    expected_out, expected_value, expected_error = run_plainly(program.code)
    out, value, error, shown = run_in_session(program, parts)

    assert type(error).__name__ == type(expected_error).__name__, shown
    assert out == expected_out
    assert repr(value) == repr(expected_value)


def statements(code: str) -> list[str]:
    """The source of each top-level statement, decorators included."""
    lines = code.splitlines(keepends=True)
    starts = []
    for node in ast.parse(code).body:
        decorators = getattr(node, "decorator_list", [])
        starts.append(min([node.lineno, *[d.lineno for d in decorators]]) - 1)
    parts: list[str] = []
    for node, start in zip(ast.parse(code).body, starts, strict=True):
        if parts and start < consumed:
            parts[-1] = "".join(lines[previous : node.end_lineno])
        else:
            previous = start
            parts.append("".join(lines[start : node.end_lineno]))
        consumed = node.end_lineno or len(lines)
    return parts


def test_no_program_of_the_corpus_fails_in_python_by_accident() -> None:
    """A program that raises says so in its name."""
    wrong = []
    for program in filter(lambda one: one.applies, programs()):
        error = run_plainly(program.code)[2]
        if (error is not None) != ("raises" in program.name.split()):
            wrong.append((str(program), error))

    assert wrong == []


def test_the_corpus_covers_what_it_should() -> None:
    found = programs()
    doubled = [name for name, count in Counter(map(str, found)).items() if count > 1]

    assert doubled == []
    assert len([p for p in found if p.area != "programs"]) >= 200
    assert len([p for p in found if p.area == "programs"]) >= 30
