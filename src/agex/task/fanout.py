"""Many runs at once, their results in order."""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from agex.sandbox.clock import paused

_MOST_THREADS = 256
"""Agent code may ask for any number; a thread is not free."""


def ordered(
    call: Callable[..., Any],
    iterables: tuple[Iterable[Any], ...],
    max_concurrency: int,
    executor: Executor | None,
) -> Iterator[Any]:
    """``call`` over the items of ``iterables`` side by side, like the builtin ``map``.

    Starts when the first result is asked for, and keeps ``max_concurrency`` runs going. In threads,
    each call sees a copy of the caller's context, so that it knows whose sub-task it is.

    Raises:
        TypeError: no iterable was given.
        ValueError: ``max_concurrency`` is below 1.
    """
    if not iterables:
        raise TypeError("map takes at least one iterable: task.map(items)")
    if type(max_concurrency) is not int or max_concurrency < 1:
        raise ValueError(f"max_concurrency is at least 1, got {max_concurrency!r}")
    return _ordered(call, zip(*iterables, strict=False), max_concurrency, executor)


def _ordered(
    call: Callable[..., Any],
    items: Iterator[tuple[Any, ...]],
    max_concurrency: int,
    executor: Executor | None,
) -> Iterator[Any]:
    workers = min(max_concurrency, _MOST_THREADS)
    own = None if executor is not None else ThreadPoolExecutor(workers, "agex-map")
    pending: deque[Future[Any]] = deque()

    def start(item: tuple[Any, ...]) -> Future[Any]:
        if own is not None:
            return own.submit(contextvars.copy_context().run, call, *item)
        assert executor is not None
        return executor.submit(call, *item)

    try:
        for item in items:
            pending.append(start(item))
            # Twice as many waiting as running: the next starts the moment one ends, and a long
            # iterable is still read only as far as it is needed.
            if len(pending) >= 2 * max_concurrency:
                yield _wait(pending.popleft())
        while pending:
            yield _wait(pending.popleft())
    finally:
        for future in pending:
            future.cancel()
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)


def _wait(future: Future[Any]) -> Any:
    """The result; where agent code waits for its workers, its clock stands still."""
    with paused():
        return future.result()
