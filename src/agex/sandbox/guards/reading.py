"""``o.x``: reading an attribute of an instance, a function, or whatever else stands there."""

from __future__ import annotations

import collections
import functools
import types
from collections.abc import Mapping
from types import BuiltinFunctionType, MethodType
from typing import Any

from agex.sandbox import kinds, leaving, methods, own_values, tables, views
from agex.sandbox.decisions import Verdict
from agex.sandbox.formatting import PLAIN, is_twin
from agex.sandbox.given import is_mapping
from agex.sandbox.guards.classes import copied
from agex.sandbox.guards.inherited import Inherited
from agex.sandbox.guards.names import NEVER, OWN_FIELDS, PROTOCOL_READS, not_a_name, shown_module
from agex.sandbox.natives import shown_maps, trusted
from agex.sandbox.opaque import TRACEBACK, Door
from agex.sandbox.origin import find, is_agent_class, is_agent_function, is_own

_FUNCTION_DUNDERS = frozenset(
    {"__defaults__", "__kwdefaults__", "__annotations__", "__wrapped__", "__type_params__",
     "__isabstractmethod__"}
)  # fmt: skip
_FUNCTION_ATTRIBUTES: dict[str, str] = {"func_globals": "", "func_code": ""}


class Reading(Inherited):
    """The guards of reads."""

    def door(self, owner: Any, name: str) -> Any:
        """``owner`` itself where ``.name`` may be read natively, else a door."""
        cls = type(owner)
        if isinstance(owner, type):
            if (owner, name) in self.native_members:
                return owner
            return Door(name, self.class_value(owner, name))
        if cls in kinds.FUNCTION_TYPES:
            return Door(name, self.function_value(owner, name))
        if cls is super:
            return Door(name, self.super_value(owner, name))
        rule = self.policy.instance_rule(owner) if self.policy.instances else None
        if rule is not None:
            if not rule.allows(name):
                raise self.refused_attribute(owner, name, rule.members())
            return Door(name, getattr(owner, name))
        verdict, why = self.decisions.read(cls, name)
        if verdict is Verdict.CLEAR:
            self.note_own(cls)
            self.clear("r_" + name, cls)
            return owner
        if verdict is Verdict.GUARDED:
            return Door(name, methods.kept(owner, name, methods.guarded_method(self, owner, name)))
        if verdict is Verdict.ASK:
            return Door(name, self.asked(owner, name, why))
        if cls is property and name in ("fget", "fset", "fdel"):
            function = getattr(owner, name)  # of a host's class it would be a way past its policy
            if function is None or is_agent_function(function):
                return Door(name, function)
        raise self.refusal(owner, name, why)

    def asked(self, owner: Any, name: str, why: str) -> Any:
        """Reads that depend on the object at hand."""
        cls = type(owner)
        if isinstance(owner, BaseException):
            if name in owner.__dict__.get(OWN_FIELDS, ()):
                return getattr(owner, name)
            if find(cls, name) is None and name not in owner.__dict__:
                return getattr(owner, name)  # not there: Python says so itself
            raise self.refusal(owner, name)
        if name == "maps" and isinstance(owner, collections.ChainMap):
            return shown_maps(owner)
        if cls is kinds.OwnPartial or cls is kinds.OwnPartialMethod:
            return self.written(owner.func)
        if self.decisions.kind(cls) == kinds.AGENT:
            return self.asked_of_agent(owner, name, why)
        rule = self.decisions.rule(cls)
        if rule is not None and (instead := rule.instead(name)) is not None:
            return MethodType(self.stand_in(instead), owner)
        value = getattr(owner, name)
        held = find(cls, name)
        return copied(value) if held is not None and held[1] is value else value

    def written(self, function: Any) -> Any:
        """The class that agent code wrote where its guarded form was taken: ``partial(int).func``."""
        if is_twin(function):
            for real, twin in self.substitutes.values():
                if twin is function and isinstance(real, type):
                    return self.show_class(real)
        return function

    def asked_of_agent(self, owner: Any, name: str, why: str) -> Any:
        """What agent code put on the instance itself, or what its own class has: never what a host
        class in between keeps there."""
        held = getattr(owner, "__dict__", {})
        if name in held:
            if own_values.has(owner, name):
                return getattr(owner, name)
            raise self.refusal(owner, name, why)
        found = find(type(owner), name)
        if found is None:
            raise self.refusal(owner, name, why)
        if not is_agent_class(found[0]):
            holder = self.decisions.answering(type(owner), found[0])
            if self.decisions.kind(holder) != kinds.REGISTERED or name.startswith("_"):
                raise self.refusal(owner, name, why)
            if self.decisions.agent_read(type(owner), name)[0] is not Verdict.ASK:
                raise self.refusal(owner, name, why)
            return self.careful_member(owner, holder, name, owner)
        value = getattr(owner, name)
        if isinstance(found[1], functools.cached_property) and held.get(name) is value:
            own_values.note(owner, name, value)
        return value

    def get(self, owner: Any, name: str) -> Any:
        """A dunder read: ``owner.__name__``."""
        if isinstance(owner, type):
            return self.class_dunder(owner, name)
        cls = type(owner)
        if name == "__class__":
            return self.type_of(owner)
        if cls in kinds.FUNCTION_TYPES:
            return self.function_value(owner, name)
        if cls is super:
            return self.super_value(owner, name)
        kind = self.decisions.kind(cls)
        if cls in views.VIEWS and name in views.NAMES:
            return lambda other, /: getattr(owner, name)(self.iter(other))
        if kind == kinds.MODULE:
            if name in ("__name__", "__doc__"):
                return getattr(owner, name)
            if name == "__dict__":
                return self.members_of(owner)
            raise self.refusal(owner, name)
        if isinstance(owner, BaseException):
            if name == "__traceback__":
                return None if owner.__traceback__ is None else TRACEBACK
            if name in ("__cause__", "__context__", "__suppress_context__", "__notes__"):
                return getattr(owner, name)
        if kind == kinds.FOREIGN:
            if name == "__doc__" or self.policy.instance_rule(owner) is None:
                raise self.refusal(owner, name)
            return self.protocol_value(owner, name)
        if name == "__doc__":
            return getattr(owner, name)
        if name == "__module__":
            return shown_module(getattr(owner, name))
        if name == "__dict__":
            return self.instance_dict(owner)
        if kind == kinds.AGENT:
            found = find(cls, name)
            if found is None:
                if name in tables.READABLE_DUNDERS or name in tables.PROTOCOL:
                    return getattr(owner, name)
                if name in tables.REFUSED_DEFINITIONS or name in tables.REFUSED_NAMES:
                    raise self.refusal(owner, name)
                return getattr(owner, name)
            holder, _ = found
            if is_agent_class(holder) and name not in NEVER:
                return getattr(owner, name)
            return self.inherited(owner, holder, name)
        if kind in (kinds.REGISTERED, kinds.EXCEPTION, kinds.LANGUAGE):
            if kind == kinds.LANGUAGE and name in tables.READABLE_DUNDERS:
                return self.language_dunder(owner, name)
            return self.protocol_value(owner, name)
        found = find(cls, name)
        return self.inherited(owner, found[0] if found else cls, name)

    def language_dunder(self, owner: Any, name: str) -> Any:
        value = getattr(owner, name)
        if name == "__wrapped__" and not is_agent_function(value):
            raise self.refusal(owner, name)
        if name in ("__origin__", "__args__", "__bound__", "__value__", "__supertype__"):
            return self.shown(value)
        return value

    def protocol_value(self, owner: Any, name: str) -> Any:
        """A protocol dunder of a registered object follows its class."""
        if name == "__get__" and isinstance(owner, classmethod):
            return methods.class_binding(owner.__get__)
        holder = find(type(owner), name)
        if holder is not None and name in kinds.REGISTERED_GUARDED.get(holder[0], ()):
            return methods.guarded_method(self, owner, name, holder[0])
        if name in leaving.NAMES and hasattr(type(owner), name):
            return leaving.handed_on(getattr(owner, name))
        if name in PROTOCOL_READS and hasattr(type(owner), name):
            return getattr(owner, name)
        if name in ("__str__", "__repr__", "__format__"):
            text = {"__str__": self.texts.str, "__repr__": self.texts.repr}.get(name)
            if text is None:
                return lambda spec="": self.texts.format(owner, spec)
            return lambda: text(owner)
        found = find(type(owner), name)
        if found is not None and found[0] in kinds.BUILTIN_TYPES | kinds.EXCEPTION_CLASSES:
            return self.inherited(owner, found[0], name)
        raise self.refusal(owner, name)

    def members_of(self, module: Any) -> dict[str, Any]:
        """``vars(module)``: what agent code may read of it, by name; assigning to it changes nothing."""
        found: dict[str, Any] = {"__name__": module.__name__, "__doc__": module.__doc__}
        for name in dir(module):
            try:
                found[name] = getattr(module, name)
            except AttributeError:
                continue
        return found

    def instance_dict(self, owner: Any) -> Mapping[str, Any]:
        """``o.__dict__`` of an object that is all the agent's own; the real one."""
        cls = type(owner)
        if cls is types.SimpleNamespace:
            return dict(vars(owner))  # a copy: numpy takes what is put there for addresses
        if (
            not is_agent_class(cls)
            or not self.is_pure(cls)
            or issubclass(cls, BaseExceptionGroup)
            or trusted(cls)
        ):
            raise self.refusal(owner, "__dict__")
        self.expose(cls)
        if is_mapping(cls):  # C code calls what it finds there by name
            return types.MappingProxyType(owner.__dict__)
        return getattr(owner, "__dict__")  # type: ignore[no-any-return]  # noqa: B009

    def value(self, owner: Any, name: str) -> Any:
        """``owner.name`` for a name known at run time only.

        Raises:
            AttributeError: it is not there, or not allowed.
        """
        if type(name) is not str:
            raise not_a_name(name)
        if "$" in name:
            raise AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}")
        if name.startswith("__") and name.endswith("__"):
            return self.get(owner, name)
        return getattr(self.door(owner, name), name)

    def function_value(self, function: Any, name: str) -> Any:
        """Attributes of functions and bound methods: names for all, the rest for the agent's own."""
        if name in ("__name__", "__qualname__", "__doc__"):
            return self.texts.clean(v) if isinstance(v := getattr(function, name), str) else v
        if name == "__module__":
            return shown_module(getattr(function, name, None))
        if name == "__class__":
            return self.type_of(function)
        inner = function.__func__ if type(function) is MethodType else function
        if is_agent_function(inner):
            if type(function) is MethodType and name in ("__self__", "__func__"):
                return getattr(function, name)
            if name in _FUNCTION_DUNDERS:
                value = getattr(function, name)
                if name == "__wrapped__" and not is_own(value):
                    raise self.refusal(function, name)
                return value
            if name == "__dict__":
                return inner.__dict__
            if not name.startswith("__"):
                return getattr(function, name)
        elif (
            type(function) is MethodType
            and name == "__self__"
            and is_agent_class(type(function.__self__))
        ):
            return function.__self__
        if name in ("__call__", "__eq__", "__ne__", "__hash__"):
            return getattr(function, name)
        if name == "__get__" and type(function) is not BuiltinFunctionType:
            return getattr(function, name)
        found = getattr(function, "__dict__", {}).get(name) if not name.startswith("_") else None
        substitute = _FUNCTION_ATTRIBUTES.get(name)
        if found is not None and substitute is None and type(found) in PLAIN:
            return found
        if found is not None and type(found) in kinds.FUNCTION_TYPES and not name.startswith("_"):
            return found
        if type(found) is types.MappingProxyType and is_twin(function):
            return found  # the registry of singledispatch: what the agent itself put there
        raise self.refusal(function, name)
