"""What ``__exit__`` is handed: agent code sees that there is a traceback, library code gets the real one.

The interpreter hands every ``__exit__`` the traceback, and its frames. Agent code, which often hands the
three on to a manager of its own inside, holds the stand-in for it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from agex.sandbox.opaque import TRACEBACK

NAMES = ("__exit__", "__aexit__")

# What the interpreter stored, past any property of the same name.
_REAL = BaseException.__dict__["__traceback__"].__get__


def seen(value: Any) -> Any:
    """The last argument of an ``__exit__``, or all the ``*details``, without a frame in it."""
    if type(value) is tuple:
        return tuple(TRACEBACK if type(part) is TracebackType else part for part in value)
    return TRACEBACK if type(value) is TracebackType else value


def handed_on(leave: Callable[..., Any]) -> Callable[..., Any]:
    """The ``__exit__`` of a manager that agent code did not write, for agent code to call."""

    def exiting(*details: Any) -> Any:
        if len(details) > 1 and details[-1] is TRACEBACK:
            error = details[-2]
            real = _REAL(error) if issubclass(type(error), BaseException) else None
            details = (*details[:-1], real)
        return leave(*details)

    return exiting
