"""``contextlib``: managers made of functions, and of things that have a ``close`` or a ``write``."""

from __future__ import annotations

import contextlib
from typing import Any

from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.origin import mark


def members(guards: Guards) -> dict[str, Any]:
    call = guards.call

    def contextmanager(function: Any) -> Any:
        return contextlib.contextmanager(call(function))

    def asynccontextmanager(function: Any) -> Any:
        return contextlib.asynccontextmanager(call(function))

    class closing:
        """Context to automatically close something at the end of a block."""

        def __init__(self, thing: Any) -> None:
            self.thing = thing

        def __enter__(self) -> Any:
            return self.thing

        def __exit__(self, *details: Any) -> None:
            call(guards.value(self.thing, "close"))()

    class aclosing:
        """Async context to automatically close something at the end of a block."""

        def __init__(self, thing: Any) -> None:
            self.thing = thing

        async def __aenter__(self) -> Any:
            return self.thing

        async def __aexit__(self, *details: Any) -> None:
            await guards.awaited(call(guards.value(self.thing, "aclose"))())

    class redirect_stdout:
        """Context that sends what is printed to something with a write method."""

        def __init__(self, new_target: Any) -> None:
            self._new_target = new_target

        def __enter__(self) -> Any:
            guards.redirects.append(call(guards.value(self._new_target, "write")))
            return self._new_target

        def __exit__(self, *details: Any) -> None:
            if guards.redirects:  # a limit empties them
                guards.redirects.pop()

    for made in (closing, aclosing, redirect_stdout):
        made.__module__, made.__qualname__ = "contextlib", made.__name__

    return {
        **picked(
            contextlib,
            "AbstractContextManager AbstractAsyncContextManager ContextDecorator "
            "AsyncContextDecorator suppress nullcontext ExitStack AsyncExitStack",
        ),
        "contextmanager": contextmanager,
        "asynccontextmanager": asynccontextmanager,
        "closing": mark(closing),
        "aclosing": mark(aclosing),
        "redirect_stdout": mark(redirect_stdout),
    }
