"""Whose is a value that a module holds: its own, or somebody else's?

A module's public names include what it imported for its own use (``contextlib.os``,
``statistics.sys``, ``dataclasses.builtins``, a ``from os import system``). Those are not part of what
a user registers by naming the module, and underscores do not tell them apart; origin does.
"""

from __future__ import annotations

import sys
import types

_DEFINED_SOMEWHERE = (
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)


_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
_STDLIB_WRAPPERS = frozenset({"builtins", "functools", "operator", "types", "weakref"})


def home(value: object) -> str | None:
    """The dotted module a function or class says it was defined in; ``None`` if it does not say."""
    stated = getattr(value, "__module__", None)
    if type(stated) is str:
        return stated
    owner = getattr(value, "__self__", None)  # builtin methods: `random.random` of a hidden Random
    if isinstance(owner, types.ModuleType):
        return owner.__name__
    if owner is not None:
        return type(owner).__module__
    owner = getattr(value, "__objclass__", None)
    return owner.__module__ if isinstance(owner, type) else None


def package_of(name: str) -> str:
    """The package whose authors wrote the module of this name.

    The first segment, or the first two below a namespace package, which strangers share.
    """
    first, dot, rest = name.partition(".")
    if not dot:
        return first
    top = sys.modules.get(first)
    if top is not None and getattr(top, "__file__", None) is None and hasattr(top, "__path__"):
        return f"{first}.{rest.partition('.')[0]}"
    return first


def is_own(module: types.ModuleType, value: object) -> bool:
    """Whether ``value``, found in ``module``, comes from the people who wrote ``module``.

    Modules are never "own" here: a submodule is a registration of its own. Values that are neither
    functions nor classes are the module's: what may be done with them is their type's affair.
    """
    if isinstance(value, types.ModuleType):
        return False
    if not isinstance(value, _DEFINED_SOMEWHERE):
        if not is_function_like(type(value)) or type(getattr(value, "__module__", None)) is not str:
            return True
    where = home(value)
    if where is None:
        return False
    name = module.__name__
    package = package_of(name)
    if where == package or where.startswith(package + "."):
        return True
    if where == "_" + package:  # the C half of a stdlib module: `_bisect`, `_operator`
        return True
    return is_hand_made(module) and package_of(where).lstrip("_") not in sys.stdlib_module_names


def is_function_like(cls: type) -> bool:
    """Whether instances are functions in all but type: numpy's ufuncs, what Cython compiles.

    Only classes written in C and closed to change count, so nothing that agent code makes does, and
    none of the wrappers of the standard library that hand a call on to what they were given.
    """
    held = cls.__dict__
    return (
        bool(cls.__flags__ & _IMMUTABLE)
        and "__call__" in held
        and ("__get__" in held or "__name__" in held)
        and cls.__module__ not in _STDLIB_WRAPPERS
    )


def is_submodule(module: types.ModuleType, member: str, value: object) -> bool:
    """Whether ``value`` really is the submodule ``member`` of ``module`` (``os.path`` counts)."""
    if not isinstance(value, types.ModuleType):
        return False
    dotted = f"{module.__name__}.{member}"
    return value.__name__ == dotted or sys.modules.get(dotted) is value


def is_below(module: types.ModuleType, other: types.ModuleType) -> bool:
    """Whether ``other`` stands somewhere below the package ``module``, by its own name."""
    return other.__name__.startswith(module.__name__ + ".")


def is_hand_made(module: types.ModuleType) -> bool:
    """A module put together in memory: what is in it was put there on purpose."""
    return (
        getattr(module, "__spec__", None) is None
        and getattr(module, "__file__", None) is None
        and module.__name__ not in sys.builtin_module_names
        and module.__name__ != "__main__"
    )


def same_module(one: types.ModuleType, other: types.ModuleType) -> bool:
    """Whether ``other`` is the module ``one``; of those made in memory, whether it holds all of it."""
    if one is other:
        return True
    if one.__name__ != other.__name__ or not (is_hand_made(one) and is_hand_made(other)):
        return False
    there = vars(other)
    return all(
        name in there and there[name] is value
        for name, value in vars(one).items()
        if not name.startswith("__")
    )
