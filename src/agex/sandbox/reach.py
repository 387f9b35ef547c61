"""Which names an action could have touched: those it mentions, and what the functions it could call do."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Any

from agex.sandbox.origin import is_agent_class, is_agent_function, own_dict
from agex.sandbox.own_names import is_own


def reached(space: Mapping[str, Any], names: frozenset[str]) -> frozenset[str]:
    """The names that code mentioning ``names`` could touch, through the functions it could call.

    Names that are not there are among them: the code may have deleted them.
    """
    found: set[str] = {name for name in names if name not in space and is_own(name)}
    queue = [name for name in names if name in space and is_own(name)]
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        for mentioned in _mentions(space[name]):
            if mentioned in found or not is_own(mentioned):
                continue
            if mentioned in space:
                queue.append(mentioned)
            else:
                found.add(mentioned)
    return frozenset(found)


def _mentions(value: Any) -> set[str]:
    """Global names that calling, or working with, this value could read or write."""
    codes = _codes_of(value)
    seen: set[int] = set()
    names: set[str] = set()
    while codes:
        code = codes.pop()
        if id(code) in seen:
            continue
        seen.add(id(code))
        names.update(code.co_names)
        codes.extend(c for c in code.co_consts if isinstance(c, CodeType))
    return names


def _codes_of(value: Any) -> list[CodeType]:
    """The agent code behind a function and what it closes over, or behind an object's class."""
    codes: list[CodeType] = []
    if not is_agent_function(value):
        cls = value if isinstance(value, type) else type(value)
        for base in cls.__mro__:
            if is_agent_class(base):
                for member in own_dict(base).values():
                    inner = getattr(member, "__func__", getattr(member, "fget", member))
                    if is_agent_function(inner):
                        codes.append(inner.__code__)
        return codes
    codes.append(value.__code__)
    for cell in value.__closure__ or ():
        try:
            if is_agent_function(cell.cell_contents):
                codes.append(cell.cell_contents.__code__)
        except ValueError:
            continue
    return codes
