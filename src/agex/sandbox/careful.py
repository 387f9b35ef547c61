"""Functions of the standard library that go through, or call, what they are given.

``random.choice``, ``csv.reader`` or ``asyncio.wait_for`` ask nobody: they index, iterate, await and call. So
what agent code gets of such a module, once a host has registered it, asks first: an object that nobody
registered is refused, and a class is what the guard of calls makes of it. Where a function only holds what
it is given (``heappush``), it may be anything.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any, Protocol

from agex.errors import TypeRefused
from agex.sandbox import kinds
from agex.sandbox.decisions import Decisions
from agex.sandbox.formatting import PLAIN, Texts
from agex.sandbox.origin import find, is_agent_class

#: Modules whose functions and classes are held to this.
_FUNCTIONS = frozenset(
    """bisect heapq statistics random csv textwrap difflib html urllib shlex fnmatch ipaddress calendar
    string graphlib hmac secrets base64 asyncio numpy pandas""".split()
)
_CLASSES = frozenset(
    """csv difflib graphlib ipaddress array statistics textwrap calendar time hmac inspect zoneinfo
    weakref weakrefset pandas""".split()
)
#: What these are given they keep, and show, and look into again: that counts for what is in it as well.
_KEEPING = frozenset({"numpy", "pandas"})
#: … and those in which a class that is given as an argument is there to be called.
_CALLING = frozenset("bisect heapq random textwrap difflib statistics asyncio shlex".split())
#: These complain with the ``repr`` of what they are given, whatever is in it.
_SAYING = frozenset({"ipaddress", "zoneinfo", "fractions"})
#: Class methods of these complain with the ``repr`` of what they are given.
_CLASS_METHODS = frozenset({"fractions", "statistics", "array"})
#: Arguments that are held, by function; None for all of them.
_HELD: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(("heappush", "heappushpop", "heapreplace"), (1,)),
    **dict.fromkeys(
        "bisect bisect_left bisect_right insort insort_left insort_right".split(), (1,)
    ),
    **dict.fromkeys(("sleep", "iscoroutine", "iscoroutinefunction"), None),
}
_CONTAINERS = frozenset({list, tuple, set, frozenset, dict})
_FUNCTION_TYPES = (FunctionType, types.BuiltinFunctionType, MethodType)


class Asking(Protocol):
    """What is asked of the guards."""

    decisions: Decisions
    texts: Texts

    def call(self, callee: Any) -> Any: ...
    def iter(self, owner: Any) -> Any: ...
    def looked_into(self, owner: Any, by: str) -> Any: ...


def home_of(thing: Any) -> str:
    """The module a function or class of the library is at home in: ``heapq`` also of ``_heapq``."""
    module = getattr(thing, "__module__", None)
    return module.split(".")[0].lstrip("_") if type(module) is str else ""


def is_careful(function: Any) -> bool:
    """Is this a function that asks first where agent code calls it?"""
    kind = type(function)
    known = kind in _FUNCTION_TYPES or kind.__name__ == "_ArrayFunctionDispatcher"  # numpy's own
    return known and home_of(function) in _FUNCTIONS


def makes(order: tuple[type, ...]) -> bool:
    """Does a class of this order go through what its constructor is given?"""
    return any(
        (home_of(cls) in _CLASSES or cls.__qualname__ == "vectorize")
        and not is_agent_class(cls)
        and not issubclass(cls, BaseException)
        for cls in order
    )


def is_class_method(raw: Any, holder: type) -> bool:
    return type(raw) is classmethod and home_of(holder) in _CLASS_METHODS


def twin(
    rules: Asking, function: Any, real: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """The function as agent code gets it.

    Args:
        real: what is called in the end, where that is something else.
    """
    name = function.__name__
    home = home_of(function)
    held = _HELD.get(name, ())
    made = function if real is None else real

    def asking(*args: Any, **kwargs: Any) -> Any:
        if held is not None:
            args, kwargs = approved(rules, name, home, args, kwargs, held)
        return made(*args, **kwargs)

    if inspect.iscoroutinefunction(function):
        inspect.markcoroutinefunction(asking) if hasattr(inspect, "markcoroutinefunction") else None
    asking.__name__, asking.__qualname__ = name, getattr(function, "__qualname__", name)
    asking.__doc__ = function.__doc__
    try:
        asking.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        pass
    return asking


def approved(
    rules: Asking, name: str, home: str, args: Any, kwargs: Any, held: tuple[int, ...] = ()
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments, as far as the library may have them.

    Raises:
        TypeRefused: one of them is not registered, or a class that may not be constructed.
    """
    one = functools.partial(_approved, rules, name, home)
    return (
        tuple([arg if index in held else one(arg) for index, arg in enumerate(args)]),
        {key: one(arg) for key, arg in kwargs.items()},
    )


def _approved(rules: Asking, name: str, home: str, arg: Any, inside: bool = False) -> Any:
    cls = type(arg)
    if cls in PLAIN:
        return arg
    if isinstance(arg, type):
        if home in _KEEPING and not rules.decisions.is_known_class(arg):
            raise TypeRefused(f"{arg.__name__} is not registered, so {name}() cannot call it")
        return rules.call(arg) if home in _CALLING else arg
    rules.looked_into(arg, name)
    if home in _SAYING and not rules.texts.is_safe(arg):
        raise TypeRefused(f"{name}() takes texts and numbers here")
    if home in _KEEPING:
        _check_parts(rules, name, arg, 0)
    if home == "asyncio" and not inside and _is_collection(rules, arg):
        # What is in it is awaited.
        return [_approved(rules, name, home, item, True) for item in rules.iter(arg)]
    return arg


def _check_parts(rules: Asking, name: str, arg: Any, depth: int) -> None:
    """Refuse containers with something unregistered in them, three deep: rows of a table and their items."""
    cls = type(arg)
    if cls in (list, tuple, set, frozenset):
        parts = arg
    elif cls is dict:
        parts = arg.values()
    else:
        return
    found = set(map(type, parts))
    strange = {kind for kind in found if rules.decisions.kind(kind) == kinds.FOREIGN}
    nested = depth < 2 and not found.isdisjoint(_CONTAINERS)
    if strange or nested:
        for part in parts:
            if type(part) in strange:
                rules.looked_into(part, name)
            elif nested:
                _check_parts(rules, name, part, depth + 1)


def _is_collection(rules: Asking, arg: Any) -> bool:
    cls = type(arg)
    if find(cls, "__await__") is not None or cls is types.CoroutineType:
        return False
    kind = rules.decisions.kind(cls)
    return kind in (kinds.BUILTIN, kinds.INTERNAL, kinds.AGENT, kinds.LANGUAGE) and (
        find(cls, "__iter__") is not None
    )
