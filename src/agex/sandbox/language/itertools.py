"""``itertools``: endless and explosive sources look at the clock, functions pass their guard."""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

from agex.sandbox import bounds, clock, methods
from agex.sandbox.guards import Guards


def members(guards: Guards) -> dict[str, Any]:
    source, polled_source = _sources(guards)
    return {
        **_endless(source),
        **_joining(guards, source),
        **_choosing(guards, source, polled_source),
        **_explosive(guards),
    }


def _sources(guards: Guards) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """What may be iterated: as it is, or looking at the clock where C code would go on for ever."""
    look = clock.look

    def source(iterable: Any) -> Any:
        guards.iter(iterable)
        cls = type(iterable)
        if cls.__module__ == "itertools" or cls in (map, zip, filter, enumerate):
            return (item for item in iterable)
        if cls is range and bounds.len_of_range(iterable) > bounds.MAX_RANGE:
            return bounds.polled(iter(iterable), look)
        return iterable

    def polled_source(iterable: Any) -> Any:
        guards.iter(iterable)
        if bounds.sized(iterable) or type(iterable) is types.GeneratorType:
            return iterable
        return bounds.polled(iter(iterable), look)

    return source, polled_source


def _endless(source: Callable[[Any], Any]) -> dict[str, Any]:
    look = clock.look

    def count(start: Any = 0, step: Any = 1) -> Any:
        return bounds.polled(itertools.count(start, step), look)

    def cycle(iterable: Any) -> Any:
        return bounds.polled(itertools.cycle(source(iterable)), look)

    def repeat(item: Any, times: Any = None) -> Any:
        if times is None:
            return bounds.polled(itertools.repeat(item), look)
        made = itertools.repeat(item, times)
        return made if times <= bounds.MAX_RANGE else bounds.polled(made, look)

    return {"count": count, "cycle": cycle, "repeat": repeat}


def _joining(guards: Guards, source: Callable[[Any], Any]) -> dict[str, Any]:
    look = clock.look

    def over(real: Any, function_at: int | None = None) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            made = []
            for index, arg in enumerate(args):
                if index == function_at:
                    made.append(arg if arg is None else guards.call(arg))
                elif isinstance(arg, (int, float, type(None))) and index:
                    made.append(arg)
                else:
                    made.append(source(arg))
            if "iterable" in kwargs:
                kwargs["iterable"] = source(kwargs["iterable"])
            for name, value in kwargs.items():
                if name in ("key", "func") and value is not None:
                    kwargs[name] = guards.call(value)
            return real(*made, **kwargs)

        return wrapped

    def chain(*iterables: Any) -> Any:
        return itertools.chain(*[source(i) for i in iterables])

    def from_iterable(iterables: Any) -> Iterator[Any]:
        index = 0
        for inner in guards.iter(iterables):
            for item in source(inner):  # noqa: UP028  # which calls more than __next__
                yield item
            index += 1
            if not index & 63:
                look()

    chain.from_iterable = from_iterable  # type: ignore[attr-defined]

    def tee(iterable: Any, n: int = 2) -> Any:
        bounds.check_length("the tuple", n, 1000)
        return itertools.tee(source(iterable), n)

    return {
        "chain": chain,
        "tee": tee,
        "pairwise": over(itertools.pairwise),
        "zip_longest": over(itertools.zip_longest),
        **({"batched": over(itertools.batched)} if hasattr(itertools, "batched") else {}),
    }


def _choosing(
    guards: Guards, source: Callable[[Any], Any], polled_source: Callable[[Any], Any]
) -> dict[str, Any]:
    def islice(iterable: Any, *args: Any) -> Any:
        return itertools.islice(polled_source(iterable), *args)

    def skipping(real: Any) -> Any:
        def wrapped(function: Any, iterable: Any) -> Any:
            checked = None if function is None else guards.call(function)
            return real(checked, polled_source(iterable))

        return wrapped

    def compress(data: Any, selectors: Any) -> Any:
        return itertools.compress(polled_source(data), polled_source(selectors))

    def accumulate(iterable: Any, func: Any = None, *, initial: Any = None) -> Any:
        function = None if func is None else guards.call(func)
        sums = itertools.accumulate(source(iterable), function, initial=initial)
        return paused(sums) if function is None else sums

    def groupby(iterable: Any, key: Any = None) -> Any:
        return itertools.groupby(polled_source(iterable), None if key is None else guards.call(key))

    def starmap(function: Any, iterable: Any) -> Any:
        checked = guards.call(function)
        return (checked(*guards.iter(args)) for args in source(iterable))

    return {
        "islice": islice,
        "compress": compress,
        "accumulate": accumulate,
        "groupby": groupby,
        "starmap": starmap,
        "filterfalse": skipping(itertools.filterfalse),
        "dropwhile": skipping(itertools.dropwhile),
        "takewhile": skipping(itertools.takewhile),
    }


def paused(sums: Iterator[Any]) -> Iterator[Any]:
    """Sums of texts or lists: each is a step that takes long, and is kept maybe."""
    for item in sums:
        if type(item) not in _NUMBERS:
            clock.pause()
        yield item


_NUMBERS = frozenset({int, float, complex, bool})


def _explosive(guards: Guards) -> dict[str, Any]:
    look = clock.look

    def explosive(real: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            pools = [arg if isinstance(arg, int) else methods.taken(guards, arg) for arg in args]
            if real is itertools.product:
                length = 1
                for pool in pools:
                    length *= max(1, len(pool)) if hasattr(pool, "__len__") else 1
                for _ in range(min(int(kwargs.get("repeat", 1)) - 1, 64)):
                    length *= 2
                bounds.check_length(
                    "the pools",
                    sum(len(p) for p in pools if hasattr(p, "__len__"))
                    * int(kwargs.get("repeat", 1)),
                )
            if "iterable" in kwargs:
                kwargs["iterable"] = methods.taken(guards, kwargs["iterable"])
            return bounds.polled(real(*pools, **kwargs), look)

        return wrapped

    return {
        "product": explosive(itertools.product),
        "permutations": explosive(itertools.permutations),
        "combinations": explosive(itertools.combinations),
        "combinations_with_replacement": explosive(itertools.combinations_with_replacement),
    }
