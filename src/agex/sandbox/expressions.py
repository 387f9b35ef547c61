"""Regular expressions, called from where an interrupt may end them.

A pattern can take longer than the universe lasts, and nothing about its text says so. The engine asks
for signals while it searches, so in the main thread a search ends with its deadline: if it was called
from a frame that is marked for it. A replacement function is called from another frame, since it may
be the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from agex.sandbox.interrupts import stoppable


def method(call: Callable[[Any], Any], real: Any, name: str) -> Callable[..., Any]:
    """A method of a compiled pattern that an interrupt can end.

    Args:
        call: the guard that what is called passes.
        real: the pattern's own bound method.
        name: what it is called.
    """
    if name in ("sub", "subn"):
        return _replacing(call, real)
    if name == "finditer":
        return finding(real)

    @stoppable
    def searching(*args: Any, **kwargs: Any) -> Any:
        return real(*args, **kwargs)

    return searching


def finding(real: Any) -> Callable[..., Any]:
    """``finditer``, each step of which is a search."""

    @stoppable
    def steps(found: Iterator[Any]) -> Iterator[Any]:
        yield from found

    return lambda *args, **kwargs: steps(real(*args, **kwargs))


def _replacing(call: Callable[[Any], Any], real: Any) -> Callable[..., Any]:
    @stoppable
    def replacing(repl: Any, *args: Any, **kwargs: Any) -> Any:
        return real(repl, *args, **kwargs)

    return lambda repl, *args, **kwargs: replacing(_replacement(call, repl), *args, **kwargs)


def substitution(call: Callable[[Any], Any], real: Any) -> Callable[..., Any]:
    """``re.sub`` or ``re.subn`` that calls nothing unguarded."""

    def sub(pattern: Any, repl: Any, *args: Any, **kwargs: Any) -> Any:
        return real(pattern, _replacement(call, repl), *args, **kwargs)

    return sub


def _replacement(call: Callable[[Any], Any], repl: Any) -> Any:
    if not callable(repl):
        return repl
    approved = call(repl)
    return approved if type(approved) is FunctionType else lambda match: approved(match)
