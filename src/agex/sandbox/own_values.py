"""What agent code itself put on instances that a host class also writes to.

An object of an agent's class derived from a host's may carry private attributes of both. Reading is for
what the agent put there: the very object, since the host may put another in its place. The note is kept on
the instance, so that it goes where the instance goes; no name that agent code can spell reaches it.
"""

from __future__ import annotations

from typing import Any

_NOTE = "$own"


def note(owner: Any, name: str, value: Any) -> None:
    """Remember that agent code is about to put ``value`` there."""
    held = getattr(owner, "__dict__", None)
    if type(held) is dict:
        held.setdefault(_NOTE, {})[name] = value


def has(owner: Any, name: str) -> bool:
    """Is what stands there what agent code put?"""
    held = getattr(owner, "__dict__", {})
    noted = held.get(_NOTE, {})
    return name in held and name in noted and held[name] is noted[name]


def is_free(owner: Any, name: str) -> bool:
    """May agent code put something there: nothing stands there yet, or its own?"""
    return name not in getattr(owner, "__dict__", {}) or has(owner, name)
