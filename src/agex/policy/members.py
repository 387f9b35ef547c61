"""Which names does a class, a module or an object have, without running any of its code?

``dir()`` misses what only instances have; so fields of dataclasses, pydantic models and attrs
classes, annotations, slots, and what ``__init__`` assigns to ``self`` are looked up here, by
structure, without importing those packages.
"""

from __future__ import annotations

import dis
import inspect
import pkgutil
import sys
import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_STORE_ATTR = dis.opmap["STORE_ATTR"]

_FORWARDREF: Any = 3  # annotationlib.Format.FORWARDREF, a module that older Pythons do not have

MACHINERY = frozenset(
    {
        # frames and code, reached from generators, coroutines and tracebacks
        "gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "cr_await", "cr_origin",
        "ag_frame", "ag_code", "ag_await", "tb_frame", "tb_next", "f_back", "f_builtins",
        "f_code", "f_globals", "f_locals", "f_trace", "func_code", "func_globals",
        # found on the metaclass, so it is there on every class object
        "mro",
    }
)  # fmt: skip
"""Public-looking names that lead into the interpreter; patterns never bring them."""


def is_dunder(name: str) -> bool:
    """Whether a name is of the ``__protocol__`` kind, which follows its class."""
    return len(name) > 4 and name.startswith("__") and name.endswith("__")


def class_names(cls: type) -> set[str]:
    """Each name that an instance of ``cls``, or the class object, can be expected to have."""
    names: set[str] = set()
    for base in cls.__mro__:
        names.update(name for name in base.__dict__ if isinstance(name, str))
        names.update(annotated(base))
    names.update(fields(cls) or ())
    names.update(_assigned_to_self(cls))
    return names


def every_stored_name(cls: type) -> set[str]:
    """What any method of ``cls`` stores on its first parameter: slower, and for questions only."""
    found: set[str] = set()
    for base in cls.__mro__:
        for function in base.__dict__.values():
            if isinstance(function, types.FunctionType):
                found.update(_stores(function.__code__))
    return found


def answers_any_name(cls: type) -> bool:
    """Whether a class makes attributes up as they are asked for."""
    return static_attribute(cls, "__getattr__") is not None


def has_fixed_members(cls: type) -> bool:
    """Whether instances can have no attribute that ``class_names`` does not know."""
    return cls.__dictoffset__ == 0 and not answers_any_name(cls)


def object_names(value: object) -> set[str]:
    """Each name of one live object: its own attributes and those of its class."""
    try:
        listed = {name for name in dir(value) if isinstance(name, str)}
    except Exception:  # a `__dir__` of the object's own may fail; its class is still there
        listed = set()
    own = getattr(value, "__dict__", None)
    if isinstance(own, dict):
        listed.update(name for name in own if isinstance(name, str))
    return listed | class_names(type(value))


def module_names(module: types.ModuleType) -> set[str]:
    """Each name of a module: what it holds, what ``__all__`` promises, what it makes on demand."""
    names = {name for name in vars(module) if isinstance(name, str)}
    names.update(public_names(module))
    if makes_members_on_demand(module):
        try:
            names.update(name for name in dir(module) if isinstance(name, str))
        except Exception:
            pass  # a module's own `__dir__` may fail; what it holds is known
    return names


def makes_members_on_demand(module: types.ModuleType) -> bool:
    """Whether a module has members it does not hold: PEP 562, or a lazy module class."""
    return (
        "__getattr__" in vars(module) or static_attribute(type(module), "__getattr__") is not None
    )


def public_names(module: types.ModuleType) -> frozenset[str]:
    """What a module's ``__all__`` lists; empty without one."""
    listed = vars(module).get("__all__", ())
    try:
        return frozenset(name for name in listed if isinstance(name, str))
    except TypeError:
        return frozenset()


def submodule_names(module: types.ModuleType) -> set[str]:
    """The submodules a package has on disk, imported or not: one directory listing."""
    path = vars(module).get("__path__")
    if path is None:
        return set()
    return {info.name for info in pkgutil.iter_modules(list(path))}


def annotated(cls: type) -> dict[str, object]:
    """The annotations a class itself declares, as they stand (strings stay strings)."""
    try:
        if sys.version_info >= (3, 14):  # evaluated on reading; what does not resolve stays a name
            return dict(inspect.get_annotations(cls, format=_FORWARDREF))
        return dict(inspect.get_annotations(cls))
    except Exception:  # a class may put anything under the name
        return {}


def fields(cls: type) -> tuple[str, ...] | None:
    """The declared fields of a data type in constructor order; ``None`` for other classes.

    Dataclasses, pydantic models, attrs classes, NamedTuples, TypedDicts and Enums.
    """
    own = static_attribute(cls, "__dataclass_fields__")
    if isinstance(own, dict):
        return tuple(
            name
            for name, field in own.items()
            if getattr(getattr(field, "_field_type", None), "name", "") == "_FIELD"
        )
    model = static_attribute(cls, "__pydantic_fields__")
    if isinstance(model, dict) and static_attribute(cls, "__pydantic_core_schema__") is not None:
        return (*model, *_computed(cls))
    attrs = static_attribute(cls, "__attrs_attrs__")
    if isinstance(attrs, tuple):
        return tuple(attribute.name for attribute in attrs)
    if issubclass(cls, tuple):
        named = static_attribute(cls, "_fields")
        if isinstance(named, tuple) and all(isinstance(name, str) for name in named):
            return named
    if issubclass(cls, dict) and "__total__" in cls.__dict__:
        return tuple(cls.__annotations__)
    members = static_attribute(cls, "_member_map_")
    if isinstance(members, dict):
        return ("name", "value", *members)
    return None


def _computed(cls: type) -> tuple[str, ...]:
    decorators = static_attribute(cls, "__pydantic_decorators__")
    return tuple(getattr(decorators, "computed_fields", ()) or ())


def static_attribute(cls: type, name: str) -> object:
    """What a class's own or inherited ``__dict__`` holds under a name, unbound; ``None`` if nothing."""
    for base in cls.__mro__:
        if name in base.__dict__:
            found: object = base.__dict__[name]
            return found
    return None


def _assigned_to_self(cls: type) -> Iterator[str]:
    """Names that ``__init__`` and ``__post_init__`` store on their first parameter."""
    for base in cls.__mro__:
        for method in ("__init__", "__post_init__"):
            function = base.__dict__.get(method)
            if isinstance(function, types.FunctionType):
                yield from _stores(function.__code__)


@lru_cache(maxsize=8192)
def _stores(code: types.CodeType) -> tuple[str, ...]:
    """Disassembling is slow, and a large library has thousands of methods: most store nothing."""
    if not code.co_argcount or _STORE_ATTR not in code.co_code[::2]:
        return ()
    return tuple(_stored(code))


def _stored(code: types.CodeType) -> Iterator[str]:
    myself = code.co_varnames[0]
    before: object = None
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_ATTR":
            # 3.13 fuses two loads into one instruction whose argument is a pair
            loaded = before[-1] if isinstance(before, tuple) else before
            if loaded == myself:
                yield instruction.argval
        before = instruction.argval
