"""``o.m(…)``: reading and calling in one, cleared together where no instance can come between."""

from __future__ import annotations

import sys
from typing import Any

from agex.sandbox import kinds, methods
from agex.sandbox.decisions import Verdict
from agex.sandbox.guards.reading import Reading
from agex.sandbox.opaque import Door


class MethodCalls(Reading):
    """The guards of method calls."""

    def method(self, owner: Any, name: str) -> Any:
        """``owner`` itself where calling ``.name`` natively is safe, else a door to what is called."""
        cls = type(owner)
        twin = methods.DOORS.get((cls, name))
        if twin is not None:
            return twin(self, owner)
        if isinstance(owner, type) or cls in kinds.FUNCTION_TYPES or cls is super:
            if (owner, name) in self.native_methods:
                return owner
            value = self.value(owner, name)
            approved = self.call(value)
            if (
                approved is value
                and isinstance(owner, type)
                and (owner, name) in self.native_members
                and self.decisions.is_method(owner, name)
            ):
                self.native_methods.add((owner, name))
            return Door(name, approved)
        if self.policy.instances and self.policy.instance_rule(owner) is not None:
            return Door(name, self.call(getattr(self.door(owner, name), name)))
        kind = self.decisions.kind(cls)
        if kind == kinds.MODULE:
            value = getattr(owner, name)
            approved = self.call(value)
            if approved is value:
                self.clear("m_" + name, cls)
                return owner
            return Door(name, approved)
        if kind != kinds.AGENT and self.decisions.read(cls, name)[0] is Verdict.GUARDED:
            return Door(name, methods.guarded_method(self, owner, name))
        door = self.door(owner, name)
        if door is not owner:
            return Door(name, self.call(getattr(door, name)))
        if kind == kinds.AGENT:
            if self.may_clear_method(owner, cls, name):
                self.clear("m_" + name, cls)
                return owner
        elif self.decisions.is_method(cls, name):
            self.clear("m_" + name, cls)
            return owner
        return Door(name, self.call(getattr(owner, name)))

    def steady_method(self, owner: Any, name: str, known: str) -> Any:
        """The same for a global that hardly changes: remembered as the global ``known``."""
        found = self.method(owner, name)
        if (owner, name) in self.native_methods if _is_class(owner) else found is owner:
            self._remember(owner, known)
        return found

    def steady_door(self, owner: Any, name: str, known: str) -> Any:
        """``math.pi``, remembered likewise."""
        found = self.door(owner, name)
        if (owner, name) in self.native_members if _is_class(owner) else found is owner:
            self._remember(owner, known)
        return found

    def steady_item(self, owner: Any, known: str) -> Any:
        """``prices[key]``, remembered likewise."""
        found = self.item(owner)
        if found is owner and not _is_class(owner):
            self._remember(owner, known)
        return found

    def steady_put(self, owner: Any, known: str) -> Any:
        """``totals[key] = …``, remembered for a dict: in a list, a key may be a slice."""
        if type(owner) is dict:
            self._remember(owner, known)
            return owner
        return self.slices(self.item(owner))

    def _remember(self, owner: Any, known: str) -> None:
        """Nothing ever changes about modules and exact builtins. About classes :meth:`forget` knows,
        and about anything else nobody."""
        if self.decisions.kind(type(owner)) in (kinds.MODULE, kinds.BUILTIN):
            if known.startswith("$"):
                sys._getframe(2).f_globals[known] = owner
        elif _is_class(owner):
            self.remember(known, owner)

    def quiet(self, owner: Any, name: str) -> Any:
        """A method that can make something long, called with small constants."""
        if type(owner) in (str, bytes, bytearray):
            self.clear("q_" + name, type(owner))
            return owner
        return self.method(owner, name)

    def may_clear_method(self, owner: Any, cls: type, name: str) -> bool:
        """True where no instance of ``cls`` can have something else in the place of this method."""
        if self.away or cls in self.exposed or self.may_be_hidden(cls, name):
            return False
        if name in getattr(cls, "__dataclass_fields__", ()):
            return False
        if name in getattr(owner, "__dict__", ()):
            return False
        return self.decisions.is_method(cls, name)

    def call_attribute(self, owner: Any, name: str) -> Any:
        """``owner.__dunder__(…)``"""
        return self.call(self.get(owner, name))


def _is_class(owner: Any) -> bool:
    """``isinstance`` would ask the object."""
    return issubclass(type(owner), type)
