"""What a class is, asked without running any of its code.

A class that a model wrote may have a metaclass, properties and a lying ``__class__``: reading
``cls.__name__``, calling ``isinstance``, comparing two classes or looking one up in a dict can run
them, outside of every limit. Everything here goes through ``type``'s own slots, and by identity.
"""

from __future__ import annotations

import sys
from typing import Any, cast

_MRO = type.__dict__["__mro__"].__get__
_NAME = type.__dict__["__name__"].__get__
_QUALNAME = type.__dict__["__qualname__"].__get__
_MODULE = type.__dict__["__module__"].__get__
_ARGUMENTS = BaseException.__dict__["args"].__get__
_DICT = type.__dict__["__dict__"].__get__


def type_name(cls: type) -> str:
    """The class's bare name."""
    return str.__str__(_NAME(cls))  # what a class was named with may be a subclass of str


def qualified_name(cls: type) -> str:
    """The class's name within its module: ``Outer.Inner``."""
    return str.__str__(_QUALNAME(cls))


def bases(cls: type) -> tuple[type, ...]:
    """The class itself and all it inherits from, in lookup order."""
    return cast("tuple[type, ...]", _MRO(cls))


def inherits(cls: type, base: type) -> bool:
    """``issubclass`` without the hooks of either class."""
    return any(found is base for found in bases(cls))


def ids(*classes: type) -> frozenset[int]:
    """The identities of classes, for :func:`is_one_of`; whoever asks keeps the classes alive."""
    return frozenset(map(id, classes))


def is_one_of(cls: type, known: frozenset[int]) -> bool:
    """Whether the class is one of these, by identity alone."""
    return id(cls) in known


def own_dict(cls: type) -> dict[str, Any]:
    """What the class body defined."""
    return cast("dict[str, Any]", _DICT(cls))


def class_attribute(cls: type, name: str, default: Any = None) -> Any:
    """A class attribute as it is stored, descriptors not called."""
    for base in bases(cls):
        found = own_dict(base).get(name, own_dict)
        if found is not own_dict:
            return found
    return default


def module_of(cls: type) -> str:
    """The module the class says it comes from; ``""`` where that is not a plain string."""
    found = _MODULE(cls)
    return found if type(found) is str else ""


def root_package(cls: type) -> str:
    """The top package the class says it comes from: ``pandas``."""
    return module_of(cls).partition(".")[0]


def is_importable(cls: type) -> bool:
    """Whether the class really is what its module holds under its name.

    A class can be given any ``__module__`` and ``__qualname__``; only the real one is found there.
    """
    found: Any = sys.modules.get(module_of(cls))
    for part in qualified_name(cls).split("."):
        if isinstance(found, type):
            found = own_dict(found).get(part)
        else:
            found = getattr(found, "__dict__", {}).get(part)
        if found is None:
            return False
    return found is cls


def error_arguments(error: BaseException) -> tuple[Any, ...]:
    """``error.args`` as they were given."""
    return cast("tuple[Any, ...]", _ARGUMENTS(error))


_MISSING = object()


def stored(value: object, name: str, default: Any = None) -> Any:
    """The value an instance keeps under ``name``: in its dict or a slot. No property is run."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = None
    if type(own) is dict and name in own:
        return own[name]
    slot = class_attribute(type(value), name, _MISSING)
    if type(slot) is _SLOT:
        try:
            return slot.__get__(value, type(value))
        except AttributeError:
            return default
    return default


class _Slotted:
    __slots__ = ("one",)


_SLOT = type(_Slotted.__dict__["one"])
