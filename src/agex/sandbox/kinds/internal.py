"""Types that only exist as results of builtin operations: iterators, views, generators, functions."""

from __future__ import annotations

import collections
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any


def _iterators() -> set[type]:
    """The types that only exist as results of builtin operations."""

    def generator() -> Any:
        yield

    async def coroutine() -> None:
        pass

    async def async_generator() -> Any:
        yield

    running = coroutine()
    agen = async_generator()
    step = agen.asend(None)
    examples: tuple[Any, ...] = (
            iter([]), iter(()), iter({}), iter({}.values()), iter({}.items()), iter(set()),
            iter(""), iter("\u00e9"), iter(b""), iter(bytearray()), iter(range(0)),
            iter(range(1 << 70)), reversed([]), reversed({}), reversed({}.values()),
            reversed({}.items()), reversed(()), {}.keys(), {}.values(), {}.items(),
            iter(memoryview(b"")), iter(int, 0), iter(collections.deque()),
            reversed(collections.deque()), iter(collections.OrderedDict()),
            collections.OrderedDict().keys(), collections.OrderedDict().values(),
            collections.OrderedDict().items(), iter(collections.OrderedDict().items()),
            generator(), agen, running, step, running.__await__(),
            map(str, ()), zip(), filter(None, ()), enumerate(()), types.MappingProxyType({}),
    )  # fmt: skip
    found = {type(example) for example in examples}
    running.close()
    step.close()
    found |= {v for v in vars(itertools).values() if isinstance(v, type)}
    found.add(type(itertools.groupby("a").__next__()[1]))
    return found


class CallIterator:
    """``iter(function, sentinel)`` with a look at the clock now and then: it may never end."""

    __slots__ = ("_count", "_look", "_real")

    def __init__(self, real: Iterator[Any], look: Callable[[], None]) -> None:
        self._real = real
        self._look = look
        self._count = 0

    def __iter__(self) -> CallIterator:
        return self

    def __next__(self) -> Any:
        self._count += 1
        if not self._count & 1023:
            self._look()
        return next(self._real)


CallIterator.__name__ = CallIterator.__qualname__ = "callable_iterator"
CallIterator.__module__ = "builtins"


def _awaiting() -> Any:
    """What ``await`` steps through: the iterator of a coroutine."""

    async def nothing() -> None:
        pass

    running = nothing()
    steps = running.__await__()
    running.close()
    return steps


#: Public members of internal types; an iterator has none.
INTERNAL_MEMBERS: dict[type, frozenset[str]] = {
    **{kind: frozenset() for kind in _iterators()},
    types.GeneratorType: frozenset({"send", "throw", "close", "gi_running", "gi_suspended"}),
    types.CoroutineType: frozenset({"send", "throw", "close", "cr_running", "cr_suspended"}),
    types.AsyncGeneratorType: frozenset({"asend", "athrow", "aclose", "ag_running"}),
    type(_awaiting()): frozenset({"send", "throw", "close"}),
    type({}.keys()): frozenset({"isdisjoint", "mapping"}),
    type({}.values()): frozenset({"mapping"}),
    type({}.items()): frozenset({"isdisjoint", "mapping"}),
    types.MappingProxyType: frozenset({"get", "keys", "values", "items", "copy"}),
    itertools.chain: frozenset(),
    CallIterator: frozenset(),
    types.GenericAlias: frozenset(),
    types.UnionType: frozenset(),
}
for _step in ("asend", "athrow", "aclose"):

    async def _agen() -> Any:
        yield

    _a = _agen()
    _s = getattr(_a, _step)(
        *([] if _step == "aclose" else [None] if _step == "asend" else [ValueError])
    )
    INTERNAL_MEMBERS[type(_s)] = frozenset({"send", "throw", "close"})
    _s.close()
del _step, _agen, _a, _s

FUNCTION_TYPES: frozenset[type] = frozenset(
    {
        types.FunctionType,
        types.BuiltinFunctionType,
        types.MethodType,
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
        types.MethodWrapperType,
        types.ClassMethodDescriptorType,
    }
)
