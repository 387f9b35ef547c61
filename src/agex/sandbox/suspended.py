"""Generators and coroutines that agent code left suspended, closed while a deadline still holds.

The garbage collector, and the interpreter at its end, would run what is in their ``finally`` without one.
"""

from __future__ import annotations

import atexit
import types
from typing import Any

from agex.sandbox import clock

_SUSPENDED = (types.GeneratorType, types.CoroutineType)


def close_suspended(space: dict[str, Any]) -> None:
    """Close what the names of a session hold suspended.

    A generator's ``finally`` may hold anything; it gets half a second.
    """
    for value in list(space.values()):
        if type(value) in _SUSPENDED:
            try:
                with clock.running(clock.Deadline(0.5)):
                    value.close()
            except BaseException:  # whatever its finally does, it is over
                continue


@atexit.register
def _close_all() -> None:
    for space in clock.namespaces():
        close_suspended(space)
