"""Refusals of a name, in words for the model."""

from __future__ import annotations

from typing import Any

from agex.errors import AttributeRefused, NameRefused, did_you_mean, some_of
from agex.sandbox import kinds, tables
from agex.sandbox.guards.memory import Memory
from agex.sandbox.guards.names import MISSING


class Words(Memory):
    """The guards that say no."""

    def refusal(self, owner: Any, name: str, why: str = "") -> AttributeRefused:
        """The error for a refused attribute, in words for the model."""
        if not why:
            if isinstance(owner, type):
                shown = getattr(owner, "__name__", "?")
                why = (
                    f"type object {shown!r} has no attribute {name!r} here"
                    if name.startswith("__")
                    else self.decisions.sentence(owner, name, self.decisions.rule(owner)).replace(
                        f"{shown!r} object", f"class {shown!r}", 1
                    )
                )
            elif name.startswith("__"):
                why = f"{name} of a {type(owner).__name__!r} object is not offered here"
            else:
                why = self.decisions.sentence(type(owner), name, self.decisions.rule(type(owner)))
        error = AttributeRefused(why)
        error.name = name
        cls = owner if isinstance(owner, type) else type(owner)
        if self.decisions.kind(type(owner)) == kinds.FOREIGN or (
            isinstance(owner, type) and not self.decisions.is_known_class(owner)
        ):
            error.hint = f"agent.cls({cls.__name__})"
        elif self.decisions.rule(cls) is not None:
            error.hint = f"agent.cls({cls.__name__}, include=[..., {name!r}])"
        return error

    def refused_attribute(self, owner: Any, name: str, known: Any) -> AttributeRefused:
        error = AttributeRefused(
            f"{type(owner).__name__!r} object has no registered attribute {name!r}."
            + (did_you_mean(name, known) or f" Registered: {some_of(known, 12)}")
        )
        error.name = name
        return error

    def missing_name(self, name: str) -> Any:
        """A builtin that is not offered, unless agent code gave the name a meaning of its own."""
        value = self.globals.get(name, MISSING)
        if value is not MISSING:
            return value
        why = tables.NOT_OFFERED_WHY.get(name, "leave it out")
        error = NameRefused(f"name {name!r} is not offered here: {why}")
        error.name = name
        raise error
