"""``C.__new__`` and the making of classes: what may be constructed, and nothing else."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import kinds, tables
from agex.sandbox.arguments import FILLED_LATER, TAKING, arguments
from agex.sandbox.opaque import Type
from agex.sandbox.origin import find, is_agent_class, making, mark, marked
from agex.sandbox.taking import Rules

_BOUND_BY_CALL = (property, classmethod, staticmethod)
#: What the body of an enum runs in.
_ENUM_NAMESPACE: Any = type(enum.EnumMeta.__prepare__("E", (enum.Enum,)))


def init_of(rules: Rules, holder: type, real: Any) -> Callable[..., None]:
    """``super().__init__(…)`` of a builtin: what it goes through or calls is asked first."""
    if holder not in TAKING and holder not in kinds.LANGUAGE_MEMBERS:
        return real  # type: ignore[no-any-return]

    def init(*args: Any, **kwargs: Any) -> None:
        args, kwargs = arguments(rules, holder, args, kwargs)
        real(*args, **kwargs)

    return init


def new_of(rules: Rules, cls: type) -> Callable[..., Any]:
    """``C.__new__``: makes objects of classes that may be constructed, and no others."""
    # As it is now: what is made here may itself be put there, with ``C.__new__ = C.__new__``.
    maker, found = _maker(cls), find(cls, "__new__")

    def new(*args: Any, **kwargs: Any) -> Any:
        if not args or not isinstance(args[0], type):
            raise TypeError("__new__() takes a class as its first argument")
        target = args[0]
        if issubclass(target, type):
            return new_class(rules, target, *args[1:], **kwargs)
        if target is Type or not rules.decisions.may_construct(target):
            raise TypeRefused(
                f"{target.__name__} is not registered as constructable, so it cannot be made here"
            )
        rest = args[1:]
        if issubclass(target, enum.Enum) and maker is enum.Enum.__new__:
            return rules.call(target)(*rest, **kwargs)
        holder = found[0] if found is not None else object
        if not is_agent_class(holder):
            if holder in kinds.INTERNAL_MEMBERS or holder in _BOUND_BY_CALL:
                raise TypeRefused(f"{target.__name__}.__new__ is not offered here; call the class")
            if holder not in FILLED_LATER:
                rest, kwargs = arguments(rules, holder, rest, kwargs)
        return maker(target, *rest, **kwargs)

    return new


def _maker(cls: type) -> Any:
    """The real ``__new__`` that ``cls`` has."""
    return cls.__new__


def new_class(rules: Rules, meta: type, *args: Any, **kwargs: Any) -> Any:
    """``type.__new__(meta, name, bases, namespace)`` for a metaclass of the agent."""
    if len(args) != 3:
        raise TypeError("type.__new__() takes exactly 3 arguments here: name, bases, namespace")
    name, bases, namespace = args
    if type(name) is not str:
        raise TypeError(f"type.__new__() argument 1 must be str, not {type(name).__name__}")
    if meta is not type and not is_agent_class(meta) and not rules.decisions.is_known_class(meta):
        raise TypeRefused(f"{meta.__name__} cannot be a metaclass here")
    checked = tuple(rules.base(base) for base in bases)
    made_from = (
        dict(namespace)
        if type(namespace) is not dict
        and isinstance(namespace, dict)
        and type(namespace) is not _ENUM_NAMESPACE
        else namespace
    )
    for key in made_from:
        if type(key) is not str or ("$" in key and key != tables.MARK):
            raise TypeRefused(f"{key!r} cannot be a name in a class body")
    made_from.setdefault("__module__", tables.HOME)
    maker = _real_metaclass(meta).__new__
    rules.check_class(meta, {k: v for k, v in made_from.items() if k != "__classcell__"})
    with making():
        made = maker(meta, name, checked, marked(rules, made_from), **kwargs)
    return rules.finish_class(mark(made)) if isinstance(made, type) else made


def _real_metaclass(meta: type) -> Any:
    """The first metaclass in the order of ``meta`` that the agent did not make."""
    return next(base for base in meta.__mro__ if not is_agent_class(base))
