"""A run that is awaited: in a thread of its own, ended at its next step when the awaiting is cancelled."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any


async def in_thread(run: Callable[[threading.Event | None], Any], name: str) -> Any:
    """What ``run`` returns, called with the event that tells it to stop.

    A thread of its own: the default executor is small, and runs wait for minutes.
    """
    import asyncio  # a good part of what importing agex would cost; whoever awaits has it

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # awaited without a loop, as agent code may: there is nobody to hold up
        return run(None)
    done: asyncio.Future[Any] = loop.create_future()
    stopping = threading.Event()
    context = contextvars.copy_context()

    def settle(value: Any, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)

    def work() -> None:
        value, failed = None, None
        try:
            value = context.run(run, stopping)
        except BaseException as error:
            failed = error
        try:
            loop.call_soon_threadsafe(settle, value, failed)
        except RuntimeError:  # the loop was closed while the run went on
            pass

    threading.Thread(target=work, name=name, daemon=True).start()
    try:
        return await done
    except asyncio.CancelledError:
        stopping.set()
        raise
