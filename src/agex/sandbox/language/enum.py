"""``enum``: what the functional form makes is a class of the agent's own."""

from __future__ import annotations

import enum
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import tables
from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.origin import is_agent_class, mark


def members(guards: Guards) -> dict[str, Any]:
    def functional(cls: Any) -> Any:
        def make(*args: Any, **kwargs: Any) -> Any:
            if len(args) < 2 and "names" not in kwargs:
                return cls(*args, **kwargs)
            kwargs["module"] = tables.HOME
            return mark(cls(*args, **kwargs))

        return make

    for name in ("Enum", "IntEnum", "Flag", "IntFlag", "StrEnum"):
        cls = getattr(enum, name, None)
        if cls is not None:
            guards.substitutes[id(cls)] = (cls, functional(cls))

    def verify(*checks: Any) -> Any:
        checking: Any = enum.verify(*checks)

        def decorate(cls: Any) -> Any:
            if not isinstance(cls, type) or not is_agent_class(cls):
                raise TypeRefused("verify() decorates enumerations of your own here")
            return checking(cls)

        return decorate

    found = picked(
        enum,
        """Enum IntEnum StrEnum Flag IntFlag ReprEnum auto unique member nonmember EnumMeta EnumType
        EnumCheck CONTINUOUS NAMED_FLAGS UNIQUE FlagBoundary STRICT CONFORM EJECT KEEP
        property global_enum_repr""",
    )
    return {**found, "verify": verify}
