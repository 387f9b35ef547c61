"""Who renders which value: the registry, and the walk that goes from a value to what it holds.

Three promises hold for whatever a renderer does: the text is never longer than its budget, an error
in a renderer shows the type instead, and no code of a class that nobody vouched for is run. A class
is vouched for when it is a builtin, or when the policy registers it; without a policy, when it can be
imported, which no class of a model's making can. Every other instance goes to the caller's ``repr_``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from agex.policy import Policy
from agex.render.budget import clip
from agex.render.classes import (
    bases,
    ids,
    inherits,
    is_importable,
    qualified_name,
    root_package,
    type_name,
)

BoundedRepr: TypeAlias = Callable[[Any, int], "str | None"]
"""The caller's own bounded ``repr``: ``(value, limit) -> text``, or ``None`` to leave it to us."""

MAX_DEPTH = 6
"""Containers in containers beyond this are shown as ``…``; nobody reads the seventh bracket."""


class Child(Protocol):
    """What a renderer is handed for the values inside its value."""

    def __call__(self, value: Any, budget: int) -> str:
        """``value`` as text of at most ``budget`` characters."""
        ...

    def allows(self, value: Any, member: str) -> bool:
        """Whether the reader may be shown this member of ``value``."""
        ...


Renderer: TypeAlias = Callable[[Any, int, Child], str]

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{6,16}(?=>)")
"""Where an object lies in memory: of no use to a reader, and different in every run."""

_SHORT = ids(str, float, bool, type(None))

_by_type: dict[int, tuple[type, Renderer]] = {}
_by_name: dict[tuple[str, str], Renderer] = {}
_structural: list[Callable[[Any], Renderer | None]] = []


def register_renderer(cls: type | str, renderer: Renderer) -> None:
    """Show values of a type in your own way, everywhere in this process.

    Args:
        cls: the type itself, which must match exactly; or ``"package:QualifiedName"`` for a type and
            its subclasses in a package that may never be imported (``"xarray:Dataset"``).
        renderer: called as ``renderer(value, budget, child)``; returns text. ``child(part, n)`` renders
            a part of the value in ``n`` characters. What is too long is cut, what fails is replaced.
    """
    if isinstance(cls, str):
        package, _, name = cls.partition(":")
        if not package or not name:
            raise ValueError(f"write the type as 'package:QualifiedName', not {cls!r}")
        _by_name[package, name] = renderer
    else:
        _by_type[id(cls)] = cls, renderer


def register_structural(find: Callable[[Any], Renderer | None]) -> None:
    """Add a question for values whose type nobody registered: is it a record, an enum member …?"""
    _structural.append(find)


class Walk:
    """One rendering: who may be shown, and which containers are open above the current value."""

    __slots__ = ("_depth", "_open", "_policy", "_repr")

    def __init__(self, repr_: BoundedRepr | None, policy: Policy | None) -> None:
        self._repr = repr_
        self._policy = policy
        self._open: set[int] = set()
        self._depth = 0

    def __call__(self, value: Any, budget: int) -> str:
        if budget <= 0:
            return ""
        cls = type(value)
        if id(cls) in _SHORT and (cls is not str or len(value) < budget):
            # Most of what data is made of; the way around would cost ten times as much.
            text = repr(value)
            if len(text) <= budget:
                return text
        key = id(value)
        if key in self._open:
            return clip("<the same object again>", budget)
        if self._depth > MAX_DEPTH:
            return "…"
        renderer = self._find(value)
        self._open.add(key)
        self._depth += 1
        try:
            text = renderer(value, budget, self)
        except Exception:  # a renderer of a foreign type may meet a version it does not know
            text = f"<{type_name(type(value))} object>"
        finally:
            self._depth -= 1
            self._open.discard(key)
        return clip(text, budget)

    def allows(self, value: Any, member: str) -> bool:
        """Whether the reader may be shown this member."""
        if self._policy is None:
            return not member.startswith("_")
        rule = self._policy.type_rule(type(value))
        return rule is not None and rule.allows(member)

    def _find(self, value: Any) -> Renderer:
        cls = type(value)
        exact = _by_type.get(id(cls))
        if exact is not None:
            return exact[1]
        if inherits(cls, type):
            return _class
        if self._is_vouched_for(cls):
            if is_importable(cls):
                for base in bases(cls):
                    named = _by_name.get((root_package(base), qualified_name(base)))
                    if named is not None and is_importable(base):
                        return named
            for find in _structural:
                found = find(value)
                if found is not None:
                    return found
        return self._opaque

    def _is_vouched_for(self, cls: type) -> bool:
        if self._policy is not None and self._policy.type_rule(cls) is not None:
            return True
        if self._policy is not None and root_package(cls) != "builtins":
            return False
        return is_importable(cls) or (self._policy is None and self._repr is None)

    def _opaque(self, value: Any, budget: int, child: Child) -> str:
        if self._repr is not None:
            text = self._repr(value, budget)
            if type(text) is str:
                return _ADDRESS.sub("", text)
        return f"<{type_name(type(value))} object>"


def _class(value: type, budget: int, child: Child) -> str:
    return f"<class {type_name(value)}>"
