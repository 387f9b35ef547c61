"""What may stand in a class of the agent: its bases, its body, and what is put there later."""

from __future__ import annotations

import abc
import collections
import enum
import types
import typing
from types import BuiltinFunctionType
from typing import Any

from agex.errors import AttributeRefused, Refusal, TypeRefused
from agex.sandbox import given, kinds, tables
from agex.sandbox.formatting import PLAIN, is_twin
from agex.sandbox.guards.calls import Calls
from agex.sandbox.guards.names import HIDDEN_KEYS, MISSING, NEVER, PLAIN_DUNDERS, TRUSTED
from agex.sandbox.natives import guard_operators
from agex.sandbox.opaque import Type
from agex.sandbox.origin import (
    NOTHING,
    THE_MARK,
    check_fallback,
    find,
    is_agent_class,
    is_agent_function,
    mro_of,
    own_dict,
    seal,
)

#: What is left of a class that was refused.
_KEPT = frozenset({tables.MARK, "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__"})
_ENUM_HOOKS = frozenset({"_missing_", "_generate_next_value_"})
#: Descriptors that classes are made of.
_DESCRIPTORS: frozenset[type] = frozenset(
    {types.MemberDescriptorType, types.GetSetDescriptorType, type(THE_MARK), type(NOTHING),
     types.DynamicClassAttribute, type(collections.namedtuple("_", "x").x)}  # type: ignore[attr-defined]
)  # fmt: skip
_ABC_DATA: type = type(own_dict(abc.ABC)["_abc_impl"])
#: What the library answers for when it is asked for the bases it stands for.
_STANDING: tuple[Any, ...] = (typing.NamedTuple, typing.TypedDict)
_METACLASSES: frozenset[type] = frozenset({abc.ABCMeta, enum.EnumMeta, type(typing.Protocol)})


class Bodies(Calls):
    """The guards of class statements, and of assignments to classes."""

    def base(self, base: Any) -> Any:
        """A base class in a class statement."""
        if base is Type:
            return type
        if isinstance(base, type):
            if self.decisions.may_subclass(base):
                return base
            raise TypeRefused(
                f"{base.__name__} is not registered as constructable, so no class can derive from it"
            )
        if is_twin(base):
            if hasattr(base, "__mro_entries__"):
                return base  # of ``NamedTuple``, say; nobody else can put it there
            # ``super`` above all: what derives from it would read past the guard of ``super().x``.
            raise TypeRefused(f"no class can derive from {base.__name__} here")
        if any(base is standing for standing in _STANDING):
            return base
        if type(base) is types.GenericAlias or type(base) in kinds.ALIASES:
            origin = getattr(base, "__origin__", None)
            if isinstance(origin, type) and origin is not type:
                self.base(origin)
            return base
        raise TypeRefused(f"a {type(base).__name__!r} object cannot be a base class here")

    def bases(self, bases: Any) -> list[Any]:
        return [self.base(base) for base in bases]

    def metaclass(self, meta: Any) -> Any:
        """``metaclass=M``: type, the metaclasses of ABC and Enum, or the agent's own."""
        if meta is Type:
            return type
        if isinstance(meta, type) and (is_agent_class(meta) or meta in _METACLASSES):
            return meta
        if is_agent_function(meta):
            return meta
        raise TypeRefused(
            f"{getattr(meta, '__name__', type(meta).__name__)} cannot be a metaclass here; "
            "use type, abc.ABCMeta, or a class of your own derived from type"
        )

    def metaclass_keywords(self, keywords: Any) -> dict[str, Any]:
        found = dict(keywords)
        if "metaclass" in found:
            found["metaclass"] = self.metaclass(found["metaclass"])
        return found

    def finish_class(self, cls: Any) -> Any:
        """The last look at a class that agent source just made."""
        if isinstance(cls, type):
            if not is_agent_class(cls):
                return cls
            try:
                seal(cls)
                self.look_at(cls)
            except Refusal:
                _empty(cls)  # a hook may have kept it
                raise
        return cls

    def look_at(self, cls: type) -> None:
        """Refuse a class for what is in it, or give it the operators that ask."""
        self.check_class(cls, own_dict(cls))
        guard_operators(self, cls)
        if given.is_mapping(cls):
            given.check_mapping(cls)
        if not issubclass(cls, type) and not self.is_pure(cls):
            for base in mro_of(cls)[1:]:  # a mixin made elsewhere overrides just as well
                if is_agent_class(base):
                    for name, value in own_dict(base).items():
                        self.check_override(cls, name, value)

    def check_class(self, cls: type, namespace: Any) -> None:
        """Refuse, in the namespace of a class, the definitions that nobody may make."""
        is_meta = issubclass(cls, type)
        if "__slots__" in namespace:
            self.iter(namespace["__slots__"])
        if type(namespace.get("__annotations__", {})) is not dict:
            raise TypeRefused("the annotations of a class must be written in its body here")
        for name, value in list(namespace.items()):
            if name in tables.REFUSED_DEFINITIONS and _is_agent_made(value):
                advice = tables.REFUSED_DEFINITIONS[name]
                raise TypeRefused(f"defining {name} is not offered here; {advice}")
            if is_meta and name in ("__eq__", "__hash__", "mro") and _is_agent_made(value):
                raise TypeRefused(f"a metaclass cannot define {name} here; leave it out")
            if name in tables.PROTOCOL or name in _ENUM_HOOKS:
                self.check_protocol_value(cls, name, value)
            if name in tables.GIVING:
                given.check_giving(name, value)
            self.check_descriptor(name, value)
        if isinstance(cls, type) and issubclass(cls, BaseExceptionGroup):
            for name in TRUSTED:
                found = find(cls, name)
                if found is not None and found[0] is not BaseExceptionGroup:
                    raise TypeRefused(
                        f"an exception group cannot define {name} here; define derive"
                    )
        if isinstance(cls, type) and not is_meta and not self.is_pure(cls):
            for name in namespace:
                self.check_override(cls, name, namespace[name])

    def check_descriptor(self, name: str, value: Any) -> None:
        """An unregistered object with ``__get__`` in a class would run, and show what it holds."""
        if hasattr(type(value), "__get__") and self.decisions.kind(type(value)) == kinds.FOREIGN:
            if type(value) in _DESCRIPTORS or name == tables.MARK or name in HIDDEN_KEYS:
                return
            raise TypeRefused(
                f"{type(value).__name__!r} object is not registered, so it cannot be an attribute "
                f"of a class; put it into a list, or set {name} on instances"
            )

    def check_override(self, cls: type, name: str, value: Any) -> None:
        """A subclass of a host class keeps its hands off what the policy does not show of that class.

        Private methods are hooks that the host calls; a descriptor of a private name would be handed
        what the host stores there.
        """
        if name in ("__setattr__", "__delattr__", "__getattr__") and _is_agent_made(value):
            raise TypeRefused(f"a subclass of a host class cannot define {name} here")
        if name.startswith("__") and name.endswith("__"):
            return
        if name == "_abc_impl" and type(value) is _ABC_DATA:
            return  # ABCMeta puts one into each class; nobody else can make one
        for base in mro_of(cls):
            rule = None if is_agent_class(base) else self.decisions.rule(base)
            if rule is None or rule.allows(name):
                continue
            stores = hasattr(type(value), "__set__") or hasattr(type(value), "__delete__")
            if stores or any(name in own_dict(c) for c in mro_of(base)):
                raise TypeRefused(
                    f"{name!r} belongs to {base.__name__} and is not registered; "
                    "choose another name"
                )

    def check_protocol_value(self, cls: type, name: str, value: Any) -> None:
        """What is called through a protocol passes the same guard as any call."""
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if name in tables.PROTOCOL:
            given.check_bound(name, value)
        if isinstance(value, type) or (
            callable(value)
            and type(value) not in kinds.FUNCTION_TYPES
            and name != "__class_getitem__"
        ):
            if self.call(value) is not value and name in tables.PROTOCOL:
                raise TypeRefused(
                    f"{name} = {getattr(value, '__name__', '?')} is not offered here; "
                    f"write def {name}"
                )
        elif type(value) is BuiltinFunctionType and self.call(value) is not value:
            raise TypeRefused(f"{name} cannot be that builtin here; write def {name}")
        if issubclass(cls, type) and name in ("__eq__", "__hash__"):
            raise TypeRefused(f"a metaclass cannot define {name} here; leave it out")

    def set_class(self, cls: type, name: str, value: Any, *, plain: bool = False) -> None:
        if (
            type(value) in PLAIN
            and not name.startswith("__")
            and is_agent_class(cls)
            and type(own_dict(cls).get(name)) in PLAIN
            and name in own_dict(cls)
        ):
            setattr(cls, name, value)  # data in the place of data
            return
        if not is_agent_class(cls):
            raise AttributeRefused(
                f"attributes of the class {cls.__name__!r} cannot be assigned here; "
                "it belongs to the host"
            )
        if (
            "$" in name
            or name in NEVER
            or (name in tables.REFUSED_DEFINITIONS and name not in PLAIN_DUNDERS)
        ):
            advice = tables.REFUSED_DEFINITIONS.get(name, "choose another name")
            raise AttributeRefused(f"setting {name} is not offered here; {advice}")
        if name == "__getattr__":
            check_fallback(value)
        if name == "__get__":
            # Its objects may stand in classes already, where they were looked at.
            raise TypeRefused("__get__ is written in the body of its class here")
        if name in tables.GIVING:
            given.check_giving(name, value)
        if name in given.MAPPED and not given.is_method(value) and given.leads_to_mappings(cls):
            raise TypeRefused(f"{name} of a mapping is written as `def {name}` here")
        if name in TRUSTED and _leads_to_groups(cls):
            raise TypeRefused(f"an exception group cannot define {name} here; define derive")
        if name == "__match_args__" and not _is_match_args(value):
            raise TypeRefused("__match_args__ must be a tuple of names without leading underscores")
        if name.startswith("__") and name.endswith("__"):
            self.check_protocol_value(cls, name, value)
        if not issubclass(cls, type) and not self.is_pure(cls):
            self.check_override(cls, name, value)
        self.check_descriptor(name, value)
        before = own_dict(cls).get(name, MISSING)
        # Data in the place of data changes nothing that was decided about the name.
        data = before is not MISSING and type(before) in PLAIN and type(value) in PLAIN
        if not data:
            self.forget(name)
        if plain:
            type.__setattr__(cls, name, value)
        else:
            setattr(cls, name, value)
        if not data:
            self.forget(name)

    def delete_class(self, cls: type, name: str, *, plain: bool = False) -> None:
        if not is_agent_class(cls) or "$" in name or name in NEVER:
            raise AttributeRefused(f"attribute {name!r} of {cls.__name__} cannot be deleted here")
        self.forget(name)
        (type.__delattr__ if plain else delattr)(cls, name)
        self.forget(name)


def _empty(cls: type) -> None:
    for name in list(own_dict(cls)):
        if name not in _KEPT:
            type.__delattr__(cls, name)


def _is_match_args(value: Any) -> bool:
    """What positional patterns read natively: exact names, none of them a dunder."""
    return type(value) is tuple and all(
        type(name) is str and "$" not in name and not name.startswith("__") for name in value
    )


def _leads_to_groups(cls: type) -> bool:
    """Is this class, or any that derives from it, an exception group?"""
    return issubclass(cls, BaseExceptionGroup) or any(
        _leads_to_groups(below) for below in type.__subclasses__(cls)
    )


def _is_agent_made(value: Any) -> bool:
    """True for functions of the agent, however wrapped, and for its other objects."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if isinstance(value, property):
        return any(is_agent_function(f) for f in (value.fget, value.fset, value.fdel))
    return is_agent_function(value) or is_agent_class(type(value))
