"""Which objects must never be in agent hands, and a search for them in what the agent kept."""

from __future__ import annotations

import builtins
import io
import os
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

KINDS: tuple[type, ...] = (
    types.FrameType, types.CodeType, types.TracebackType, types.CellType, io.IOBase,
    types.GetSetDescriptorType, types.MemberDescriptorType,
)  # fmt: skip
"""Kinds of object that are machinery, whatever made them."""

OBJECTS: tuple[Any, ...] = (
    type, getattr, setattr, delattr, vars, globals, locals, eval, exec, compile, open, input,
    breakpoint, __import__, builtins.__build_class__, str.format, str.format_map,
    object.__getattribute__, object.__setattr__, object.__reduce_ex__, object.__subclasses__,
    type.__getattribute__, type.__setattr__, type.__call__, type.mro, os.system, sys._getframe,
)  # fmt: skip
"""Single objects that open every door; the guarded forms of them are other objects."""

_BY_ID = {id(thing): thing for thing in OBJECTS}
_FORMATTING = ("format", "format_map")
_DOORS = ("__getattribute__", "__setattr__", "__delattr__", "__reduce_ex__", "__subclasses__")
_BOUND = (types.MethodWrapperType, types.BuiltinMethodType)
_DESCRIPTORS = (types.GetSetDescriptorType, types.MemberDescriptorType)
_CONTAINERS = (list, tuple, set, frozenset)


def forbidden_in(
    names: Mapping[str, Any], *, own_types: tuple[type, ...] = (), canary: str = ""
) -> list[str]:
    """Where forbidden objects (or the canary) are reachable from ``names``, in words."""
    seen: set[int] = set()
    keep: list[Any] = []
    todo: list[tuple[str, Any]] = [(name, value) for name, value in list(names.items())]
    found: list[str] = []
    module_dicts = {id(vars(module)) for module in list(sys.modules.values()) if _is_module(module)}
    while todo:
        where, value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        keep.append(value)
        kind = type(value)
        if kind is str:
            if canary and canary in value:
                found.append(f"{where} holds the canary")
            continue
        if id(value) in _BY_ID:
            found.append(f"{where} is the real {_BY_ID[id(value)]!r:.60}")
            continue
        if kind in _DESCRIPTORS and _harmless(value.__objclass__):
            continue
        if issubclass(kind, KINDS) or _real_module(value):
            found.append(f"{where} is a {kind.__name__}")
            continue
        if kind in _BOUND and value.__name__ in _DOORS:
            found.append(f"{where} is the unguarded {value.__name__}")
            continue
        if kind is types.BuiltinMethodType and value.__name__ in _FORMATTING:
            if isinstance(value.__self__, str):
                found.append(f"{where} is the unguarded str.{value.__name__}")
            continue
        if kind is dict and id(value) in module_dicts:
            found.append(f"{where} is the namespace of a module")
            continue
        todo += [(f"{where}{step}", inner) for step, inner in _inside(value, own_types)]
    return found


def _harmless(owner: type) -> bool:
    """Whether a descriptor is a slot of a class the agent made, or a field of an exception."""
    return issubclass(owner, BaseException) or _agent_class(owner)


def _real_module(thing: object) -> bool:
    """A module itself; a proxy that only derives from the module type is none."""
    if type(thing) is types.ModuleType:
        return True
    return isinstance(thing, types.ModuleType) and sys.modules.get(thing.__name__) is thing


def _is_module(thing: object) -> bool:
    return isinstance(thing, types.ModuleType)


def _inside(value: Any, own_types: tuple[type, ...]) -> Iterator[tuple[str, Any]]:
    """What agent code could reach from ``value`` without asking a guard: its own containers."""
    kind = type(value)
    if kind is dict:
        for key, inner in list(value.items()):
            yield f"[{key!r:.30}]", inner
            yield " key", key
    elif kind in _CONTAINERS:
        for position, inner in enumerate(list(value)):
            yield f"[{position}]", inner
    elif kind is types.FunctionType and _agent_made(value):
        for inner in [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]:
            yield " default", inner
        for cell in value.__closure__ or ():
            try:
                yield " closure", cell.cell_contents
            except ValueError:
                continue
    elif isinstance(value, type):
        if value not in own_types and _agent_class(value):
            for name, inner in list(type.__getattribute__(value, "__dict__").items()):
                if not (name.startswith("__") and name.endswith("__")):
                    yield f".{name}", inner
    elif _agent_class(kind) and not set(kind.__mro__) & set(own_types):
        try:
            yield " dict", dict(object.__getattribute__(value, "__dict__"))
        except (AttributeError, TypeError):
            pass
        for owner in kind.__mro__:
            for name in _slots(owner):
                try:
                    yield f".{name}", object.__getattribute__(value, name)
                except AttributeError:
                    continue


def _slots(owner: type) -> tuple[str, ...]:
    """The slots of a class, without asking the class."""
    namespace = type.__getattribute__(owner, "__dict__")
    return tuple(
        name for name, member in namespace.items() if type(member) is types.MemberDescriptorType
    )


def _agent_made(function: types.FunctionType) -> bool:
    home = sys.modules.get(function.__module__ or "")
    return home is None or home.__name__ == "__main__"


def _agent_class(kind: type) -> bool:
    """Whether a class was made by the program under test rather than by a module."""
    if not kind.__flags__ & (1 << 9):
        return False
    if kind.__dict__.get("__qualname__", "").startswith("_") and kind.__module__.startswith("agex"):
        return False
    home = sys.modules.get(kind.__module__)
    if home is None or home.__name__ == "__main__":
        return True
    return False
