"""``abc``: abstract methods are the agent's own."""

from __future__ import annotations

import abc
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.origin import is_agent_function


def members(guards: Guards) -> dict[str, Any]:
    def abstractmethod(function: Any) -> Any:
        if not is_agent_function(function) and not isinstance(
            function, (property, classmethod, staticmethod)
        ):
            raise TypeRefused("abstractmethod() decorates methods of your own here")
        return abc.abstractmethod(function)

    return {**picked(abc, "ABC ABCMeta"), "abstractmethod": abstractmethod}
