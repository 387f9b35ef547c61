"""Instances that carry named fields: records of every library, enum members, exceptions.

Only what an instance has *stored* is read. A property is code, so it is left alone.
"""

from __future__ import annotations

import enum
from typing import Any

from agex.render.budget import clip
from agex.render.classes import class_attribute, error_arguments, inherits, stored, type_name
from agex.render.fields import record_names
from agex.render.walk import Child, Renderer

_MISSING = object()


def find_record(value: Any) -> Renderer | None:
    """The renderer for a record, an enum member or an exception; ``None`` for anything else."""
    cls = type(value)
    if inherits(cls, enum.Enum):
        return _enum_member
    if inherits(cls, BaseException):
        return _exception
    if inherits(cls, tuple) and type(class_attribute(cls, "_fields")) is tuple:
        return _named_tuple
    if record_names(cls) is not None:
        return _record
    return None


def _enum_member(value: Any, budget: int, child: Child) -> str:
    name = stored(value, "_name_")
    return (
        f"{type_name(type(value))}.{name}" if type(name) is str else _record(value, budget, child)
    )


def _exception(value: BaseException, budget: int, child: Child) -> str:
    name = type_name(type(value))
    arguments = error_arguments(value)
    inner = ", ".join(child(a, max(8, budget // max(1, len(arguments)))) for a in arguments[:5])
    return f"{name}({inner})"


def _named_tuple(value: Any, budget: int, child: Child) -> str:
    names = class_attribute(type(value), "_fields")
    pairs = [
        (name, held)
        for name, held in zip(names, tuple.__iter__(value), strict=False)
        if type(name) is str and _open(value, name, child)
    ]
    return _fields_text(type_name(type(value)), pairs, len(names), budget, child)


def _record(value: Any, budget: int, child: Child) -> str:
    names = record_names(type(value)) or ()
    held = [(name, stored(value, name, _MISSING)) for name in names]
    held = [(name, found) for name, found in held if found is not _MISSING]
    pairs = [(name, found) for name, found in held if _open(value, name, child)]
    return _fields_text(type_name(type(value)), pairs, len(held), budget, child)


def _open(value: Any, name: str, child: Child) -> bool:
    return child.allows(value, name)


def _fields_text(
    name: str, pairs: list[tuple[str, Any]], total: int, budget: int, child: Child
) -> str:
    left = budget - len(name) - 2
    parts: list[str] = []
    for index, (field, held) in enumerate(pairs):
        reserve = 0 if index + 1 == total else 3
        room = left - reserve - len(field) - 1
        if room < 4:
            break
        # Short fields in full; a long one takes at most half so that the later ones still show.
        text = f"{field}={child(held, max(room // 2, min(room, 40)))}"
        parts.append(text)
        left -= len(text) + 2
    if len(parts) < total:
        parts.append("…")
    return clip(f"{name}({', '.join(parts)})", budget)
