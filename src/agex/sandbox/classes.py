"""Agent-made classes as bases and values; and back, without running a line of their bodies.

A class statement does not run again when its class comes back: it could print, count, register, or
see other values of the names it mentions. The class is put together instead: bases, metaclass and slots
first, then what is in its dictionary, methods being stored functions. Hooks of the agent's (metaclass
``__new__``, ``__init_subclass__``, ``__set_name__``, enum constructors) are not called; those of the
library are, since they make what cannot be stored.

What the standard library generates is generated again, because it is bytecode: the methods of a
dataclass, of a NamedTuple, of an Enum. The source of the statement is kept for people to read.
"""

from __future__ import annotations

import abc
import collections
import copyreg
import dataclasses
import enum
import sys
import threading
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any, cast
from weakref import WeakKeyDictionary

from agex.errors import TypeRefused
from agex.sandbox import language, sources, tables
from agex.sandbox.guards import Guards
from agex.sandbox.natives import is_native
from agex.sandbox.offered import NotStorable
from agex.sandbox.origin import (
    GUARDS_KEY,
    THE_MARK,
    Mark,
    is_agent_class,
    is_agent_function,
    mark,
    mro_of,
    own_dict,
)

#: What every class has by being made, or what says where it was compiled.
_MADE = frozenset(
    """
    __dict__ __weakref__ __module__ __qualname__ __slots__ __annotations__ __orig_bases__
    _abc_impl __static_attributes__ __firstlineno__ __annotate__ __annotate_func__
    __annotations_cache__ __protocol_attrs__ __non_callable_proto_members__ __type_params__
    __array_interface__ __dataframe__
    """.split()
) | {tables.MARK}
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
_HOOKS = ("__init_subclass__",)
_ENUM_HOOKS = ("__init_subclass__", "__init__", "__new__", "__new_member__", "_missing_")
#: Metaclasses whose classes can be put together from a dictionary.
_METACLASSES: tuple[type, ...] = (
    type, abc.ABCMeta, enum.EnumMeta, type(typing.Protocol),
    type(typing.TypedDict("_", {})),  # type: ignore[operator]  # a class on some, a function on others
)  # fmt: skip
_PROTOCOL_META: type = type(typing.Protocol)
_TYPED_DICT_META: Any = _METACLASSES[-1]
_lock = threading.RLock()
#: The statement that each class came from, once it was looked for.
_texts: WeakKeyDictionary[type, str] = WeakKeyDictionary()


# ---------------------------------------------------------------- describing


def describe(
    cls: Any,
) -> tuple[dict[str, Any], tuple[Any, ...], Any, dict[str, Any] | None]:
    """``(recipe, needs, parts, namespace)`` of a class that agent code made.

    Raises:
        NotStorable: its metaclass is one of the host's.
    """
    own = own_dict(cls)
    meta = type(cls)
    if not _only_holds(_library(meta)):
        raise NotStorable(
            f"class {cls.__name__} is made by {_library(meta).__name__}, which only its own "
            "statement can do; keep its instances as plain data"
        )
    functions = list(_functions(own))
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
    skipped = set(_MADE)
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
    annotations = _annotations(cls, own)
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
    mine = _annotations(cls, own)
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


def _functions(own: Mapping[str, Any]) -> Iterator[FunctionType]:
    """The agent's functions among the values of a class."""
    for value in own.values():
        inner = getattr(value, "fget", None) or getattr(value, "func", value)
        if isinstance(value, (staticmethod, classmethod)):
            inner = value.__func__
        if is_agent_function(inner):
            yield inner


def source_of(cls: type, functions: Iterable[FunctionType]) -> str:
    """The statement of an agent's class, given its own functions; "" where it is not known."""
    carried: str = getattr(own_dict(cls).get(tables.MARK), "text", "")
    text = _texts.get(cls) or carried or None
    if text is None:
        prefix = f"{cls.__qualname__}."
        codes = [f.__code__ for f in functions if f.__code__.co_qualname.startswith(prefix)]
        text = _texts[cls] = sources.class_text(cls, codes)
    return text


def _mark_with_text(mark: Mark) -> tuple[type[Mark], tuple[None, str, Any]]:
    """What a pickler by value takes of a class's mark: a new one, with the text of the statement."""
    text, cls = mark.text, mark.owner
    if not text and cls is not None:
        try:
            text = source_of(cls, _functions(own_dict(cls)))
        except sources.SourceLost:
            pass
    return Mark, (None, text, mark.rules)


copyreg.pickle(Mark, _mark_with_text)


def _slots(own: Mapping[str, Any]) -> list[str]:
    slots = own["__slots__"]
    if isinstance(slots, str):
        return [slots]
    if isinstance(slots, (tuple, list, dict)):
        return [str(name) for name in slots]
    return [name for name, value in own.items() if type(value) is types.MemberDescriptorType]


def _annotations(cls: type, own: Mapping[str, Any]) -> dict[str, Any]:
    if sys.version_info >= (3, 14):
        return dict(cls.__annotations__)
    return dict(own.get("__annotations__", ()))


def _registered(cls: Any) -> list[type]:
    """The classes that were registered with an abstract one, in an order of their own."""
    dump = getattr(abc, "_get_dump", None)
    if dump is None:
        return []
    found = [reference() for reference in dump(cls)[0]]
    return sorted((c for c in found if c is not None), key=lambda c: (c.__module__, c.__qualname__))


def _only_holds(meta: type) -> bool:
    """Whether classes of this metaclass can be put together from a dictionary.

    One of the host's can unless it has a say in how a class is made: what it did, such as keeping a list
    of its classes, would be missing or be done twice.
    """
    if meta in _METACLASSES:
        return True
    says = {"__new__", "__init__", "__prepare__"}
    return all(
        base in _METACLASSES or base is object or says.isdisjoint(own_dict(base))
        for base in mro_of(meta)
    )


def _library(meta: type) -> type:
    """The metaclass itself, or the nearest in its order that agent code did not make."""
    found: type = next(base for base in mro_of(meta) if not is_agent_class(base))
    return found


# ---------------------------------------------------------------- making


def make(recipe: Mapping[str, Any], needs: tuple[Any, ...], namespace: dict[str, Any]) -> type:
    """A class with its bases and slots, and nothing in it yet.

    Raises:
        TypeRefused: the policy in force does not allow one of its bases.
    """
    meta, bases, extra = needs
    guards: Guards = namespace[GUARDS_KEY]
    library = _library(meta)
    # A metaclass of the host's comes with a base that is registered, and not otherwise.
    if library not in _METACLASSES and not (
        _only_holds(library) and any(issubclass(type(base), library) for base in bases)
    ):
        raise TypeRefused(f"{meta.__name__} cannot be a metaclass here")
    for base in bases:
        if base is not type:  # agent code says it through a stand-in
            guards.base(base)
    name = recipe["name"]
    if recipe["kind"] == "named tuple":
        factory: Any = collections.namedtuple  # mypy reads a call by its name as a definition
        made: Any = factory(name, recipe["fields"], module=tables.HOME)
        language.show_fields(made, guards.texts)
        mark(made)
        if bases != (tuple,):
            made.__bases__ = bases
    else:
        hooks = _ENUM_HOOKS if recipe["kind"] == "enum" else _HOOKS
        with _lock, _silent(bases, hooks):
            made = _bare(recipe, meta, bases, extra)
    if "original" in extra:
        type.__setattr__(made, "__orig_bases__", extra["original"])
    if "type_params" in extra:
        type.__setattr__(made, "__type_params__", extra["type_params"])
    type.__setattr__(made, "__qualname__", recipe["qualname"])
    _texts[made] = recipe["source"]
    return cast(type, made)


def _bare(recipe: Mapping[str, Any], meta: Any, bases: Any, extra: Mapping[str, Any]) -> type:
    name = recipe["name"]
    maker: Any = _library(meta)
    keywords: dict[str, Any] = {}
    space: Any = {}
    if recipe["kind"] == "enum":
        space = enum.EnumMeta.__prepare__(name, bases)
        if recipe.get("boundary") and issubclass(maker, enum.EnumMeta):
            keywords["boundary"] = enum.FlagBoundary[recipe["boundary"]]
    space["__module__"] = tables.HOME
    space["__qualname__"] = recipe["qualname"]
    space[tables.MARK] = THE_MARK
    if "slots" in recipe:
        space["__slots__"] = tuple(recipe["slots"])
    if "original" in extra:
        space["__orig_bases__"] = extra["original"]
    for member, value in extra.get("members", {}).items():
        space[member] = enum.member(value) if hasattr(type(value), "__get__") else value
    if maker is _TYPED_DICT_META:
        maker = type
    return maker.__new__(meta, name, bases, space, **keywords)  # type: ignore[no-any-return]


@contextmanager
def _silent(bases: tuple[Any, ...], hooks: tuple[str, ...]) -> Iterator[None]:
    """Take the agent's hooks out of the bases while a class below them is made."""
    taken: list[tuple[type, str, Any]] = []
    try:
        for owner in {cls for base in bases for cls in mro_of(base) if is_agent_class(cls)}:
            for hook in hooks:
                if hook in own_dict(owner):
                    taken.append((owner, hook, own_dict(owner)[hook]))
                    type.__delattr__(owner, hook)
        yield
    finally:
        for base, hook, value in taken:
            type.__setattr__(base, hook, value)


def fill(cls: Any, recipe: Mapping[str, Any], parts: Mapping[str, Any], guards: Guards) -> None:
    """Put into a made class what it holds, and have the library generate what it generates.

    Raises:
        TypeRefused: the policy in force does not allow something in it.
    """
    put = type.__setattr__
    if "annotations" in parts:
        put(cls, "__annotations__", parts["annotations"])
    for name, value in parts.get("attributes", {}).items():
        put(cls, name, value)
    if recipe["kind"] == "named tuple" and "field_defaults" in parts:
        defaults = parts["field_defaults"]
        put(cls, "_field_defaults", defaults)
        cls.__new__.__defaults__ = tuple(defaults.values())
    for name, state in parts.get("states", {}).items():
        object.__getattribute__(cls._member_map_[name], "__dict__").update(state)
    guards.finish_class(cls)
    if "dataclass" in recipe:
        _generate(cls, recipe, parts.get("fields", {}), guards)
    if isinstance(cls, _PROTOCOL_META) and "__init__" in own_dict(_PROTOCOL_META):
        own_dict(_PROTOCOL_META)["__init__"](cls, recipe["name"], mro_of(cls)[1:2], {})
    for registered in parts.get("registered", ()):
        abc.ABCMeta.register(cls, registered)


def _generate(
    cls: Any, recipe: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]], guards: Guards
) -> None:
    """Make the methods of a dataclass as the decorator does."""
    decorate = guards.globals["$importer"].members("dataclasses")["dataclass"]
    fields = {
        name: dataclasses.field(**options, **values.get(name, {}))
        for name, options in recipe["fields"].items()
    }
    if not own_dict(cls).get("__doc__"):
        type.__setattr__(cls, "__doc__", f"{cls.__name__}()")
    options = recipe["dataclass"]
    target = cls
    if "slots" in recipe:
        # Fields cannot stand where slots are: the methods are made for a twin, which is how the
        # decorator itself does it.
        with _lock, _silent(cls.__bases__, _HOOKS):
            space = {
                **{k: v for k, v in own_dict(cls).items() if is_agent_function(v)},
                "__module__": tables.HOME,
                "__qualname__": recipe["qualname"],
                "__annotations__": _annotations(cls, own_dict(cls)),
                "__doc__": cls.__doc__,
                tables.MARK: THE_MARK,
            }
            target = _library(type(cls)).__new__(type(cls), cls.__name__, cls.__bases__, space)
    for name, field in fields.items():
        type.__setattr__(target, name, field)
        field.__set_name__(target, name)
    decorate(target, **options)
    if target is not cls:
        for name, value in own_dict(target).items():
            if name not in own_dict(cls) and name not in _MADE:
                type.__setattr__(cls, name, value)
