"""Stand-ins: what agent code holds where the real thing must not be in its hands.

``Type`` stands for ``type``, a *view* for a class that may be compared, tested and named but neither
called nor looked into, a *door* for an object of which one attribute may be used.
"""

from __future__ import annotations

from types import GenericAlias
from typing import Any
from weakref import WeakKeyDictionary

from agex.errors import TypeRefused


class Door:
    """An object with one attribute: what a guard hands out instead of the owner."""

    def __init__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value


class Traceback:
    """What agent code sees of a traceback: that there is one. Frames stay with the host."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<traceback object>"

    def __reduce__(self) -> str:
        return "TRACEBACK"


Traceback.__name__ = Traceback.__qualname__ = "traceback"
TRACEBACK = Traceback()


class _TypeMeta(type):
    """Makes ``isinstance(x, type)`` true for classes while ``type`` itself stays out of reach."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, type)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, type) or subclass is Type

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # Only reached from C code that was handed the name; guarded code calls the guard.
        if len(args) == 1 and not kwargs:
            return view_of(type(args[0]))
        raise TypeRefused("type() with three arguments must be called directly, by its name")

    def __getitem__(cls, item: Any) -> Any:
        return GenericAlias(type, item)

    def __iter__(cls) -> Any:
        # Without it C code would take __getitem__ for an endless sequence.
        raise TypeError("'type' object is not iterable")

    def __contains__(cls, item: Any) -> bool:
        raise TypeError("argument of type 'type' is not iterable")

    def __repr__(cls) -> str:
        return "<class 'type'>"

    def __reduce__(cls) -> str:
        return "Type"


class Type(metaclass=_TypeMeta):
    """What agent code sees as ``type``."""


Type.__name__ = Type.__qualname__ = "type"
Type.__module__ = "builtins"


class ViewMeta(type):
    """The metaclass of views: they answer ``isinstance`` for the class they stand for."""

    real: type
    named = False
    """Whether its text names the module as well: that of a class which somebody registered."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.real) or subclass is cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise TypeRefused(
            f"{cls.__name__} is not registered as constructable, so it cannot be called here"
        )

    def __repr__(cls) -> str:
        return type.__repr__(cls.real) if cls.named else f"<class '{cls.__name__}'>"

    def __reduce__(cls) -> Any:
        return view_of, (cls.real,)


_views: WeakKeyDictionary[type, ViewMeta] = WeakKeyDictionary()


def view_of(cls: type) -> ViewMeta:
    """The one view of a class."""
    view = _views.get(cls)
    if view is None:
        view = ViewMeta(cls.__name__, (), {"__module__": cls.__module__, "__slots__": ()})
        type.__setattr__(view, "real", cls)
        _views[cls] = view
    return view


def is_stand_in(cls: type) -> bool:
    """True for the metaclasses of the stand-ins themselves, which agent code knows as ``type``."""
    return cls is _TypeMeta or cls is ViewMeta


def real_class(cls: Any) -> Any:
    """The class behind a stand-in; anything else as it is."""
    if cls is Type:
        return type
    if type(cls) is ViewMeta:
        return cls.real
    return cls
