"""Copies of Python's own containers, by exact type: each made anew, its parts as the copier is told.

Each copier takes the value, ``again`` (what a part becomes), ``fresh`` (the same value as one of its own,
whatever ``again`` makes of it) and the memo, in which what can hold itself stands before its parts do.
"""

from __future__ import annotations

import collections
import types
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from agex.sandbox import kinds

Again: TypeAlias = Callable[[Any], Any]
Memo: TypeAlias = dict[int, Any]


def _same(copies: Iterable[Any], parts: Iterable[Any]) -> bool:
    return all(a is b for a, b in zip(copies, parts, strict=True))


def _list(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    made: list[Any] = []
    memo[id(value)] = made
    made.extend(again(item) for item in value)
    return made


def _set(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    made = memo[id(value)] = {again(item) for item in value}
    return made


def _tuple(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    made = tuple([again(item) for item in value])
    if id(value) in memo:  # an item led back to the tuple itself
        return memo[id(value)]
    memo[id(value)] = made = value if _same(made, value) else made
    return made


def _frozenset(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    items = [again(item) for item in value]
    made = memo[id(value)] = value if _same(items, value) else frozenset(items)
    return made


def _slice(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    inside = (value.start, value.stop, value.step)
    copies = [again(part) for part in inside]
    return value if _same(copies, inside) else slice(*copies)


def _bytearray(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    made = memo[id(value)] = bytearray(value)
    return made


def _deque(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    made: Any = collections.deque(maxlen=value.maxlen)
    memo[id(value)] = made
    made.extend(again(item) for item in value)
    return made


def _mapping(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    cls = type(value)
    has_factory = cls is collections.defaultdict
    made: Any = collections.defaultdict(value.default_factory) if has_factory else cls()
    memo[id(value)] = made
    for key, item in value.items():
        made[again(key)] = again(item)
    return made


def _namespace(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    made = memo[id(value)] = types.SimpleNamespace()
    vars(made).update({k: again(v) for k, v in vars(value).items()})
    return made


def _chain(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    first, *rest = [again(mapping) for mapping in value.maps]
    if first is value.maps[0]:  # a copy writes to a mapping of its own
        first = fresh(first)
    made = memo[id(value)] = collections.ChainMap(first, *rest)
    return made


def _wrapped(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    made = memo[id(value)] = type(value)()
    made.data = wrapped_data(value, again, fresh)
    return made


def wrapped_data(value: Any, again: Again, fresh: Again) -> Any:
    """What a ``UserDict`` or ``UserList`` wraps: its copy never shares that."""
    held = value.__dict__["data"]
    data = again(held)
    return fresh(held) if data is held else data


def _partial(value: Any, again: Again, fresh: Again, memo: Memo) -> Any:
    args = [again(arg) for arg in value.args]
    named = {name: again(item) for name, item in value.keywords.items()}
    made = memo[id(value)] = kinds.OwnPartial(value.func, *args, **named)
    return made


COPIERS: dict[type, Callable[[Any, Again, Again, Memo], Any]] = {
    list: _list,
    dict: _mapping,
    set: _set,
    tuple: _tuple,
    frozenset: _frozenset,
    slice: _slice,
    bytearray: _bytearray,
    collections.deque: _deque,
    collections.defaultdict: _mapping,
    collections.OrderedDict: _mapping,
    collections.Counter: _mapping,
    types.SimpleNamespace: _namespace,
    collections.ChainMap: _chain,
    collections.UserDict: _wrapped,
    collections.UserList: _wrapped,
    kinds.OwnPartial: _partial,
}
