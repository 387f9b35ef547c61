"""The body of an enum: its namespace is the library's own, which shows and iterates what it is given.

A name defined twice is complained of with the ``repr`` of the first value, and ``_ignore_`` is gone
through when it is bound. Both happen in the library's code, which no guard in the body can see.
"""

from __future__ import annotations

import enum
from typing import Any

from agex.sandbox.methods import Rules

#: The class of an enum's namespace, which each Python calls something else.
_Plain: Any = type(enum.EnumMeta.__prepare__("_", ()))


class Bodies:
    """``$body``: what the first statement of a class body hands its namespace to."""

    def __init__(self, rules: Rules) -> None:
        class Guarded(_Plain):  # type: ignore[misc]  # the library's own
            def __setitem__(self, key: str, value: Any) -> None:
                if key == "_ignore_" and type(value) is not str:
                    rules.iter(value)
                try:
                    super().__setitem__(key, value)
                except TypeError:
                    if key not in self:
                        raise
                    before = rules.texts.repr(self[key])
                    raise TypeError(f"{key!r} already defined as {before}") from None

        Guarded.__name__ = Guarded.__qualname__ = _Plain.__name__
        self._rules = rules
        self._guarded = Guarded

    def __call__(self, namespace: Any) -> None:
        if type(namespace) is _Plain:
            namespace.__class__ = self._guarded

    def __reduce__(self) -> Any:
        return Bodies, (self._rules,)
