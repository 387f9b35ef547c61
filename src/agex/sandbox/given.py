"""What methods of the agent's own classes hand to the interpreter, which uses it without asking.

``async with a`` awaits what ``a.__aenter__()`` gives, a ``for`` loop calls ``__next__`` of what
``__iter__()`` gave, ``{**d}`` goes through ``d.keys()``: no guard stands in between. So a function of such
a name is compiled to ask before each ``return``, unless it is a generator or ``async``, and no other kind
of function may stand under that name in a class. What stands under a name that the interpreter looks up on
a class is a function at all: a descriptor would hand it something else to call.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterator
from types import FunctionType
from typing import Any, Protocol

from agex.errors import TypeRefused
from agex.sandbox import kinds, tables
from agex.sandbox.formatting import is_twin
from agex.sandbox.origin import find, is_agent_class, is_agent_function

#: The guards that such functions return through.
GUARDS = ("$given", "$givenawait")
_RUNNING = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
#: What C code calls by name on mappings.
MAPPED = frozenset({"get", "keys", "items", "values"})
_MAPPING = 1 << 6
_flags_of: Any = type.__dict__["__flags__"].__get__
#: What a class may hold under the name of a protocol, beside functions and what calls itself.
_BINDING = (kinds.OwnPartialMethod, type(functools.lru_cache(lambda: None)))


class Calling(Protocol):
    """What a delegate asks of the guards."""

    def call(self, callee: Any) -> Any: ...
    def value(self, owner: Any, name: str) -> Any: ...


def check_giving(name: str, value: Any) -> None:
    """Refuse what does not ask before it hands something on.

    Raises:
        TypeRefused: with what to write.
    """
    inner = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
    if inner is None or (name == "keys" and not callable(inner) and not _binds(inner)):
        return
    if type(inner) in (types.WrapperDescriptorType, types.MethodDescriptorType):
        return
    if is_agent_function(inner):
        code = inner.__code__
        if code.co_flags & _RUNNING or any(guard in code.co_names for guard in GUARDS):
            return
    elif type(inner) is FunctionType and not is_twin(inner) and _is_library(inner):
        return
    raise TypeRefused(f"{name} is written as `def {name}(self)` in the class here")


def check_bound(name: str, value: Any) -> None:
    """Refuse a descriptor in the place of a method that the interpreter looks up itself.

    Raises:
        TypeRefused: with what to write.
    """
    cls = type(value)
    if not _binds(value) or cls in kinds.FUNCTION_TYPES or cls in _BINDING:
        return
    getter = find(cls, "__get__")
    if getter is not None and is_twin(getter[1]):
        return  # singledispatchmethod
    raise TypeRefused(
        f"a {cls.__name__!r} object cannot be {name} of a class here; write def {name}"
    )


def _binds(value: Any) -> bool:
    return hasattr(type(value), "__get__")


def _is_library(function: FunctionType) -> bool:
    """A function of the standard library, such as ``Mapping.keys``, which a class may name again."""
    home = function.__globals__.get("__name__")
    return home in ("_collections_abc", "collections", "enum", "contextlib", "typing")


def is_mapping(cls: type) -> bool:
    """Does the interpreter take objects of this class for mappings?"""
    return bool(_flags_of(cls) & _MAPPING)


def leads_to_mappings(cls: type) -> bool:
    """Is this class, or any that derives from it, a mapping?"""
    below: list[type] = type.__subclasses__(cls)
    return is_mapping(cls) or any(leads_to_mappings(each) for each in below)


def check_mapping(cls: type) -> None:
    """Refuse a mapping whose methods, which C code calls by name, are none.

    Raises:
        TypeRefused: with what to write.
    """
    for name in MAPPED:
        found = find(cls, name)
        if found is not None and not is_method(found[1]):
            raise TypeRefused(f"{name} of a mapping is written as `def {name}` here")


def is_method(value: Any) -> bool:
    return value is None or type(value) in kinds.FUNCTION_TYPES


class Delegate:
    """An iterator of the agent's, as ``yield from`` and ``await`` know it: what they call by name asks."""

    __slots__ = ("_guards", "_iterator")

    def __init__(self, guards: Calling, iterator: Any) -> None:
        self._guards = guards
        self._iterator = iterator

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._iterator)

    def _method(self, name: str) -> Any:
        return self._guards.call(self._guards.value(self._iterator, name))

    def send(self, value: Any) -> Any:
        return self._method("send")(value)

    def throw(self, error: Any, *more: Any) -> Any:
        try:
            method = self._method("throw")
        except AttributeError:
            raise error if not more or more[0] is None else more[0] from None
        return method(error, *more[:1])

    def close(self) -> Any:
        try:
            method = self._method("close")
        except AttributeError:
            return None
        return method()


def delegate(guards: Calling, iterator: Any) -> Any:
    """The iterator itself where it is Python's own, or one that asks."""
    return Delegate(guards, iterator) if is_agent_class(type(iterator)) else iterator


#: Methods whose result the interpreter, or a builtin, uses by itself.
NAMES = tables.GIVING
