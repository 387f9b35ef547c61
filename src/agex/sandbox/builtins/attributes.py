"""``getattr``, ``setattr``, ``vars`` and their like: attributes by name, and the agent's own names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.sandbox.guards import Guards
from agex.sandbox.opaque import ViewMeta
from agex.sandbox.origin import is_agent_class

_MISSING: Any = object()


class Attributes:
    """The ground floor of the builtins: whose rules they follow, and where they print."""

    def __init__(self, guards: Guards, write: Callable[[str], object]) -> None:
        self.guards = guards
        self.write = write

    def getattr_(self, owner: Any, name: str, default: Any = _MISSING, /) -> Any:
        try:
            return self.guards.value(owner, name)
        except AttributeError:
            if default is _MISSING:
                raise
            return default

    def hasattr_(self, owner: Any, name: str, /) -> bool:
        try:
            self.guards.value(owner, name)
        except AttributeError:
            return False
        return True

    def issubclass_(self, cls: Any, class_or_tuple: Any, /) -> bool:
        # A view is asked about as the class it stands for, except by what agent code could listen in on.
        asked = class_or_tuple if type(class_or_tuple) is tuple else (class_or_tuple,)
        if type(cls) is ViewMeta and not any(
            isinstance(c, type) and is_agent_class(c) for c in asked
        ):
            return issubclass(cls.real, class_or_tuple)
        return issubclass(cls, class_or_tuple)

    def setattr_(self, owner: Any, name: str, value: Any, /) -> None:
        self.guards.set(owner, name, value)

    def delattr_(self, owner: Any, name: str, /) -> None:
        self.guards.delete(owner, name)

    def vars_(self, owner: Any = _MISSING, /) -> Any:
        return self.globals_() if owner is _MISSING else self.guards.value(owner, "__dict__")

    def globals_(self) -> dict[str, Any]:
        """The agent's own names, as a copy: assigning to it changes nothing."""
        return self.own_names(self.guards.globals)

    def locals_(self) -> dict[str, Any]:
        """The same, where a call by another name reaches it."""
        return self.globals_()

    def own_names(self, namespace: dict[str, Any]) -> dict[str, Any]:
        hidden = self.guards.globals.get("$hidden", {})
        return {
            name: value
            for name, value in namespace.items()
            if "$" not in name
            and not (name.startswith("__") and name.endswith("__"))
            and hidden.get(name, _MISSING) is not value
        }

    def clean(self, namespace: dict[str, Any]) -> dict[str, Any]:
        """``locals()`` without what the guards keep there."""
        return {
            name: value
            for name, value in namespace.items()
            if "$" not in name and not (name.startswith(".") or value is Guards)
        }

    def clean_dir(self, namespace: dict[str, Any]) -> list[str]:
        return sorted(self.clean(namespace))
