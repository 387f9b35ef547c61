"""What a policy can reach, found by walking the real libraries.

``reachable`` follows every registered path: the members of modules, the members of the classes they
hold, and of every class that has a rule. What stands in for a member is followed in its place.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator
from typing import Any

from agex.policy import Policy

DANGEROUS = frozenset(
    """
    open eval exec __import__ import_module system popen Popen check_output spawn fork
    pickle pickletools cPickle marshal shelve ctypes cdll CDLL socket urlopen urlretrieve request
    NamedTemporaryFile TemporaryFile mkstemp mkdtemp rmtree unlink makedirs mkdir
    get_handle get_filepath_or_buffer _getframe webbrowser subprocess dlopen load_module
    setlocale putenv chdir setrecursionlimit
    """.split()
)


def reachable(policy: Policy) -> Iterator[tuple[str, Any]]:
    """Every ``(path, object)`` that agent code gets at by importing and reading attributes."""
    classes: dict[int, tuple[str, type]] = {}
    for name in policy.importable():
        rule = policy.module(name)
        assert rule is not None
        for member in rule.members():
            try:
                value = rule.get(member)
            except AttributeError:
                continue
            yield f"{name}.{member}", value
            if isinstance(value, type):
                classes.setdefault(id(value), (f"{name}.{member}", value))
    for path, cls in classes.values():
        type_rule = policy.type_rule(cls)
        if type_rule is None:
            continue
        for member in type_rule.members():
            instead = type_rule.instead(member)
            if instead is not None:
                yield f"{path}.{member}", instead
                continue
            try:
                yield f"{path}.{member}", inspect.getattr_static(cls, member)
            except AttributeError:
                continue  # an attribute that only instances have


def function_of(value: Any) -> types.FunctionType | None:
    """The Python function behind a function, method, property or decorated function."""
    for _ in range(10):
        if isinstance(value, types.FunctionType):
            wrapped = value.__dict__.get("__wrapped__")
            if wrapped is None:
                return value
            value = wrapped
        elif isinstance(value, (classmethod, staticmethod)):
            value = value.__func__
        elif isinstance(value, property):
            value = value.fget
        elif isinstance(value, types.MethodType):
            value = value.__func__
        else:
            value = getattr(value, "__wrapped__", None) or getattr(value, "_implementation", None)
            if value is None:
                return None
    return None


def names_used(code: types.CodeType) -> set[str]:
    """Every global and attribute name that a code object, and the ones inside it, mention."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= names_used(constant)
    return found


def suspicious(value: Any) -> set[str]:
    """The dangerous names a reachable function itself mentions."""
    function = function_of(value)
    if function is None:
        return set()
    return names_used(function.__code__) & DANGEROUS
