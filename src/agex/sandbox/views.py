"""Set operators of dictionary views, which go through whatever stands on their other side.

``{}.keys() | secret`` is a loop over ``secret`` from C, also where the view is on the right. So where such
an operator is written, a view is replaced by one that asks about the other side first.
"""

from __future__ import annotations

import collections
import collections.abc
import operator
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from agex.sandbox.origin import mark

#: Views with such operators.
VIEWS: frozenset[type] = frozenset(
    {
        type({}.keys()),
        type({}.items()),
        type(collections.OrderedDict().keys()),
        type(collections.OrderedDict().items()),
        collections.abc.KeysView,
        collections.abc.ItemsView,
    }
)
NAMES = frozenset(f"__{side}{name}__" for name in ("or", "and", "sub", "xor") for side in ("", "r"))


class Asking(Protocol):
    def iter(self, owner: Any) -> Any: ...


class View:
    """A view that stands beside an operator."""

    def __init__(self, rules: Asking, real: Any) -> None:
        self._rules = rules
        self._real = real

    def __iter__(self) -> Iterator[Any]:
        return iter(self._real)

    def __len__(self) -> int:
        return len(self._real)

    def __contains__(self, item: object) -> bool:
        return item in self._real

    def _done(self, do: Callable[[Any, Any], Any], other: Any, swapped: bool) -> Any:
        other = other._real if type(other) is View else self._rules.iter(other)
        return do(other, self._real) if swapped else do(self._real, other)


def _operator(do: Callable[[Any, Any], Any], swapped: bool) -> Callable[[Any, Any], Any]:
    return lambda self, other: self._done(do, other, swapped)


for _name in ("or", "and", "sub", "xor"):
    _do = getattr(operator, f"__{_name}__")
    setattr(View, f"__{_name}__", _operator(_do, False))
    setattr(View, f"__r{_name}__", _operator(_do, True))
View.__module__, View.__qualname__, View.__name__ = "builtins", "dict_keys", "dict_keys"
mark(View)


def in_place(rules: Asking, left: Any, right: Any) -> None:
    """Before ``left -= right`` and its like.

    Raises:
        TypeRefused: one is a view, and the other is not to be gone through.
    """
    if type(left) in VIEWS or type(right) in VIEWS:
        rules.iter(left)
        rules.iter(right)
