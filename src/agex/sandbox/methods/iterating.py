"""Methods that go through their arguments from C: what they go through is asked first."""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Callable
from typing import Any

from agex.sandbox.taking import Rules, pairs, taken

_SETS = (set, frozenset)


def each(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """Methods of sets, and ``extend``: each argument is gone through."""
    return lambda *others: real(*(taken(rules, other) for other in others))


def update(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``update`` of sets, dictionaries and their kin, and ``Counter.subtract``."""

    def updating(*others: Any, **items: Any) -> Any:
        for other in others:
            rules.mapping(other)
        if isinstance(owner, _SETS):
            return real(*(taken(rules, other) for other in others))
        if isinstance(owner, collections.Counter):
            return real(
                *(
                    rules.spread(o) if isinstance(o, collections.abc.Mapping) else taken(rules, o)
                    for o in others
                ),
                **items,
            )
        return real(*(pairs(rules, other) for other in others), **items)

    return updating


def new_child(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    return lambda m=None, **items: real(None if m is None else rules.mapping(m), **items)


def make(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``_make`` of a named tuple."""
    return lambda items, /: real(taken(rules, items))


def fromkeys(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    return lambda keys, *value: real(taken(rules, keys), *value)


def from_bytes(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    def made(data: Any, *args: Any, **kwargs: Any) -> Any:
        return real(data if isinstance(data, bytes) else bytes(taken(rules, data)), *args, **kwargs)

    return made
