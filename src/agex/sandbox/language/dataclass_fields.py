"""``dataclasses``: reading the fields of a dataclass, within the policy, and making another from them."""

from __future__ import annotations

import collections
import copy
import dataclasses
import sys
import types
from collections.abc import Callable
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox.formatting import PLAIN
from agex.sandbox.guards import Guards
from agex.sandbox.language.copy import members as copy_members
from agex.sandbox.origin import find, is_agent_class


def members(guards: Guards) -> dict[str, Any]:
    deepcopy = copy_members(guards)["deepcopy"]

    def fields(class_or_instance: Any) -> Any:
        return _fields(guards, class_or_instance)

    def asdict(obj: Any, *, dict_factory: Any = dict) -> Any:
        _instance(guards, obj, "asdict")
        make = dict if dict_factory is dict else guards.call(dict_factory)

        def again(value: Any) -> Any:
            return _converted(guards, value, make, again, deepcopy)

        return again(obj)

    def astuple(obj: Any, *, tuple_factory: Any = tuple) -> Any:
        _instance(guards, obj, "astuple")
        make = tuple if tuple_factory is tuple else guards.call(tuple_factory)

        def values(pairs: list[tuple[str, Any]]) -> Any:
            return make([value for _, value in pairs])

        def again(value: Any) -> Any:
            return _converted(guards, value, values, again, deepcopy)

        return again(obj)

    def replace(obj: Any, /, **changes: Any) -> Any:
        return _replaced(guards, obj, changes)

    return {
        "fields": fields,
        "asdict": asdict,
        "astuple": astuple,
        "replace": replace,
        "is_dataclass": is_dataclass,
    }


def copy_replace(guards: Guards) -> dict[str, Any]:
    """``copy.replace``, where Python has it: dataclasses, named tuples, and a few more."""

    def replace(obj: Any, /, **changes: Any) -> Any:
        cls = type(obj)
        if _has_fields(cls):
            return _replaced(guards, obj, changes)
        if cls is types.SimpleNamespace:
            return guards.call(cls)(**{**vars(obj), **changes})
        if isinstance(obj, tuple) and hasattr(cls, "_fields"):
            return guards.call(guards.value(obj, "_replace"))(**changes)
        if cls.__module__ == "datetime" and hasattr(cls, "replace"):
            return guards.call(guards.value(obj, "replace"))(**changes)
        raise TypeError(f"replace() does not support {cls.__name__} objects")

    return {"replace": replace} if hasattr(copy, "replace") else {}


def is_dataclass(obj: Any) -> bool:
    return dataclasses.is_dataclass(obj)


def _has_fields(cls: type) -> bool:
    return find(cls, "__dataclass_fields__") is not None


def _known(guards: Guards, obj: Any) -> type:
    """The dataclass that an object is, or is one of; one that nobody registered is refused."""
    cls = obj if isinstance(obj, type) else type(obj)
    if not _has_fields(cls):
        raise TypeError("must be called with a dataclass type or instance")
    if not is_agent_class(cls) and guards.decisions.rule(cls) is None:
        raise TypeRefused(
            f"{cls.__name__!r} object is not registered, so its fields cannot be read"
        )
    return cls


def _instance(guards: Guards, obj: Any, what: str) -> type:
    if isinstance(obj, type) or not _has_fields(type(obj)):
        raise TypeError(f"{what}() should be called on dataclass instances")
    return _known(guards, obj)


def _fields(guards: Guards, class_or_instance: Any) -> tuple[dataclasses.Field[Any], ...]:
    """The fields that may be read."""
    cls: Any = _known(guards, class_or_instance)
    return tuple(
        field
        for field in dataclasses.fields(cls)
        if is_agent_class(cls) or guards.decisions.read(cls, field.name)[0].name == "CLEAR"
    )


def _converted(
    guards: Guards,
    value: Any,
    made_of: Callable[[list[tuple[str, Any]]], Any],
    again: Callable[[Any], Any],
    deepcopy: Callable[[Any], Any],
) -> Any:
    """A value with the dataclasses in it replaced, its containers made anew, the rest copied."""
    cls = type(value)
    if cls in PLAIN:
        return value
    if _has_fields(cls) and not isinstance(value, type):
        pairs = [(f.name, again(guards.value(value, f.name))) for f in _fields(guards, value)]
        return made_of(pairs)
    if cls is list or cls is tuple:
        return cls([again(item) for item in value])
    if isinstance(value, (tuple, list)):
        items = [again(item) for item in guards.iter(value)]
        named = isinstance(value, tuple) and hasattr(cls, "_fields")
        return guards.call(cls)(*items) if named else guards.call(cls)(items)
    if isinstance(value, dict):
        held = guards.call(guards.value(value, "items"))()
        converted = [(again(key), again(item)) for key, item in held]
        if cls is dict:
            return dict(converted)
        if isinstance(value, collections.defaultdict):
            made = guards.call(cls)(value.default_factory)
            for key, item in converted:
                made[key] = item
            return made
        return guards.call(cls)(converted)
    return deepcopy(value)


def _replaced(guards: Guards, obj: Any, changes: dict[str, Any]) -> Any:
    """Another object of the same dataclass, with other values in some fields."""
    cls: Any = _instance(guards, obj, "replace")
    for name, spec in cls.__dataclass_fields__.items():
        kind = spec._field_type.name
        if kind == "_FIELD_CLASSVAR":
            continue
        if not spec.init:
            if name in changes:
                raise _REPLACE_ERROR(
                    f"field {name} is declared with init=False, it cannot be specified "
                    "with replace()"
                )
        elif name not in changes:
            if kind == "_FIELD_INITVAR" and spec.default is dataclasses.MISSING:
                raise _REPLACE_ERROR(f"InitVar {name!r} must be specified with replace()")
            changes[name] = guards.value(obj, name)
    return guards.call(cls)(**changes)


#: What ``replace`` raises for a change that no field takes.
_REPLACE_ERROR = TypeError if sys.version_info >= (3, 13) else ValueError
