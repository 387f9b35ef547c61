"""The two worlds a program runs in: a bare namespace, and an agex session under full limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from agex.policy import Registry
from agex.sandbox import Limits, Session

LIMITS = Limits()


def new_session() -> Session:
    """A session as an agent with ``agent.module(math)`` has it: every guard, default limits."""
    registry = Registry()
    registry.module(math)
    return Session(registry.freeze(), limits=LIMITS)


def run_checked(session: Session, source: str) -> Any:
    """Run an action that has to work."""
    result = session.run(source)
    if result.error is not None:
        raise RuntimeError(f"refused or failed:\n{result.traceback}") from result.error
    return result


def plain_world(definitions: str, timed: str) -> tuple[dict[str, Any], Callable[[], object]]:
    """A namespace with the definitions in it, and the timed action over it."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(definitions, "<plain>", "exec", dont_inherit=True), namespace)

    def action() -> None:
        exec(compile(timed, "<plain>", "exec", dont_inherit=True), namespace)

    return namespace, action


def agex_world(definitions: str, timed: str) -> tuple[Session, Callable[[], object]]:
    """A session with the definitions in it, and the timed action over it."""
    session = new_session()
    run_checked(session, definitions)

    def action() -> None:
        run_checked(session, timed)

    return session, action
