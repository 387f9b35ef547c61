"""``copy``: copies by structure, without the pickle protocol that the real ones follow."""

from __future__ import annotations

import collections
import enum
import types
from collections.abc import Callable
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import clock, kinds
from agex.sandbox.guards import Guards
from agex.sandbox.origin import find, is_agent_class, own_dict

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


def _copied(guards: Guards, value: Any, again: Callable[[Any], Any], memo: dict[int, Any]) -> Any:
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
    made: Any
    if cls is list:
        made = memo[id(value)] = []
        made.extend(again(item) for item in value)
    elif cls is dict:
        made = memo[id(value)] = {}
        for key, item in value.items():
            made[again(key)] = again(item)
    elif cls is set:
        made = memo[id(value)] = {again(item) for item in value}
    elif cls is tuple:
        made = tuple([again(item) for item in value])
        if id(value) in memo:  # an item led back to the tuple itself
            return memo[id(value)]
        made = value if all(a is b for a, b in zip(made, value, strict=True)) else made
        memo[id(value)] = made
    elif cls is frozenset:
        items = [again(item) for item in value]
        same = all(a is b for a, b in zip(items, value, strict=True))
        made = memo[id(value)] = value if same else frozenset(items)
    elif cls is slice:
        inside = (value.start, value.stop, value.step)
        copies = [again(part) for part in inside]
        same = all(a is b for a, b in zip(copies, inside, strict=True))
        made = value if same else slice(*copies)
    elif cls is bytearray:
        made = memo[id(value)] = bytearray(value)
    elif cls is collections.deque:
        made = memo[id(value)] = collections.deque(maxlen=value.maxlen)
        made.extend(again(item) for item in value)
    elif cls is collections.defaultdict:
        made = memo[id(value)] = collections.defaultdict(value.default_factory)
        for key, item in value.items():
            made[again(key)] = again(item)
    elif cls in (collections.OrderedDict, collections.Counter):
        made = memo[id(value)] = cls()
        for key, item in value.items():
            dict.__setitem__(
                made, again(key), again(item)
            ) if cls is collections.Counter else made.__setitem__(again(key), again(item))
    elif cls is types.SimpleNamespace:
        made = memo[id(value)] = types.SimpleNamespace()
        vars(made).update({k: again(v) for k, v in vars(value).items()})
    elif cls is collections.ChainMap:
        first, *rest = [again(mapping) for mapping in value.maps]
        if first is value.maps[0]:  # a copy writes to a mapping of its own
            first = _copied(guards, first, again, {})
        made = memo[id(value)] = collections.ChainMap(first, *rest)
    elif cls is collections.UserDict or cls is collections.UserList:
        made = memo[id(value)] = cls()
        made.data = _copied_data(guards, value, again)
    elif cls is kinds.OwnPartial:
        args = [again(arg) for arg in value.args]
        made = kinds.OwnPartial(
            value.func, *args, **{name: again(item) for name, item in value.keywords.items()}
        )
        memo[id(value)] = made
    elif is_agent_class(cls) and guards.is_pure(cls):
        made = _copied_agent_object(guards, value, cls, again, memo)
    elif guards.decisions.kind(cls) == kinds.REGISTERED and _is_immutable(cls):
        made = value
    elif guards.decisions.kind(cls) == kinds.REGISTERED and hasattr(cls, "copy"):
        made = memo[id(value)] = guards.call(guards.value(value, "copy"))()
    else:
        raise TypeRefused(f"{cls.__name__!r} object cannot be copied here")
    return made


def _copied_data(guards: Guards, value: Any, again: Callable[[Any], Any]) -> Any:
    """What a ``UserDict`` or ``UserList`` wraps: its copy never shares that."""
    held = value.__dict__["data"]
    data = again(held)
    return _copied(guards, held, again, {}) if data is held else data


def _copied_agent_object(
    guards: Guards, value: Any, cls: type, again: Callable[[Any], Any], memo: dict[int, Any]
) -> Any:
    """The same without the object's own help: no hook of its class runs."""
    if isinstance(value, enum.Enum):
        return value
    made: Any
    base: Any
    if isinstance(value, BaseException):
        made = cls.__new__(cls, *value.args)
        made.args = tuple(again(a) for a in value.args)
    elif isinstance(value, tuple):
        made = tuple.__new__(cls, [again(item) for item in tuple.__iter__(value)])
    elif isinstance(value, collections.deque):
        made = collections.deque.__new__(cls)
        collections.deque.__init__(made, maxlen=value.maxlen)
    elif isinstance(value, (collections.OrderedDict, collections.defaultdict)):
        base = next(
            b for b in (collections.OrderedDict, collections.defaultdict) if b in cls.__mro__
        )
        made = base.__new__(cls)
        if isinstance(value, collections.defaultdict):
            made.default_factory = value.default_factory
    elif isinstance(value, (int, float, complex, str, bytes, frozenset)):
        base = next(b for b in cls.__mro__ if b in kinds.BUILTIN_TYPES)
        made = base.__new__(cls, value)
    else:
        base = next(
            (b for b in cls.__mro__ if b in kinds.BUILTIN_TYPES and b is not object), object
        )
        made = base.__new__(cls)
    memo[id(value)] = made
    if isinstance(value, list):
        list.extend(made, [again(item) for item in list.__iter__(value)])
    elif isinstance(value, collections.deque):
        for item in collections.deque.__iter__(value):
            collections.deque.append(made, again(item))
    elif isinstance(value, dict):
        # An ordered one keeps its order elsewhere than a dict does.
        ordered = collections.OrderedDict
        store: Any = ordered if isinstance(value, ordered) else dict
        for key in list(store.__iter__(value)):
            store.__setitem__(made, again(key), again(dict.__getitem__(value, key)))
    elif isinstance(value, bytearray):
        bytearray.extend(made, value)
    elif isinstance(value, set):
        set.update(made, [again(item) for item in set.__iter__(value)])
    held = getattr(value, "__dict__", None)
    if held:
        made.__dict__.update({k: again(v) for k, v in held.items()})
        if isinstance(value, (collections.UserDict, collections.UserList)):
            made.__dict__["data"] = _copied_data(guards, value, again)
        if cls in guards.exposed:
            guards.expose(cls)
    for base in cls.__mro__:
        slots = own_dict(base).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            if slot in ("__dict__", "__weakref__"):
                continue
            found = find(cls, slot)
            if found is None and slot.startswith("__"):
                slot = f"_{base.__name__.lstrip('_')}{slot}"
            try:
                object.__setattr__(made, slot, again(getattr(value, slot)))
            except AttributeError:
                continue
    return made
