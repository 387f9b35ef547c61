"""Regular expressions, called from where an interrupt may end them.

A pattern can take longer than the universe lasts, and nothing about its text says so. The engine asks
for signals while it searches, so in the main thread a search ends with its deadline: if it was called
from a frame that is marked for it. A replacement function is called from another frame, since it may
be the host's.

Elsewhere a search runs to its end. So where an action has a deadline and no interrupts, patterns that may
try exponentially many ways are refused for all but short texts (see ``backtracking.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from agex.errors import SizeRefused
from agex.sandbox import bounds, clock
from agex.sandbox.backtracking import may_explode
from agex.sandbox.interrupts import stoppable

#: Characters that even an exponential pattern is done with in a fraction of a second.
SHORT = 20
#: Functions of ``re`` that only search, and where their flags are among the arguments that follow the text.
SEARCHING: dict[Any, int] = {re.match: 0, re.search: 0, re.fullmatch: 0, re.findall: 0, re.split: 1}


def _check_ways(pattern: re.Pattern[Any], string: Any, name: str = "") -> None:
    """Raise where a search may take for ever and nobody could end it."""
    if not clock.is_uninterruptible() or not isinstance(string, (str, bytes, bytearray)):
        return
    if len(string) > SHORT and may_explode(
        pattern.pattern, pattern.flags, whole=name == "fullmatch"
    ):
        raise SizeRefused(
            f"the pattern {pattern.pattern!r:.80} can go through a text in exponentially many ways, and "
            "here nothing could stop it. Write it so that no repetition holds another one, or a choice, "
            "over the same characters: (a+)+ is a+, (\\w+\\s?)* is [\\w\\s]*; or split the text first"
        )


def searching(real: Callable[..., Any], at: int) -> Callable[..., Any]:
    """A function of ``re`` that searches, where it may."""

    def search(pattern: Any, string: Any, *args: Any, **kwargs: Any) -> Any:
        if clock.is_uninterruptible():
            flags = kwargs.get("flags", args[at] if len(args) > at else 0)
            _check_ways(re.compile(pattern, flags), string, real.__name__)
        return real(pattern, string, *args, **kwargs)

    return search


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
    def search(*args: Any, **kwargs: Any) -> Any:
        return real(*args, **kwargs)

    def checked(*args: Any, **kwargs: Any) -> Any:
        _check_ways(real.__self__, args[0] if args else kwargs.get("string"), name)
        return search(*args, **kwargs)

    return checked


def finding(real: Any) -> Callable[..., Any]:
    """``finditer``, each step of which is a search."""

    @stoppable
    def steps(found: Iterator[Any]) -> Iterator[Any]:
        yield from found

    def find(*args: Any, **kwargs: Any) -> Iterator[Any]:
        pattern = getattr(real, "__self__", None)
        if isinstance(pattern, re.Pattern):
            _check_ways(pattern, args[0] if args else kwargs.get("string"))
        return steps(real(*args, **kwargs))

    return find


def _replacing(call: Callable[[Any], Any], real: Any) -> Callable[..., Any]:
    @stoppable
    def replacing(repl: Any, *args: Any, **kwargs: Any) -> Any:
        return real(repl, *args, **kwargs)

    def sub(repl: Any, string: Any, *args: Any, **kwargs: Any) -> Any:
        _check_ways(real.__self__, string)
        _check_growth(real.__self__, repl, string)
        return replacing(_replacement(call, repl), string, *args, **kwargs)

    return sub


def substitution(call: Callable[[Any], Any], real: Any) -> Callable[..., Any]:
    """``re.sub`` or ``re.subn`` that calls nothing unguarded."""

    def sub(pattern: Any, repl: Any, string: Any, *args: Any, **kwargs: Any) -> Any:
        if clock.is_uninterruptible() or _may_grow(repl, string):
            flags = kwargs.get("flags", args[1] if len(args) > 1 else 0)
            compiled = re.compile(pattern, flags)
            _check_ways(compiled, string)
            _check_growth(compiled, repl, string)
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
