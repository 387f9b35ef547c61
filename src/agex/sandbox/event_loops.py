"""How agent code awaits with ``asyncio``, when it is registered, without outliving its deadline.

An idle event loop waits in C, where no check of agent code can stop it. So the action's coroutine
runs as one task beside another that looks at the clock; and a loop of the host's that happens to run
in this thread is set aside meanwhile, since an action is an ordinary call for whoever made it.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Coroutine
from typing import Any

from agex.errors import LimitReached, TypeRefused
from agex.sandbox import clock

STEP_SECONDS = 0.05
"""How late a waiting action may learn that its time is over."""

_ROOM = 100
"""More frames than a loop needs to be made, to cancel what is left in it, and to be closed."""


class _Running(threading.local):
    """The deadlines whose action is in an event loop of ours, innermost last."""

    def __init__(self) -> None:
        self.deadlines: list[clock.Deadline | None] = []


_running = _Running()


def run_in_loop(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns, run in an event loop of its own.

    Raises:
        LimitReached: the deadline passed while it ran or waited.
    """
    import asyncio

    _find_room(_ROOM)
    loop = asyncio.new_event_loop()
    # What a task that nobody awaits ends with is not the host's affair, nor is it printed.
    loop.set_exception_handler(lambda loop, context: None)
    set_aside = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    _running.deadlines.append(clock.current())
    try:
        return loop.run_until_complete(_beside_the_clock(coroutine))
    finally:
        try:
            loop.run_until_complete(_wind_up())
        finally:
            _running.deadlines.pop()
            asyncio._set_running_loop(set_aside)
            loop.close()


def drive(coroutine: Coroutine[Any, Any, Any], with_asyncio: bool) -> Any:
    """What an action that awaits at its top level returns: by hand, or in a loop if it may need one.

    Raises:
        LimitReached: the deadline passed while it ran or waited.
    """
    if with_asyncio:
        return run_in_loop(coroutine)
    try:
        while True:
            coroutine.send(None)
            clock.look()
    except StopIteration as done:
        return done.value
    finally:
        coroutine.close()


def _find_room(frames: int) -> None:
    """Fail here, where nothing is open yet, if the stack has no room for a loop's own calls.

    A loop that agent code makes at the very end of its recursion would be half made, or not closed.

    Raises:
        RecursionError: there is none.
    """
    if frames:
        _find_room(frames - 1)


async def _wind_up() -> None:
    """Cancel what is left, and close what will not be cancelled: the loop may not wait for it.

    Closed here, while the action's deadline holds: a coroutine that answers even that with a loop
    would otherwise run on in whatever code of the host's happens to collect it.
    """
    import asyncio

    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=STEP_SECONDS)
    closing = asyncio.ensure_future(asyncio.get_running_loop().shutdown_asyncgens())
    await asyncio.wait({closing}, timeout=STEP_SECONDS)
    for task in rest:
        left = task.get_coro()
        if not task.done() and left is not None:
            _close(left)


def _close(left: Any) -> None:
    """Close a coroutine however often it takes; each time it answers costs it some of its time."""
    while True:
        try:
            left.close()
        except LimitReached:
            continue  # it ends the frame it is raised in; the ones around that may go on
        except BaseException:
            if inspect.getcoroutinestate(left) != inspect.CORO_CLOSED:
                continue
        return


async def _beside_the_clock(coroutine: Coroutine[Any, Any, Any]) -> Any:
    import asyncio

    action = asyncio.ensure_future(coroutine)
    try:
        while not action.done():
            await asyncio.wait({action}, timeout=STEP_SECONDS)
            clock.look()
    except LimitReached:
        action.cancel()
        raise
    return action.result()


def run(main: Any, *, debug: bool | None = None) -> Any:
    """``asyncio.run`` for agent code."""
    if _running.deadlines and _running.deadlines[-1] is clock.current():
        if inspect.iscoroutine(main):
            main.close()
        raise RuntimeError("asyncio.run() cannot be called from a running event loop")
    if not inspect.iscoroutine(main):
        raise TypeRefused(f"asyncio.run() takes a coroutine, not a {type(main).__name__}")
    return run_in_loop(main)
