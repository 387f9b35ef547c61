"""Builtins that go through what they are given: what it is is asked first, and how long it may last."""

from __future__ import annotations

import types
from typing import Any

from agex.sandbox import bounds, clock, kinds, methods
from agex.sandbox.builtins.texts import Printing

_TAKEN = (list, tuple, dict, set, frozenset, str)
_LAYERS: frozenset[type] = frozenset(
    kind
    for kind in kinds.INTERNAL_MEMBERS
    if kind in (map, zip, filter, enumerate) or kind.__module__ == "itertools"
)


async def _or_default(step: Any, default: Any) -> Any:
    try:
        return await step
    except StopAsyncIteration:
        return default


class Iteration(Printing):
    """What is gone through."""

    def taken(self, iterable: Any) -> Any:
        """An iterable that C code may go through (see ``methods.taken``)."""
        cls = type(iterable)
        if cls in _TAKEN and (cls is not str or len(iterable) <= bounds.MAX_ITEMS):
            return iterable
        return methods.taken(self.guards, iterable)

    def list_(self, iterable: Any = (), /) -> list[Any]:
        cls = type(iterable)
        if cls in _TAKEN and (cls is not str or len(iterable) <= bounds.MAX_ITEMS):
            return list(iterable)
        taken = methods.taken(self.guards, iterable)
        return taken if taken is not iterable and type(taken) is list else list(taken)

    def tuple_(self, iterable: Any = (), /) -> tuple[Any, ...]:
        return tuple(self.taken(iterable))

    def set_(self, iterable: Any = (), /) -> set[Any]:
        items = self.taken(iterable)
        return self._gathered(items) if type(items) in (list, tuple) else set(items)

    def frozenset_(self, iterable: Any = (), /) -> frozenset[Any]:
        items = self.taken(iterable)
        return frozenset(self._gathered(items) if type(items) in (list, tuple) else items)

    @staticmethod
    def _gathered(items: Any) -> set[Any]:
        """A set of the items, a part at a time: what has one hash is compared with all before it."""
        if len(items) <= 4096:
            return set(items)
        made: set[Any] = set()
        for start in range(0, len(items), 512):
            made.update(items[start : start + 512])
            clock.look()
        return made

    def dict_(self, /, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        if args:
            if type(args[0]) is not dict:
                args = (methods.pairs(self.guards, args[0]), *args[1:])
        return dict(*args, **kwargs)

    def sum_(self, iterable: Any, /, start: Any = 0) -> Any:
        if type(start) in (int, float, complex):
            items = iterable if type(iterable) in _TAKEN else self.counted(iterable)
            if type(items) is not list or not any(type(i) in (list, tuple) for i in items[:1]):
                return sum(items, start)
        total = start
        if type(start) is str:
            raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
        for index, item in enumerate(self.taken(iterable)):
            total = total + item
            if not index & 63:
                clock.look()
        return total

    def counted(self, iterable: Any) -> Any:
        """An iterable whose items need not be kept: generators of the agent stop by themselves."""
        self.guards.iter(iterable)
        if type(iterable) is types.GeneratorType:
            return iterable
        return self.taken(iterable)

    def any_(self, iterable: Any, /) -> bool:
        return any(self.passing(iterable))

    def all_(self, iterable: Any, /) -> bool:
        return all(self.passing(iterable))

    def passing(self, iterable: Any) -> Any:
        """An iterable that is gone through until something is found: never collected first."""
        if type(iterable) in _TAKEN or type(iterable) is types.GeneratorType:
            return iterable
        self.guards.iter(iterable)
        if type(iterable) is range:
            return bounds.bounded(iterable)
        if type(iterable).__module__ in ("builtins", "itertools"):
            return bounds.polled(iter(iterable), clock.look)
        return iterable

    def sorted_(self, iterable: Any, /, *, key: Any = None, reverse: Any = False) -> list[Any]:
        if key is not None:
            key = self.guards.call(key)
        return sorted(self.taken(iterable), key=key, reverse=reverse)

    def _extreme(self, real: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("key") is not None:
            kwargs["key"] = self.guards.call(kwargs["key"])
        if len(args) == 1:
            return real(self.counted(args[0]), **kwargs)
        return real(*args, **kwargs)

    def min_(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._extreme(min, args, kwargs)

    def max_(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._extreme(max, args, kwargs)

    def iter_(self, source: Any, /, *sentinel: Any) -> Any:
        if sentinel:
            function = self.guards.call(source)
            return kinds.CallIterator(iter(function, *sentinel), clock.look)
        if type(source) is range and bounds.len_of_range(source) > bounds.MAX_RANGE:
            return bounds.polled(iter(source), clock.look)
        made = iter(self.guards.iter(source))
        if type(made).__module__ not in ("builtins", "itertools"):
            self.guards.ok.add(type(made))
        return made

    def next_(self, iterator: Any, /, *default: Any) -> Any:
        if type(iterator) not in self.guards.ok:
            self.guards.iter(iterator)
        return next(iterator, *default)

    def aiter_(self, source: Any, /) -> Any:
        return aiter(self.guards.aiter(source))

    def anext_(self, iterator: Any, /, *default: Any) -> Any:
        step = anext(self.guards.aiter(iterator))
        # With a default the real one reads past what __anext__ raised, on some Pythons fatally.
        return _or_default(self.guards.awaited(step), default[0]) if default else step

    def layered(self, iterable: Any) -> Any:
        """An iterator around another runs on the C stack: ours in between count as frames."""
        self.guards.iter(iterable)
        cls = type(iterable)
        if cls in _LAYERS:
            return (item for item in iterable)
        if cls is range and bounds.len_of_range(iterable) > bounds.MAX_RANGE:
            return bounds.polled(iter(iterable), clock.look)
        return iterable

    def map_(self, function: Any, *iterables: Any) -> Any:
        approved = self.guards.call(function)
        made = map(approved, *[self.layered(i) for i in iterables])
        return made

    def filter_(self, function: Any, iterable: Any, /) -> Any:
        approved = None if function is None else self.guards.call(function)
        source = self.layered(iterable)
        if not bounds.sized(source):
            source = bounds.polled(iter(source), clock.look)
        return filter(approved, source)

    def zip_(self, *iterables: Any, strict: Any = False) -> Any:
        return zip(*[self.layered(i) for i in iterables], strict=bool(strict))

    def enumerate_(self, iterable: Any, start: Any = 0) -> Any:
        return enumerate(iterable if type(iterable) in _TAKEN else self.layered(iterable), start)

    def reversed_(self, source: Any, /) -> Any:
        self.guards.iter(source)
        if type(source) is range and bounds.len_of_range(source) > bounds.MAX_RANGE:
            return bounds.polled(reversed(source), clock.look)
        return self.guards.iter(reversed(source))

    def range_(self, *args: Any) -> range:
        return range(*args)
