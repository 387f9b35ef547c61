"""What comes from above: ``super()``, and members of the host's and Python's classes below it."""

from __future__ import annotations

import collections
import types
from types import MethodType
from typing import Any

from agex.errors import Refusal
from agex.sandbox import kinds, leaving, methods, tables
from agex.sandbox.decisions import Verdict
from agex.sandbox.guards.classes import Classes, copied
from agex.sandbox.guards.names import MISSING, NEVER, PROTOCOL_READS
from agex.sandbox.opaque import Door
from agex.sandbox.origin import is_agent_class, mro_of, own_dict

_NATIVE = (MethodType, types.MethodWrapperType)
_CALLED = (types.FunctionType, types.WrapperDescriptorType)

#: Sequences of which a slice can be assigned: the other side is gone through.
SLICED = (list, bytearray, collections.UserList)


class Inherited(Classes):
    """The guards of ``super()``."""

    def super_value(self, owner: Any, name: str) -> Any:
        """Attributes of an explicit ``super(C, o)`` object."""
        start = owner.__thisclass__
        return self.super_get(start, owner.__self__, name)

    def super_get(self, start: type, owner: Any, name: str) -> Any:
        """``super().name``: what the next class in line brings, decided by who defines it there."""
        actual = owner if isinstance(owner, type) and issubclass(owner, start) else type(owner)
        order = mro_of(actual)
        if start not in order:
            raise TypeError("super(type, obj): obj must be an instance or subtype of type")
        for holder in order[order.index(start) + 1 :]:
            if name in own_dict(holder):
                break
        else:
            return getattr(super(start, owner), name)
        if is_agent_class(holder):
            return getattr(super(start, owner), name)
        return self.inherited(owner, holder, name, bound=super(start, owner))

    def super_call(self, start: type, owner: Any, name: str) -> Any:
        """``super().name`` where it is called."""
        return self.call(self.super_get(start, owner, name))

    def super_door(self, start: type, owner: Any, name: str) -> Door:
        """The same as a door, and the type of ``owner`` cleared where the native way does as well."""
        approved = self.super_call(start, owner, name)
        if not isinstance(owner, type) and self._has_native_supers(owner, name):
            self.clear("s_" + name, type(owner))
        return Door(name, approved)

    def _has_native_supers(self, owner: Any, name: str) -> bool:
        """Is ``super().name`` native from *every* agent class in the order of the object's type?

        One class statement may make several classes that call it from the same place.
        """
        order = mro_of(type(owner))
        for index, start in enumerate(order):
            if not is_agent_class(start):
                continue
            holder = next((c for c in order[index + 1 :] if name in own_dict(c)), None)
            if holder is None:
                continue  # Python says that there is none
            if type(own_dict(holder)[name]) not in _CALLED:
                return False  # a property would run
            try:
                approved = self.super_call(start, owner, name)
            except Refusal:
                return False
            native = getattr(super(start, owner), name)
            if type(approved) not in _NATIVE or approved != native:
                return False
        return True

    def inherited(self, owner: Any, holder: type, name: str, *, bound: Any = MISSING) -> Any:
        """``name`` of the host's or builtin class ``holder``, for an object that inherits it."""
        source = owner if bound is MISSING else bound
        holder = self.decisions.answering(owner if isinstance(owner, type) else type(owner), holder)
        kind = self.decisions.kind(holder)
        dunder = name.startswith("__") and name.endswith("__")
        if kind == kinds.CLASS and issubclass(holder, type):
            return self.metaclass_value(owner, holder, name, source)
        if dunder:
            if name in NEVER:
                raise self.refusal(owner, name)
            if name in leaving.NAMES and kind in kinds.OPEN and name in own_dict(holder):
                return leaving.handed_on(getattr(source, name))
            if kind in (kinds.BUILTIN, kinds.EXCEPTION, kinds.LANGUAGE) or holder is object:
                if name in tables.GUARDED_BUILTIN_DUNDERS or (
                    name == "__setitem__" and issubclass(holder, SLICED)
                ):
                    return methods.guarded_dunder(self, owner, holder, name, source)
                if name == "__get__" and holder is classmethod:
                    return methods.class_binding(getattr(source, name))
                if name in tables.SAFE_BUILTIN_DUNDERS or name in PROTOCOL_READS:
                    return getattr(source, name)
            elif kind == kinds.REGISTERED or kinds.is_abc(holder):
                if name in ("__new__", "__setattr__", "__delattr__") or (
                    name in kinds.REGISTERED_GUARDED.get(holder, ())
                ):
                    return methods.guarded_dunder(self, owner, holder, name, source)
                if name in tables.PROTOCOL:
                    return getattr(source, name)
            elif kind == kinds.INTERNAL and (
                name in tables.SAFE_BUILTIN_DUNDERS or name in PROTOCOL_READS
            ):
                return getattr(source, name)
            if name in tables.READABLE_DUNDERS and kind != kinds.FOREIGN:
                return getattr(source, name)
            raise self.refusal(owner, name)
        verdict, why = self.decisions.defined_read(type(owner), kind, holder, name)
        if verdict is Verdict.GUARDED:
            return methods.guarded_method(self, owner, name, holder)
        if verdict is Verdict.ASK and kind == kinds.REGISTERED:
            return self.careful_member(owner, holder, name, source)
        if verdict in (Verdict.REFUSED, Verdict.ASK):
            raise self.refusal(owner, name, why)
        return getattr(source, name)

    def careful_member(self, owner: Any, holder: type, name: str, source: Any) -> Any:
        """A member that is offered in another form is offered in that form to subclasses as well."""
        rule = self.decisions.rule(holder)
        instead = None if rule is None else rule.instead(name)
        if instead is None:
            return copied(getattr(source, name))
        stand_in = self.stand_in(instead)
        return stand_in if isinstance(owner, type) else MethodType(stand_in, owner)

    def metaclass_value(self, owner: Any, holder: type, name: str, source: Any) -> Any:
        """What ``type`` and its kin bring to an agent metaclass through ``super()``."""
        if name == "__new__":
            return methods.new_of(self, holder)
        if name == "__setattr__":
            return lambda attribute, value: self.set_class(owner, attribute, value, plain=True)
        if name == "__delattr__":
            return lambda attribute: self.delete_class(owner, attribute, plain=True)
        if name in ("__init__", "__call__", "__repr__", "__iter__", "__len__", "__contains__",
                    "__getitem__", "__or__", "__ror__", "mro", "__dir__", "__bool__", "register",
                    "__eq__", "__hash__"):  # fmt: skip
            if name == "__call__" and not self.decisions.may_construct(owner):
                raise self.refusal(owner, name)
            return getattr(source, name)
        raise self.refusal(owner, name)
