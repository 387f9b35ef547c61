"""A class that agent code made, as a recipe and the values in it."""

from __future__ import annotations

import abc
import dataclasses
import enum
import types
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from agex.sandbox import language
from agex.sandbox.classes.ground import (
    MADE,
    annotations_of,
    functions_in,
    library,
    only_holds,
    source_of,
)
from agex.sandbox.natives import is_native
from agex.sandbox.offered import NotStorable
from agex.sandbox.origin import (
    is_agent_function,
    own_dict,
)

_ENUM = frozenset(
    """
    _member_names_ _member_map_ _value2member_map_ _unhashable_values_ _hashable_values_
    _unhashable_values_map_ _member_type_ _value_repr_ _use_args_ _new_member_ __new_member__
    _boundary_ _flag_mask_ _singles_mask_ _all_bits_ _inverted_ _order_ _ignore_ __new__
    __reduce_ex__ __set_name__ _use_args_
    """.split()
)
_ENUM_STATE = frozenset({"_value_", "_name_", "__objclass__", "_sort_order_", "_inverted_"})
_TUPLE = frozenset(
    """
    _fields _field_defaults __new__ _make _replace __replace__ _asdict __getnewargs__
    __match_args__ __slots__
    """.split()
)
_DATACLASS = frozenset({"__dataclass_fields__", "__dataclass_params__"})


def describe(
    cls: Any,
) -> tuple[dict[str, Any], tuple[Any, ...], Any, dict[str, Any] | None]:
    """``(recipe, needs, parts, namespace)`` of a class that agent code made.

    Raises:
        NotStorable: its metaclass is one of the host's.
    """
    own = own_dict(cls)
    meta = type(cls)
    if not only_holds(library(meta)):
        raise NotStorable(
            f"class {cls.__name__} is made by {library(meta).__name__}, which only its own "
            "statement can do; keep its instances as plain data"
        )
    functions = list(functions_in(own))
    recipe: dict[str, Any] = {
        "kind": "class",
        "name": cls.__name__,
        "qualname": cls.__qualname__,
        "source": source_of(cls, functions),
    }
    extra: dict[str, Any] = {}
    if "__orig_bases__" in own:
        extra["original"] = own["__orig_bases__"]
    if types_ := own.get("__type_params__"):
        extra["type_params"] = types_
    parts: dict[str, Any] = {}
    skipped = set(MADE)
    if isinstance(cls, enum.EnumMeta):
        recipe["kind"] = "enum"
        skipped |= _ENUM | set(cls._member_map_)
        _describe_enum(cls, recipe, extra, parts)
    elif tuple in cls.__bases__ and "_fields" in own and "_make" in own:
        recipe["kind"] = "named tuple"
        recipe["fields"] = list(own["_fields"])
        skipped |= _TUPLE | set(own["_fields"])
        if own["_field_defaults"]:
            parts["field_defaults"] = dict(own["_field_defaults"])
    elif "__slots__" in own:
        recipe["slots"] = _slots(own)
        skipped.update(name for name, v in own.items() if type(v) is types.MemberDescriptorType)
    if "__dataclass_params__" in own:
        skipped |= _DATACLASS
        _describe_dataclass(cls, own, recipe, parts)
    annotations = annotations_of(cls, own)
    if annotations:
        parts["annotations"] = annotations
    attributes = {
        name: value
        for name, value in own.items()
        if name not in skipped and not _is_generated(value, recipe)
    }
    if attributes:
        parts["attributes"] = attributes
    if isinstance(cls, abc.ABCMeta):
        registered = _registered(cls)
        if registered:
            parts["registered"] = registered
    namespace = functions[0].__globals__ if functions else None
    return recipe, (meta, cls.__bases__, extra), parts or None, namespace


def _describe_enum(
    cls: Any, recipe: dict[str, Any], extra: dict[str, Any], parts: dict[str, Any]
) -> None:
    extra["members"] = {name: member._value_ for name, member in cls._member_map_.items()}
    boundary = own_dict(cls).get("_boundary_")
    if boundary is not None:
        recipe["boundary"] = boundary.name
    states = {}
    for name, member in cls._member_map_.items():
        held = object.__getattribute__(member, "__dict__")
        state = {key: item for key, item in held.items() if key not in _ENUM_STATE}
        if state and member._name_ == name:
            states[name] = state
    if states:
        parts["states"] = states


def _describe_dataclass(
    cls: Any, own: Mapping[str, Any], recipe: dict[str, Any], parts: dict[str, Any]
) -> None:
    given = own["__dataclass_params__"]
    recipe["dataclass"] = {
        **{key: getattr(given, key) for key in ("init", "eq", "order", "unsafe_hash", "frozen")},
        "repr": language.shows_fields(own.get("__repr__")),
        "match_args": "__match_args__" in own,
    }
    fields: dict[str, dict[str, Any]] = {}
    values: dict[str, dict[str, Any]] = {}
    mine = annotations_of(cls, own)
    for name, field in own["__dataclass_fields__"].items():
        if name not in mine or field._field_type.name == "_FIELD_CLASSVAR":
            continue
        fields[name] = {
            key: getattr(field, key) for key in ("init", "repr", "hash", "compare", "kw_only")
        }
        held: dict[str, Any] = {}
        if field.default is not dataclasses.MISSING:
            held["default"] = field.default
        if field.default_factory is not dataclasses.MISSING:
            held["default_factory"] = field.default_factory
        if field.metadata:
            held["metadata"] = dict(field.metadata)
        if held:
            values[name] = held
    recipe["fields"] = fields
    if values:
        parts["fields"] = values


def _is_generated(value: Any, recipe: Mapping[str, Any]) -> bool:
    """Whether making the class again makes this as well."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if type(value) is not FunctionType or is_agent_function(value):
        # An Enum copies methods of its data type and of Enum itself.
        return recipe["kind"] == "enum" and type(value) in (
            types.WrapperDescriptorType, types.MethodDescriptorType, enum.property,
        )  # fmt: skip
    if is_native(value):
        return True
    if "dataclass" in recipe or recipe["kind"] in ("enum", "named tuple"):
        return not _home(value).startswith("functools")
    return _home(value) in ("typing", "_py_abc") or language.shows_fields(value)


def _home(function: Any) -> str:
    return str(getattr(function, "__globals__", {}).get("__name__", ""))


def _slots(own: Mapping[str, Any]) -> list[str]:
    slots = own["__slots__"]
    if isinstance(slots, str):
        return [slots]
    if isinstance(slots, (tuple, list, dict)):
        return [str(name) for name in slots]
    return [name for name, value in own.items() if type(value) is types.MemberDescriptorType]


def _registered(cls: Any) -> list[type]:
    """The classes that were registered with an abstract one, in an order of their own."""
    dump = getattr(abc, "_get_dump", None)
    if dump is None:
        return []
    found = [reference() for reference in dump(cls)[0]]
    return sorted((c for c in found if c is not None), key=lambda c: (c.__module__, c.__qualname__))
