"""The guarded methods that programs call most: called outright, or behind a door without a closure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.sandbox import tables
from agex.sandbox.methods import iterating
from agex.sandbox.methods.growing import joinable, replacing
from agex.sandbox.taking import Rules, taken


def str_join(rules: Rules, owner: str, parts: Any, /) -> str:
    """``owner.join(parts)`` for an exact str."""
    if type(parts) is list and len(parts) <= 1000 and len(owner) < 1000:
        try:
            size = sum(map(str.__len__, parts))
        except TypeError:  # the method itself says which item is no text
            size = 0
        if size < 1_000_000:
            return owner.join(parts)
    return owner.join(joinable(rules, owner, parts))


def str_format(rules: Rules, owner: str, /, *args: Any, **kwargs: Any) -> str:
    """``owner.format(…)`` for an exact str."""
    return rules.texts.template(owner, args, kwargs)


def str_replace(rules: Rules, owner: str, /, *args: Any, **kwargs: Any) -> str:
    """``owner.replace(…)`` for an exact str."""
    return owner.replace(*replacing(owner, args), **kwargs)


def list_extend(rules: Rules, owner: list[Any], items: Any, /) -> None:
    """``owner.extend(items)`` for an exact list."""
    owner.extend(items if type(items) in (list, tuple) else taken(rules, items))


def list_sort(rules: Rules, owner: list[Any], /, *, key: Any = None, reverse: Any = False) -> None:
    """``owner.sort(…)`` for an exact list."""
    owner.sort(key=None if key is None else rules.call(key), reverse=reverse)


#: Guarded methods for receivers whose type is known when code is compiled: ``$str_join(", ", xs)``.
KNOWN: dict[tuple[str, str], Callable[..., Any]] = {
    (kind, name): globals()[f"{kind}_{name}"] for kind, name in tables.DIRECT_METHODS
}


class _TwinDoor:
    """A door to one guarded method, made without a closure."""

    __slots__ = ("owner", "rules")

    def __init__(self, rules: Rules, owner: Any) -> None:
        self.rules = rules
        self.owner = owner


class _Join(_TwinDoor):
    __slots__ = ()

    def join(self, parts: Any, /) -> Any:
        return str_join(self.rules, self.owner, parts)


class _Format(_TwinDoor):
    __slots__ = ()

    def format(self, /, *args: Any, **kwargs: Any) -> str:
        return str_format(self.rules, self.owner, *args, **kwargs)


class _Replace(_TwinDoor):
    __slots__ = ()

    def replace(self, *args: Any, **kwargs: Any) -> Any:
        return str_replace(self.rules, self.owner, *args, **kwargs)


class _Extend(_TwinDoor):
    __slots__ = ()

    def extend(self, items: Any, /) -> None:
        return list_extend(self.rules, self.owner, items)


class _Sort(_TwinDoor):
    __slots__ = ()

    def sort(self, *, key: Any = None, reverse: Any = False) -> None:
        return list_sort(self.rules, self.owner, key=key, reverse=reverse)


class _Update(_TwinDoor):
    __slots__ = ()

    def update(self, *others: Any, **items: Any) -> None:
        updating = iterating.update(self.rules, self.owner, "update", self.owner.update)
        updating(*others, **items)


#: The doors of exact builtin types, by method.
DOORS: dict[tuple[type, str], Callable[[Any, Any], Any]] = {
    (str, "join"): _Join,
    (str, "format"): _Format,
    (str, "replace"): _Replace,
    (list, "extend"): _Extend,
    (list, "sort"): _Sort,
    (dict, "update"): _Update,
    (set, "update"): _Update,
}
