"""Where the pieces run: plain CPython, or an agex session; both answer in the same words."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from agex.errors import Refusal
from agex.policy import MemberSpec, Policy, Registry
from agex.sandbox import Limits, Session

TIMEOUT_SECONDS = 20.0

SYS_CONSTANTS = [
    "maxsize",
    "maxunicode",
    "version",
    "version_info",
    "hexversion",
    "float_info",
    "int_info",
    "hash_info",
    "byteorder",
    "platform",
    "implementation",
    "flags",
]


@dataclass(frozen=True, slots=True)
class Ran:
    """What running one source gave: an error or none, what was printed, the last expression."""

    error: BaseException | None
    traceback: str
    stdout: str
    output: Any


class World(Protocol):
    """One of the two places a test can run in."""

    refusals: list[Refusal]

    def run(self, source: str) -> Ran:
        """Run a source in this world's one namespace."""

    def lookup(self, name: str) -> Any:
        """The value of a name, or None."""


def search(pattern: str, text: str) -> bool:
    """What the prelude's assertRaisesRegex asks: ``re`` is used by the harness, not by the test."""
    return re.search(pattern, text) is not None


class PlainWorld:
    """CPython itself."""

    def __init__(self, prelude: str) -> None:
        self.refusals: list[Refusal] = []
        module = types.ModuleType("__main__")
        self.namespace: dict[str, Any] = module.__dict__
        self.module = module
        self.namespace["host_search"] = search
        self.namespace["host_syntax_error"] = self.syntax_error
        self.run(prelude)

    @staticmethod
    def syntax_error(text: str) -> tuple[str, int | None, int | None] | None:
        """What CPython's compiler says about a text."""
        try:
            compile(text, "<text>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return str(error.msg), error.lineno, error.offset
        return None

    def run(self, source: str) -> Ran:
        """Run a source; a last bare expression is its output, as in a session."""
        try:
            tree = ast.parse(source)
        except SyntaxError as refused:
            return Ran(refused, "", "", None)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        output, error = None, None
        printed = io.StringIO()
        sys.modules["__main__"] = self.module
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(tree, "<agent>", "exec", dont_inherit=True), self.namespace)
                if last is not None:
                    expression = ast.Expression(last.value)
                    output = eval(
                        compile(expression, "<agent>", "eval", dont_inherit=True), self.namespace
                    )
            except BaseException as caught:  # noqa: BLE001  tests raise everything there is
                error = caught
        return Ran(error, "", printed.getvalue(), output)

    def lookup(self, name: str) -> Any:
        """The value of a global name."""
        return self.namespace.get(name)


def exc_info() -> tuple[type | None, BaseException | None, None]:
    """What the tests use of ``sys.exc_info``: the exception being handled, without its frames."""
    kind, error, _ = sys.exc_info()
    return kind, error, None


def policy() -> Policy:
    """What the tests may use: the curated standard library, constants of ``sys``, three types."""
    registry = Registry()
    registry.module(
        sys,
        include=[*SYS_CONSTANTS, "exc_info"],
        configure={"exc_info": MemberSpec(instead=exc_info)},
    )
    from agex.helpers import register_stdlib

    register_stdlib(registry)  # after sys: what is registered already, it leaves as it is
    registry.module(
        types, include=["SimpleNamespace", "MappingProxyType", "MethodType", "FunctionType"]
    )
    registry.fn(search, name="host_search")
    registry.fn(syntax_error_in_sandbox, name="host_syntax_error")
    return registry.freeze()


def syntax_error_in_sandbox(text: str) -> tuple[str, int | None, int | None] | None:
    """What the sandbox's own compiler says about a text, in a session of its own."""
    ran = Session(Registry().freeze(), limits=Limits(timeout_seconds=1.0)).run(text)
    if isinstance(ran.error, SyntaxError):
        line, offset = ran.error.lineno, ran.error.offset
        lines = getattr(ran.error, "lines", ())
        if line is None and lines:
            line, offset = lines[0].line, 1
        return str(ran.error.msg), line, offset
    return None


def record_refusals(into: list[Refusal]) -> None:
    """Note every refusal of this process, also those that a test's ``except`` swallows."""

    def new(cls: type, *args: Any, **kwargs: Any) -> Refusal:
        error: Refusal = super(Refusal, cls).__new__(cls, *args, **kwargs)  # type: ignore[misc]
        into.append(error)
        return error

    Refusal.__new__ = new  # type: ignore[method-assign, assignment]


class AgexWorld:
    """A session under full guards; time is given generously, since some tests work for seconds."""

    def __init__(self, prelude: str) -> None:
        self.refusals: list[Refusal] = []
        record_refusals(self.refusals)
        limits = Limits(timeout_seconds=TIMEOUT_SECONDS, max_source=400_000)  # a class is one piece
        self.session = Session(policy(), limits=limits)
        ran = self.run(prelude)
        if ran.error is not None:
            raise RuntimeError(f"the prelude does not run:\n{ran.traceback}") from ran.error

    def run(self, source: str) -> Ran:
        """Run a source as one action."""
        result = self.session.run(source)
        return Ran(result.error, result.traceback, result.stdout, result.output)

    def lookup(self, name: str) -> Any:
        """The value of a name the tests made."""
        namespace: Mapping[str, Any] = self.session.namespace
        return namespace.get(name)
