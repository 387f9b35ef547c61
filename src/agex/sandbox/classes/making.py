"""A class put together from its recipe, without running a line of its body."""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from agex.errors import TypeRefused
from agex.sandbox import language, tables
from agex.sandbox.classes.ground import (
    MADE,
    METACLASSES,
    PROTOCOL_META,
    TYPED_DICT_META,
    annotations_of,
    library,
    only_holds,
    remember_source,
)
from agex.sandbox.guards import Guards
from agex.sandbox.origin import (
    GUARDS_KEY,
    THE_MARK,
    is_agent_class,
    is_agent_function,
    mark,
    mro_of,
    own_dict,
)

_HOOKS = ("__init_subclass__",)
_ENUM_HOOKS = ("__init_subclass__", "__init__", "__new__", "__new_member__", "_missing_")
_lock = threading.RLock()


def make(recipe: Mapping[str, Any], needs: tuple[Any, ...], namespace: dict[str, Any]) -> type:
    """A class with its bases and slots, and nothing in it yet.

    Raises:
        TypeRefused: the policy in force does not allow one of its bases.
    """
    meta, bases, extra = needs
    guards: Guards = namespace[GUARDS_KEY]
    real = library(meta)
    # A metaclass of the host's comes with a base that is registered, and not otherwise.
    if real not in METACLASSES and not (
        only_holds(real) and any(issubclass(type(base), real) for base in bases)
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
    remember_source(made, recipe["source"])
    return cast(type, made)


def _bare(recipe: Mapping[str, Any], meta: Any, bases: Any, extra: Mapping[str, Any]) -> type:
    name = recipe["name"]
    maker: Any = library(meta)
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
    if maker is TYPED_DICT_META:
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
    if isinstance(cls, PROTOCOL_META) and "__init__" in own_dict(PROTOCOL_META):
        own_dict(PROTOCOL_META)["__init__"](cls, recipe["name"], mro_of(cls)[1:2], {})
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
                "__annotations__": annotations_of(cls, own_dict(cls)),
                "__doc__": cls.__doc__,
                tables.MARK: THE_MARK,
            }
            target = library(type(cls)).__new__(type(cls), cls.__name__, cls.__bases__, space)
    for name, field in fields.items():
        type.__setattr__(target, name, field)
        field.__set_name__(target, name)
    decorate(target, **options)
    if target is not cls:
        for name, value in own_dict(target).items():
            if name not in own_dict(cls) and name not in MADE:
                type.__setattr__(cls, name, value)
