"""Many runs at once, their results in order."""

from __future__ import annotations

import contextvars
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from agex.errors import ArgumentError
from agex.sandbox.clock import Deadline, current, paused, running
from agex.sandbox.origin import is_agent_class

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
        ArgumentError: the executor is none, or one that agent code made: results are waited for while
            the clock of agent code stands still.
    """
    if not iterables:
        raise TypeError("map takes at least one iterable: task.map(items)")
    if type(max_concurrency) is not int or max_concurrency < 1:
        raise ValueError(f"max_concurrency is at least 1, got {max_concurrency!r}")
    if executor is not None and (
        is_agent_class(type(executor)) or not isinstance(executor, Executor)
    ):
        raise ArgumentError(
            "executor= is a concurrent.futures.Executor of the program that runs the agents; "
            "leave it out, and runs get threads of their own"
        )
    return _ordered(call, zip(*iterables, strict=False), max_concurrency, executor)


def _ordered(
    call: Callable[..., Any],
    items: Iterator[tuple[Any, ...]],
    max_concurrency: int,
    executor: Executor | None,
) -> Iterator[Any]:
    workers = min(max_concurrency, _MOST_THREADS)
    own = None if executor is not None else ThreadPoolExecutor(workers, "agex-map")
    threads = own or executor
    pending: deque[Future[Any]] = deque()

    def start(item: tuple[Any, ...]) -> Future[Any]:
        assert threads is not None
        if isinstance(threads, ThreadPoolExecutor):
            return threads.submit(contextvars.copy_context().run, _under(current(), call), *item)
        return threads.submit(call, *item)  # another process is told nothing of this one

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


def _under(deadline: Deadline | None, call: Callable[..., Any]) -> Callable[..., Any]:
    """``call`` for another thread, where looking at the arguments takes the caller's time still.

    What agent code hands over may run when it is looked at.
    """
    if deadline is None:
        return call
    left = deadline.at - time.monotonic()
    seconds = max(left, 0.001) if left <= deadline.seconds else deadline.seconds

    def limited(*item: Any) -> Any:
        with running(Deadline(seconds)):
            return call(*item)

    return limited


def _wait(future: Future[Any]) -> Any:
    """The result; where agent code waits for its workers, its clock stands still."""
    with paused():
        return future.result()
