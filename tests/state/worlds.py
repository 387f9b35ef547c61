"""An agent's world over a state: a sandbox session that can be left and entered again."""

from __future__ import annotations

import re
from typing import Any

from agex.policy import Registry
from agex.sandbox import Limits, Session
from agex.sandbox.definitions import Definitions
from agex.state import Versioned

_NAME = re.compile(r"[^\W\d]\w*")


def policy(*modules: Any) -> Any:
    """A policy with these modules."""
    registry = Registry()
    for module in modules:
        registry.module(module)
    return registry.freeze()


class World:
    """One process's view of an agent at work on a state."""

    def __init__(self, state: Versioned, allowed: Any, path: str = "") -> None:
        self.state = state
        definitions = Definitions(allowed, Limits(timeout_seconds=1))
        self.space = state.namespace(path, definitions=definitions)
        self.session = Session(allowed, namespace=self.space.globals)
        self.space.reserved = self.session.globals["$hidden"]
        self.space.bind = self.session.bind

    def run(self, source: str) -> Any:
        """One action, as a task does it: load what it mentions, run, commit what it reached."""
        absent = self.space.load(set(_NAME.findall(source)))
        result = self.session.run(source)
        assert result.error is None, f"{result.traceback}\n{absent}"
        self.saved = self.space.commit(result.touched, message=source.strip().splitlines()[0])
        return result.output
