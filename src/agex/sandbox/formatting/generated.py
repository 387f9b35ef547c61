"""Texts that Python wrote for a class of the host's: a dataclass, a named tuple. They show each field."""

from __future__ import annotations

import dataclasses
from typing import Any

from agex.sandbox.origin import find, is_agent_class

#: Where the functions come from that write such texts.
_WRITERS = frozenset({"dataclasses", "reprlib", "collections"})


def shown_fields(cls: type) -> tuple[str, ...] | None:
    """The fields that the text of objects of a class shows, where the class did not write it itself."""
    found = find(cls, "__repr__")
    if found is None or is_agent_class(found[0]):
        return None
    home = getattr(found[1], "__globals__", {}).get("__name__")
    if home not in _WRITERS and not (type(home) is str and home.startswith("namedtuple_")):
        return None
    holder: Any = found[0]
    if issubclass(holder, tuple) and hasattr(holder, "_fields"):
        return tuple(holder._fields)
    if dataclasses.is_dataclass(holder):
        return tuple(field.name for field in dataclasses.fields(holder) if field.repr)
    return None


def held(value: Any, names: tuple[str, ...]) -> list[Any]:
    """What the fields of an object hold, as far as they hold something."""
    return [getattr(value, name, None) for name in names]
