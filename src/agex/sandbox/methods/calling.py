"""Methods that call, raise or enter what they are given, now or later: it passes its guard first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.sandbox.opaque import TRACEBACK
from agex.sandbox.taking import Rules


def throw(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``generator.throw`` and its kin: an exception class is constructed by being thrown."""

    def throwing(error: Any, *more: Any) -> Any:
        if len(more) > 1 and more[1] is not None and more[1] is not TRACEBACK:
            raise TypeError("throw() third argument must be a traceback object")
        return real(rules.raised(error), *more[:1])

    return throwing


def with_traceback(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    return lambda traceback, /: rules.set(owner, "__traceback__", traceback) or owner


def sort(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    def sorting(*, key: Any = None, reverse: Any = False) -> None:
        real(key=None if key is None else rules.call(key), reverse=reverse)

    return sorting


def accessor(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``getter``, ``setter`` and ``deleter`` of a property."""
    return lambda function, /: real(None if function is None else rules.call(function))


def choose(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``split`` and ``subgroup`` of an exception group, which ask a type, types or a function."""
    return lambda condition, /: real(
        condition if isinstance(condition, (type, tuple)) else rules.call(condition)
    )


def register(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    return lambda key, function=None: (
        real(rules.call(key)) if function is None else real(key, rules.call(function))
    )


def callback(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``ExitStack.callback`` and its twin for coroutines."""
    return lambda function, /, *args, **kwargs: real(rules.call(function), *args, **kwargs)


def enter(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``ExitStack.enter_context`` and its twin for coroutines."""
    check = rules.context if name == "enter_context" else rules.acontext
    return lambda manager, /: real(check(manager))


def push(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``ExitStack.push`` and its twin for coroutines: a manager's exit, or a function like one."""
    method = "__exit__" if name == "push" else "__aexit__"

    def pushing(leave: Any, /) -> Any:
        if hasattr(type(leave), method):
            (rules.context if name == "push" else rules.acontext)(leave)
            return real(leave)
        approved = rules.call(leave)

        def without_frames(kind: Any, error: Any, traceback: Any) -> Any:
            return approved(kind, error, None if traceback is None else TRACEBACK)

        real(without_frames)
        return leave

    return pushing
