"""``warnings`` for agent code: what it warns of stays with it, and the filters of the program stay as they are.

There is no standard error for agent code, so a warning is seen where it is recorded, with
``catch_warnings(record=True)``, and nowhere else. Warnings that libraries give go to the host, as ever.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from agex.errors import ValueRefused

#: What the innermost blocks that record have heard, for the running thread or task.
_heard: ContextVar[tuple[list[Any], ...]] = ContextVar("heard", default=())

_ACTIONS = frozenset({"default", "ignore", "always", "module", "once", "all"})
_PLAIN = tuple(
    value
    for value in vars(builtins).values()
    if isinstance(value, type) and issubclass(value, Warning)
)


class Recorded:
    """A warning that was heard. Its text names the kind only: whatever it was made with is shown by
    ``message``, which agent code reads by way of its guards."""

    __slots__ = ("category", "filename", "line", "lineno", "message")

    def __init__(self, message: Warning, category: type[Warning]) -> None:
        self.message = message
        self.category = category
        self.filename, self.lineno, self.line = "<agent>", 0, None

    def __repr__(self) -> str:
        return f"<{type.__dict__['__name__'].__get__(self.category)}>"


def set_filter(action: str, *args: Any, **options: Any) -> None:
    """Say what is done about warnings; since agent code sees none of them, nothing changes."""
    if action == "error":
        raise ValueRefused("warnings are no errors here: raise the error itself")
    if type(action) is not str or action not in _ACTIONS:
        raise ValueError(f"invalid action: {action!r}")


def reset_filters() -> None:
    """Forget the filters that were set."""


def warn(message: Any, category: Any = None, stacklevel: int = 1, **options: Any) -> None:
    """Warn: heard by ``catch_warnings(record=True)``."""
    if isinstance(message, Warning):
        category = type(message)
    elif category is None:
        category = UserWarning
    if not (isinstance(category, type) and issubclass(category, Warning)):
        raise TypeError("category must be a Warning subclass")
    if not isinstance(message, Warning):
        # A class of somebody else's is not made here: it is named beside the text.
        message = (category if category in _PLAIN else UserWarning)(message)
    for heard in _heard.get()[-1:]:
        heard.append(Recorded(message, category))


@contextlib.contextmanager
def catch_warnings(
    *, record: bool = False, action: str | None = None, **options: Any
) -> Iterator[list[Any] | None]:
    """A block whose warnings are recorded, or have filters of their own."""
    if action is not None:
        set_filter(action)
    heard: list[Any] = []
    token = _heard.set((*_heard.get(), heard) if record else _heard.get())
    try:
        yield heard if record else None
    finally:
        _heard.reset(token)
