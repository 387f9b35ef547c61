"""A function of agent code under a deadline, in the hands of whoever it was returned to."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

from agex.errors import CallTimeout, ConfigurationError, LimitReached
from agex.sandbox.clock import (
    Deadline,
    current,
    look,
    running,
    watch_code,
    watch_session,
)
from agex.sandbox.tracebacks import is_agent_file

P = ParamSpec("P")
R = TypeVar("R")


def limited(fn: Callable[P, R], *, seconds: float) -> Callable[P, R]:
    """``fn`` with a limit on each call: agent code that takes longer is stopped.

    A function that a task returned carries no deadline in your hands. This gives it one. Agent code is
    what is interrupted: functions of your own that it calls run to their end first. Of a generator
    function, only the call that makes the generator is limited.

    Raises:
        ConfigurationError: ``fn`` is not callable, or ``seconds`` is not above 0.
        CallTimeout: a ``TimeoutError``, from a call that took longer.

    >>> limited(len, seconds=1.0)("abc")
    3
    """
    if not callable(fn):
        raise ConfigurationError(f"limited() takes a callable, got {type(fn).__name__}")
    if type(seconds) not in (int, float) or not seconds > 0:
        raise ConfigurationError(f"seconds is a number above 0, got {seconds!r}")
    return cast("Callable[P, R]", _Limited(fn, seconds))


class _Limited:
    """Calls a function under a deadline; an object, so that it pickles as far as the function does."""

    __wrapped__: Callable[..., Any]

    def __init__(self, fn: Callable[..., Any], seconds: float) -> None:
        functools.update_wrapper(self, fn, updated=())
        self._seconds = seconds
        self._watched: list[Any] = []

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_watched": []}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._watched:
            self._watched = _watch(self.__wrapped__)
        outer = current()
        started = time.monotonic()
        deadline = Deadline(self._seconds)
        if outer is not None:  # called by agent code: its own time is not extended by this
            deadline.seconds = min(self._seconds, max(outer.at - started, 0.001))
        try:
            with running(deadline):
                value = self.__wrapped__(*args, **kwargs)
        except BaseException as error:
            self._charge(outer, started)
            late = isinstance(error, LimitReached) or deadline.expired is not None
            if not late or isinstance(error, KeyboardInterrupt):
                raise
            raise CallTimeout(_name(self.__wrapped__), self._seconds) from None
        self._charge(outer, started)
        return value

    @staticmethod
    def _charge(outer: Deadline | None, started: float) -> None:
        if outer is not None:
            outer.at -= time.monotonic() - started
            look()

    def __repr__(self) -> str:
        return f"<{_name(self.__wrapped__)}, limited to {self._seconds:g} s>"


@dataclass(eq=False)
class _Space:
    """The globals of agent code, as the clock wants to be told of them."""

    globals: dict[str, Any]


def _watch(fn: Any) -> list[Any]:
    """Tell the clock of the agent code behind ``fn``: no session does where it came out of a pickle.

    Returns what has to live as long as ``fn`` does; never empty.
    """
    members = vars(fn).values() if isinstance(fn, type) else (fn,)
    spaces = {
        id(inner.__globals__): inner.__globals__
        for member in members
        if _is_agents(inner := getattr(member, "__func__", member))
    }
    for space in spaces.values():
        for value in list(space.values()):
            owned = vars(value).values() if isinstance(value, type) else (value,)
            for function in filter(_is_agents, owned):
                watch_code(function.__code__)
    for function in filter(_is_agents, members):
        watch_code(function.__code__)
    held = [_Space(space) for space in spaces.values()]
    for holder in held:
        watch_session(holder)
    return held or [None]


def _is_agents(value: Any) -> bool:
    # By its file: globals that came out of a pickle hold only what the function mentions.
    return type(value) is FunctionType and is_agent_file(value.__code__.co_filename)


def _name(fn: Callable[..., Any]) -> str:
    name = getattr(fn, "__name__", None)
    return name if type(name) is str else type(fn).__name__
