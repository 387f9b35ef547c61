"""``functools.partial`` as agent code knows it: over what passed the call guard."""

from __future__ import annotations

import functools
from typing import Any

_HOME = "agex.sandbox.kinds"


class OwnPartial(functools.partial):  # type: ignore[type-arg]  # what agent code knows as partial
    """``functools.partial`` over a function that passed the call guard; the host's stay opaque."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Under the name it has for agent code, which the interpreter leaves out or spells out."""
        _, bracket, rest = super().__repr__().partition("(")
        return f"functools.partial{bracket}{rest}" if bracket else "..."


OwnPartial.__module__ = _HOME
OwnPartial.__name__ = OwnPartial.__qualname__ = "partial"


class OwnPartialMethod(functools.partialmethod):  # type: ignore[type-arg]
    """``functools.partialmethod`` that binds to the partial above."""

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        bound = super().__get__(obj, cls)
        if type(bound) is functools.partial:
            return OwnPartial(bound.func, *bound.args, **bound.keywords)
        return bound


OwnPartialMethod.__module__ = _HOME
OwnPartialMethod.__name__ = OwnPartialMethod.__qualname__ = "partialmethod"
