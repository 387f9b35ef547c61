"""``enum``: what the functional form makes is a class of the agent's own."""

from __future__ import annotations

import enum
from typing import Any

from agex.sandbox import tables
from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.origin import mark


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
    return picked(
        enum,
        """Enum IntEnum StrEnum Flag IntFlag ReprEnum auto unique member nonmember EnumMeta EnumType
        verify EnumCheck CONTINUOUS NAMED_FLAGS UNIQUE FlagBoundary STRICT CONFORM EJECT KEEP
        property global_enum_repr""",
    )
