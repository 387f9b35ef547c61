"""``dir`` and ``help``: what agent code may know of a thing."""

from __future__ import annotations

import inspect
import types
from typing import Any

from agex.sandbox import introspection, kinds, tables
from agex.sandbox.builtins.attributes import Attributes
from agex.sandbox.origin import ADDRESSES, is_agent_class

_MISSING: Any = object()
#: What ``dir`` lists of objects of Python's own types, beside the protocol.
_SHOWN_DUNDERS = frozenset({"__class__", "__doc__", "__name__", "__qualname__", "__notes__"})


class Describing(Attributes):
    """What is told of things."""

    def dir_(self, owner: Any = _MISSING, /) -> list[str]:
        guards = self.guards
        if owner is _MISSING:
            return sorted(self.globals_())
        if isinstance(owner, type):
            if not guards.decisions.is_known_class(owner):
                return []
            if is_agent_class(owner):
                return sorted(n for n in dir(owner) if "$" not in n and n not in ADDRESSES)
            return guards.decisions.known_members(owner)
        cls = type(owner)
        kind = guards.decisions.kind(cls)
        if kind == kinds.AGENT:
            names = dir(owner)
            return sorted(
                n for n in names if type(n) is str and "$" not in n and n not in ADDRESSES
            )
        if kind == kinds.MODULE:
            return list(owner.__dir__())
        rule = guards.policy.instance_rule(owner)
        if rule is not None:
            return list(rule.members())
        if kind == kinds.FUNCTION:
            return self.function_names(owner)
        names = guards.decisions.known_members(cls)
        if kind in (kinds.REGISTERED, kinds.FOREIGN, kinds.CLASS):
            return names
        shown = tables.PROTOCOL | _SHOWN_DUNDERS
        return sorted({*names, *(name for name in dir(cls) if name in shown)})

    def function_names(self, function: Any) -> list[str]:
        """What of a function or bound method may be read."""
        found = set()
        for name in dir(function):
            if "$" not in name:
                try:
                    self.guards.function_value(function, name)
                except AttributeError:
                    continue
                found.add(name)
        return sorted(found)

    def help_(self, topic: Any = _MISSING, /) -> None:
        """Prints signature, docstring and members of what is registered."""
        if topic is _MISSING:
            self.write("help(x) shows the signature, docstring and members of x\n")
            return
        self.write(self.describe(topic) + "\n")

    def describe(self, topic: Any) -> str:
        guards = self.guards
        if isinstance(topic, types.ModuleType) or (
            isinstance(type(topic), type) and (guards.decisions.kind(type(topic)) == kinds.MODULE)
        ):
            return f"module {topic.__name__}: {', '.join(topic.__dir__())}"
        name = getattr(topic, "__name__", None) if callable(topic) else None
        lines: list[str] = []
        if (callable(topic) and type(topic) in kinds.FUNCTION_TYPES) or isinstance(topic, type):
            try:
                lines.append(f"{name}{introspection.signature_text(guards, topic)}")
            except (TypeError, ValueError):
                lines.append(str(name))
            document = inspect.getdoc(topic)
            if document and (not isinstance(topic, type) or guards.decisions.is_known_class(topic)):
                lines.append(document)
        else:
            lines.append(f"{type(topic).__name__} object")
        members = [n for n in self.dir_(topic) if not n.startswith("_")]
        if members and type(topic) not in kinds.FUNCTION_TYPES:
            lines.append("members: " + ", ".join(members))
        return "\n".join(lines)
