"""All guards of one session in one object, and how it pickles: as its policy, nothing cleared yet.

A function that somebody else's pickler takes to another process finds the same rules there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.policy import Policy
from agex.sandbox.display import Display
from agex.sandbox.formatting import Texts
from agex.sandbox.guards.method_calls import MethodCalls
from agex.sandbox.guards.protocols import Protocols
from agex.sandbox.guards.writing import Writing


class Guards(Writing, MethodCalls, Protocols):
    """The guards of one session, over one policy."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.texts = Texts(self.decisions, self.value, self.item)
        self.display = Display()

    def __reduce__(self) -> Any:
        return restore, (self.policy,)


def restore(policy: Policy) -> Guards:
    """The guards of a policy in a process that unpickled them; ``session.py`` knows every part."""
    return restorers[-1](policy)


#: What makes a session's guards of a policy, put here by ``session.py``.
restorers: list[Callable[[Policy], Guards]] = []
