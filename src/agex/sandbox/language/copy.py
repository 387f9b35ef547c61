"""``copy``: copies by structure, without the pickle protocol that the real ones follow."""

from __future__ import annotations

import types
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import clock, kinds
from agex.sandbox.guards import Guards
from agex.sandbox.language.copied_containers import COPIERS, Again, Memo
from agex.sandbox.language.copied_objects import copied_object
from agex.sandbox.origin import is_agent_class

_ATOMIC: frozenset[type] = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented),
     range}
)  # fmt: skip


def members(guards: Guards) -> dict[str, Any]:
    def copy(value: Any) -> Any:
        return _copied(guards, value, lambda item: item, {})

    def deepcopy(value: Any, memo: Any = None) -> Any:
        seen: dict[int, Any] = memo if type(memo) is dict else {}

        def again(item: Any) -> Any:
            clock.look()
            return _copied(guards, item, again, seen)

        return again(value)

    return {"copy": copy, "deepcopy": deepcopy, "Error": Exception}


def _is_immutable(cls: type) -> bool:
    """Values of the standard library that never change: one is as good as its copy."""
    return cls.__qualname__ in _IMMUTABLE.get(cls.__module__, ())


#: Module → classes of such values.
_IMMUTABLE: dict[str, tuple[str, ...]] = {
    "datetime": ("date", "time", "datetime", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "uuid": ("UUID",),
    "re": ("Pattern", "Match"),
    "zoneinfo": ("ZoneInfo",),
    "ipaddress": (
        "IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network", "IPv4Interface", "IPv6Interface",
    ),
    "time": ("struct_time",),
    "statistics": ("NormalDist",),
    "urllib.parse": ("ParseResult", "SplitResult", "DefragResult"),
    "pathlib": ("PurePosixPath", "PureWindowsPath", "PurePath"),
}  # fmt: skip


def _copied(guards: Guards, value: Any, again: Again, memo: Memo) -> Any:
    """``value`` made again, each of its parts as ``again`` says."""
    cls = type(value)
    if cls in _ATOMIC or isinstance(value, type):
        return value
    if id(value) in memo:
        return memo[id(value)]
    if cls is types.MethodType and is_agent_class(type(value.__self__)):
        return types.MethodType(value.__func__, again(value.__self__))
    if cls in kinds.FUNCTION_TYPES:
        return value

    def fresh(item: Any) -> Any:
        return _copied(guards, item, again, {})

    if cls in COPIERS:
        return COPIERS[cls](value, again, fresh, memo)
    if is_agent_class(cls) and guards.is_pure(cls):
        return copied_object(guards, value, again, fresh, memo)
    if guards.decisions.kind(cls) == kinds.REGISTERED:
        if _is_immutable(cls):
            return value
        if hasattr(cls, "copy"):
            made = memo[id(value)] = guards.call(guards.value(value, "copy"))()
            return made
    raise TypeRefused(f"{cls.__name__!r} object cannot be copied here")
