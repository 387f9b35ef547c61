"""Builtin types, exceptions, and the abstract classes that promise methods and hold nothing."""

from __future__ import annotations

import abc
import builtins
import collections.abc
import contextlib
import enum
import numbers
import typing

from agex.sandbox import tables

BUILTIN_TYPES: frozenset[type] = frozenset(tables.GUARDED_METHODS) | {object}

#: Every builtin exception class, by identity.
EXCEPTION_CLASSES: frozenset[type] = frozenset(
    value
    for value in vars(builtins).values()
    if isinstance(value, type) and issubclass(value, BaseException)
)

_ABSTRACT_HOMES = (
    "collections.abc",
    "_collections_abc",
    "abc",
    "numbers",
    "contextlib",
    "typing",
    "enum",
)
#: Classes of these modules that do something with what they are given.
_CONCRETE: frozenset[type] = frozenset(
    {collections.abc.KeysView, collections.abc.ValuesView, collections.abc.ItemsView,
     collections.abc.MappingView, typing.TypeVar, typing.ParamSpec, typing.TypeVarTuple,
     typing.NewType, typing.ForwardRef, enum.property, contextlib.ExitStack,
     contextlib.AsyncExitStack}
)  # fmt: skip


def is_abc(cls: type) -> bool:
    """True for the abstract classes of ``collections.abc``, ``numbers``, ``contextlib``, ``abc``."""
    return cls in _ABSTRACT


_ABSTRACT: frozenset[type] = frozenset(
    value
    for module in (collections.abc, abc, numbers, contextlib, typing, enum)
    for name, value in vars(module).items()
    if isinstance(value, type)
    and not name.startswith("_")
    and value.__module__ in _ABSTRACT_HOMES
    and value not in _CONCRETE
)
