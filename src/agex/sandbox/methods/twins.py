"""Which guarded form a builtin's method has: found by its name, handed out bound or unbound."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Collection
from decimal import Decimal
from types import MethodType
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import careful, decimals, expressions, json_text, kinds, tables
from agex.sandbox.methods import calling, dunders, growing, iterating, showing
from agex.sandbox.methods.making import new_of
from agex.sandbox.opaque import Type
from agex.sandbox.origin import is_agent_class, own_dict
from agex.sandbox.taking import Rules

#: Makes the twin of ``owner.name``, whose real form, bound to ``owner``, is the last argument.
Maker = Callable[[Rules, Any, str, Any], Callable[..., Any]]

_PROPERTY = ("getter", "setter", "deleter")
_SETS = (
    "union", "intersection", "difference", "symmetric_difference", "intersection_update",
    "difference_update", "symmetric_difference_update", "issubset", "issuperset", "isdisjoint",
)  # fmt: skip

_MAKERS: dict[str, Maker] = {
    "join": growing.join,
    **dict.fromkeys(("ljust", "rjust", "center", "zfill"), growing.padding),
    "expandtabs": growing.expandtabs,
    "replace": growing.replace,
    "translate": growing.translate,
    "elements": growing.elements,
    "tolist": growing.tolist,
    "to_bytes": growing.to_bytes,
    **dict.fromkeys(kinds.THROWING, calling.throw),
    "with_traceback": calling.with_traceback,
    "sort": calling.sort,
    **dict.fromkeys(_PROPERTY, calling.accessor),
    **dict.fromkeys(("split", "subgroup"), calling.choose),
    "register": calling.register,
    **dict.fromkeys(("callback", "push_async_callback"), calling.callback),
    **dict.fromkeys(("enter_context", "enter_async_context"), calling.enter),
    **dict.fromkeys(("push", "push_async_exit"), calling.push),
    **dict.fromkeys((*_SETS, "extend", "extendleft"), iterating.each),
    **dict.fromkeys(("update", "subtract"), iterating.update),
    "new_child": iterating.new_child,
    "_make": iterating.make,
    "format": showing.template,
    "format_map": showing.template_of_mapping,
    **dict.fromkeys(("substitute", "safe_substitute"), showing.substitute),
    "index": showing.index,
    "remove": showing.remove,
}

#: What comes before that, because a name means another thing there.
_MAKERS_OF: tuple[tuple[type, Collection[str], Maker], ...] = tuple(
    (kind, kinds.REGISTERED_GUARDED.get(kind, ()) or tables.GUARDED_METHODS[kind], make)
    for kind, make in (
        (re.Pattern, lambda rules, _, name, real: expressions.method(rules.call, real, name)),
        (
            json.JSONEncoder,
            lambda rules, owner, name, real: json_text.method(
                owner, real, name, rules.decisions.is_open
            ),
        ),
        (random.Random, growing.draw),
        (Decimal, lambda _, owner, name, real: decimals.method(owner, real, name)),
        (range, growing.search),
    )
)

_CLASS_MAKERS: dict[str, Maker] = {
    "fromkeys": iterating.fromkeys,
    "from_bytes": iterating.from_bytes,
    "_make": iterating.make,
}


def guarded_method(rules: Rules, owner: Any, name: str, holder: type | None = None) -> Any:
    """The guarded twin of ``owner.name``, bound to ``owner``."""
    cls = holder or type(owner)
    if isinstance(owner, type):
        return _class_method(rules, owner, name)
    if name in ("from_bytes", "fromkeys"):
        return _class_method(rules, type(owner), name)
    real = _bound(owner, cls, name)
    if name in kinds.LIBRARY_METHODS.get((cls.__module__, cls.__qualname__), ()):
        return careful.twin(rules, real)
    for kind, names, make in _MAKERS_OF:
        if name in names and isinstance(owner, kind):
            return make(rules, owner, name, real)
    if name not in _MAKERS or (name in _PROPERTY and not issubclass(cls, property)):
        raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r} here")
    return _MAKERS[name](rules, owner, name, real)


def _bound(owner: Any, cls: type, name: str) -> Any:
    """The real method as ``cls`` defines it, past what a subclass of the agent made of it."""
    for base in (cls, *cls.__mro__):
        raw = own_dict(base).get(name)
        if raw is not None:
            return raw.__get__(owner, type(owner))
    return getattr(owner, name)


def _class_method(rules: Rules, cls: type, name: str) -> Callable[..., Any]:
    make = _CLASS_MAKERS.get(name)
    if make is None:
        return unbound_method(rules, cls, name)
    return make(rules, cls, name, getattr(cls, name))


def kept(owner: Any, name: str, twin: Any) -> Any:
    """A guarded twin that was read, not called at once: like ``"".join``, it binds to nothing else.

    A plain function in its place would become a method of whatever class it is stored in.
    """

    def method(_: Any, /, *args: Any, **kwargs: Any) -> Any:
        return twin(*args, **kwargs)

    cls = owner if isinstance(owner, type) else type(owner)
    method.__name__ = name
    method.__qualname__ = f"{cls.__name__}.{name}"
    return MethodType(method, owner)


def unbound_method(rules: Rules, holder: type, name: str) -> Callable[..., Any]:
    """``dict.items`` as a function: its first argument must be one that may have it called."""
    dunder = name.startswith("__")

    def method(*args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError(f"unbound method {holder.__name__}.{name}() needs an argument")
        owner = args[0]
        cls = type(owner)
        if isinstance(owner, type) and holder is object and is_agent_class(type(owner)):
            pass
        elif not (rules.decisions.is_open(cls) or rules.decisions.kind(cls) == kinds.AGENT):
            if not isinstance(owner, holder):
                raise TypeError(
                    f"descriptor {name!r} for {holder.__name__!r} objects doesn't apply to a "
                    f"{cls.__name__!r} object"
                )
            raise TypeRefused(
                f"{cls.__name__!r} object is not registered, so {name} cannot read it"
            )
        if dunder:
            found = guarded_dunder(rules, owner, holder, name, _Unbound(holder, owner))
            return found(*args[1:], **kwargs)
        if any(name in guarded.get(holder, ()) for guarded in _ALL_GUARDED):
            return guarded_method(rules, owner, name, holder)(*args[1:], **kwargs)
        return getattr(holder, name)(*args, **kwargs)

    method.__name__ = method.__qualname__ = name
    return method


_ALL_GUARDED: tuple[Any, ...] = (
    tables.GUARDED_METHODS,
    kinds.LANGUAGE_GUARDED,
    kinds.ABSTRACT_GUARDED,
    kinds.REGISTERED_GUARDED,
)


def class_binding(real: Any) -> Callable[..., Any]:
    """``classmethod.__get__``, which binds the type of a class that comes alone: ``type`` itself."""

    def bind(instance: Any, owner: Any = None, /) -> Any:
        if owner is None and isinstance(instance, type) and type(instance) is type:
            return MethodType(real(instance, instance).__func__, Type)
        return real(instance) if owner is None else real(instance, owner)

    return bind


class _Unbound:
    """Reads ``name`` as ``holder`` defines it, bound to ``owner``: what ``super()`` does otherwise."""

    __slots__ = ("holder", "owner")

    def __init__(self, holder: type, owner: Any) -> None:
        self.holder = holder
        self.owner = owner

    def bound(self, name: str) -> Any:
        raw = getattr(self.holder, name)
        return raw.__get__(self.owner, type(self.owner)) if hasattr(raw, "__get__") else raw


def guarded_dunder(rules: Rules, owner: Any, holder: type, name: str, source: Any) -> Any:
    """The guarded twin of a builtin's dunder, bound to ``owner``."""
    if name in kinds.REGISTERED_GUARDED.get(holder, ()):
        return guarded_method(rules, owner, name, holder)
    if name == "__new__":
        return new_of(rules, holder)
    if name == "__setattr__":
        return lambda attribute, value, /: rules.set(owner, attribute, value, plain=True)
    if name == "__delattr__":
        return lambda attribute, /: rules.delete(owner, attribute, plain=True)
    if name == "__class__":
        return type(owner)
    real = source.bound(name) if type(source) is _Unbound else getattr(source, name)
    return dunders.twin(rules, owner, holder, name, real)
