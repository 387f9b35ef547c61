"""``enum``: its classes, which the guard of calls makes and searches (see ``constructors.py``)."""

from __future__ import annotations

import enum
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import bounds
from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked
from agex.sandbox.origin import is_agent_class


def members(guards: Guards) -> dict[str, Any]:
    def enum_property(fget: Any = None, fset: Any = None, fdel: Any = None, doc: Any = None) -> Any:
        called = [None if f is None else guards.call(f) for f in (fget, fset, fdel)]
        make: Any = enum.property
        return make(*called, doc)

    guards.substitutes[id(enum.property)] = (enum.property, enum_property)

    def verify(*checks: Any) -> Any:
        checking: Any = enum.verify(*checks)

        def decorate(cls: Any) -> Any:
            if not isinstance(cls, type) or not is_agent_class(cls):
                raise TypeRefused("verify() decorates enumerations of your own here")
            numbers = [m.value for m in cls.__members__.values() if isinstance(m.value, int)]  # type: ignore[attr-defined]
            if numbers:
                bounds.check_length("the enumeration", max(numbers) - min(numbers), 100_000)
            return checking(cls)

        return decorate

    found = picked(
        enum,
        """Enum IntEnum StrEnum Flag IntFlag ReprEnum auto unique member nonmember EnumMeta EnumType
        EnumCheck CONTINUOUS NAMED_FLAGS UNIQUE FlagBoundary STRICT CONFORM EJECT KEEP
        property""",
    )
    return {**found, "verify": verify}
