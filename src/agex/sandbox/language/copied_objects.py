"""Copies of objects of the agent's own classes, without their help: no hook of such a class runs."""

from __future__ import annotations

import collections
import enum
from typing import Any

from agex.sandbox import kinds
from agex.sandbox.guards import Guards
from agex.sandbox.language.copied_containers import Again, Memo, wrapped_data
from agex.sandbox.origin import find, own_dict


def copied_object(guards: Guards, value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    """The object made again: its base's part, its items, its dictionary, its slots."""
    if isinstance(value, enum.Enum):
        return value
    cls = type(value)
    made = memo[id(value)] = _bare(value, cls, again)
    _fill(made, value, again)
    held = getattr(value, "__dict__", None)
    if held:
        made.__dict__.update({k: again(v) for k, v in held.items()})
        if isinstance(value, (collections.UserDict, collections.UserList)):
            made.__dict__["data"] = wrapped_data(value, again, fresh)
        if cls in guards.exposed:
            guards.expose(cls)
    _copy_slots(made, value, cls, again)
    return made


def _bare(value: Any, cls: type, again: Again) -> Any:
    """An object of the class with what its base is made of from the start, and nothing more."""
    made: Any
    base: Any
    if isinstance(value, BaseException):
        made = cls.__new__(cls, *value.args)
        made.args = tuple(again(a) for a in value.args)
        return made
    if isinstance(value, tuple):
        return tuple.__new__(cls, [again(item) for item in tuple.__iter__(value)])
    if isinstance(value, collections.deque):
        made = collections.deque.__new__(cls)
        collections.deque.__init__(made, maxlen=value.maxlen)
        return made
    if isinstance(value, (collections.OrderedDict, collections.defaultdict)):
        base = next(
            b for b in (collections.OrderedDict, collections.defaultdict) if b in cls.__mro__
        )
        made = base.__new__(cls)
        if isinstance(value, collections.defaultdict):
            made.default_factory = value.default_factory
        return made
    base = next((b for b in cls.__mro__ if b in kinds.BUILTIN_TYPES and b is not object), object)
    plain = isinstance(value, (int, float, complex, str, bytes, frozenset))
    return base.__new__(cls, value) if plain else base.__new__(cls)


def _fill(made: Any, value: Any, again: Again) -> None:
    """The items, as the builtin base holds them."""
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


def _copy_slots(made: Any, value: Any, cls: type, again: Again) -> None:
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
