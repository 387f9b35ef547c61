"""Operators that the library wrote in Python, which go through or call what stands beside them.

``collections.abc.Set`` takes ``|`` for a loop over the other side, ``ContextDecorator`` calls what it
decorates. No guard stands in that code, so a class of the agent's that inherits such an operator gets one of
its own, which asks and then lets the library's work.
"""

from __future__ import annotations

import collections
import collections.abc
import contextlib
from types import FunctionType
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox.origin import find, mark, mro_of, own_dict
from agex.sandbox.taking import Rules

_BOTH = "and or sub xor rand ror rsub rxor".split()
#: Class of the library → the operators it wrote that need asking first.
OPERATORS: dict[type, tuple[str, ...]] = {
    collections.abc.Set: tuple(f"__{name}__" for name in _BOTH),
    collections.abc.MutableSet: ("__ior__", "__iand__", "__ixor__", "__isub__"),
    collections.abc.MutableSequence: ("__iadd__",),
    collections.UserList: ("__add__", "__radd__", "__iadd__"),
    contextlib.ContextDecorator: ("__call__",),
    contextlib.AsyncContextDecorator: ("__call__",),
}
#: What instances of these hold, and what their own code trusts.
TRUSTED: dict[type, str] = {
    collections.UserDict: "data",
    collections.UserList: "data",
    collections.ChainMap: "maps",
    collections.defaultdict: "default_factory",
}


def guard_operators(rules: Rules, cls: type) -> None:
    """Put guarded operators into a class that inherits the library's."""
    for base in mro_of(cls):
        for name in OPERATORS.get(base, ()):
            found = find(cls, name)
            if found is not None and (found[0] is base or is_native(own_dict(cls).get(name))):
                type.__setattr__(cls, name, _guarded(rules, cls, name))


def _guarded(rules: Rules, cls: type, name: str) -> FunctionType:
    check = rules.call if name == "__call__" else rules.iter

    def operator(self: Any, other: Any) -> Any:
        return getattr(super(cls, self), name)(check(other))

    operator.__name__ = name
    operator.__qualname__ = f"{cls.__qualname__}.{name}"
    return operator  # type: ignore[return-value]


def is_native(function: Any) -> bool:
    """Whether this is one of the operators made here."""
    return type(function) is FunctionType and function.__globals__ is globals()


def trusted(cls: type) -> frozenset[str]:
    """The attributes of objects of ``cls`` that library code goes through or calls."""
    return frozenset(TRUSTED[base] for base in mro_of(cls) if base in TRUSTED)


def check_trusted(rules: Rules, name: str, value: Any) -> None:
    """Before such an attribute is assigned.

    Raises:
        TypeRefused: it, or one of the maps in it, is not registered.
    """
    if name == "default_factory":
        if value is not None:
            rules.call(value)
        return
    if name == "maps" and type(value) not in (list, tuple, Maps):
        raise TypeRefused("maps must be a list here")
    for part in (value, *value) if name == "maps" else (value,):
        rules.mapping(part)


class Maps(list):  # type: ignore[type-arg]  # what a ChainMap shows of its maps
    """The maps of a ``ChainMap``, to be looked at; each is the real one."""

    def _fixed(self, *_: Any, **__: Any) -> Any:
        raise TypeRefused("the list of maps is fixed here; use new_child(m) or ChainMap(*maps)")

    append = extend = insert = remove = pop = clear = sort = reverse = _fixed
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _fixed


Maps.__module__, Maps.__qualname__, Maps.__name__ = "builtins", "list", "list"
mark(Maps)


def shown_maps(owner: Any) -> Any:
    """``cm.maps`` for agent code."""
    held = owner.maps
    return Maps(held) if type(held) in (list, Maps) else held
