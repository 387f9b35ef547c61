"""Regular expressions, called from where an interrupt may end them.

A pattern can take longer than the universe lasts, and nothing about its text says so. The engine asks
for signals while it searches, so in the main thread a search ends with its deadline: if it was called
from a frame that is marked for it. A replacement function is called from another frame, since it may
be the host's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from agex.sandbox import bounds, clock
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

    def sub(repl: Any, string: Any, *args: Any, **kwargs: Any) -> Any:
        _check_growth(real.__self__, repl, string)
        return replacing(_replacement(call, repl), string, *args, **kwargs)

    return sub


def substitution(call: Callable[[Any], Any], real: Any) -> Callable[..., Any]:
    """``re.sub`` or ``re.subn`` that calls nothing unguarded."""

    def sub(pattern: Any, repl: Any, string: Any, *args: Any, **kwargs: Any) -> Any:
        if _may_grow(repl, string):
            flags = kwargs.get("flags", args[1] if len(args) > 1 else 0)
            _check_growth(re.compile(pattern, flags), repl, string)
        return real(pattern, _replacement(call, repl), string, *args, **kwargs)

    return sub


def _may_grow(repl: Any, string: Any) -> bool:
    if not isinstance(repl, (str, bytes)) or not isinstance(string, (str, bytes)):
        return False
    return (len(string) + 1) * (len(repl) + 1) > bounds.MAX_LENGTH


def _check_growth(pattern: re.Pattern[Any], repl: Any, string: Any) -> None:
    """Raise where the text would become too long: every match is replaced."""
    if not _may_grow(repl, string):
        return
    size = len(string)
    for match in finding(pattern.finditer)(string):
        groups = "\\" in repl if isinstance(repl, str) else b"\\" in repl
        size += len(match.expand(repl)) if groups else len(repl)
        bounds.check_length("the text", size)
        clock.look()


def _replacement(call: Callable[[Any], Any], repl: Any) -> Any:
    if not callable(repl):
        return repl
    approved = call(repl)
    return approved if type(approved) is FunctionType else lambda match: approved(match)
