"""The names of one namespace as the program sees them now, and what each is bound to for a commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Name: TypeAlias = tuple[str, str]  # path, name
ABSENT: Any = object()  # Any: stands where any value could
COVERED: Any = object()


@dataclass(slots=True)
class Board:
    """The names of one namespace as the program sees them now."""

    values: Mapping[str, Any]
    loaded: set[str]
    reserved: Mapping[str, Any]
    pinned: frozenset[str] = frozenset()

    def value(self, name: str) -> Any:
        """What ``name`` is bound to: ``ABSENT`` if it is not, or is the policy's own; ``COVERED`` if an
        argument of the running task stands before it."""
        value = self.values.get(name, ABSENT)
        if value is not ABSENT and self.reserved.get(name, ABSENT) is value:
            return COVERED if name in self.pinned else ABSENT
        return value
