"""May this be called? Asked of whatever stands before a pair of parentheses."""

from __future__ import annotations

import contextlib
import sys
import types
from types import FunctionType, MethodType
from typing import Any

from agex.errors import TypeRefused
from agex.policy import is_function_like
from agex.sandbox import kinds
from agex.sandbox.constructors import constructor
from agex.sandbox.guards.words import Words
from agex.sandbox.opaque import ViewMeta


class Calls(Words):
    """The guards before a call."""

    def call(self, callee: Any) -> Any:
        """``callee`` where it may be called, its guarded form where it has one, or a refusal."""
        cls = type(callee)
        if cls is FunctionType:
            found = self.substitutes.get(id(callee))
            return callee if found is None else found[1]
        if cls is MethodType:
            return callee
        if isinstance(callee, type):
            found = self.substitutes.get(id(callee))
            if found is not None:
                return found[1]
            if self.decisions.may_construct(callee):
                return constructor(self, callee)
            raise TypeRefused(
                f"{callee.__name__} is not registered as constructable, so it cannot be called; "
                "use the objects you are given"
            )
        if cls in kinds.FUNCTION_TYPES:
            found = self.substitutes.get(id(callee))
            return callee if found is None else found[1]
        kind = self.decisions.kind(cls)
        if kind in (kinds.AGENT, kinds.REGISTERED):
            return callee
        if kind == kinds.LANGUAGE:
            return self.call_of_language(callee)
        if kind == kinds.INTERNAL and cls is types.GenericAlias:
            return self.call(callee.__origin__)
        if not callable(callee):
            if kind == kinds.FOREIGN:  # where the arguments are wrong as well, Python shows its str
                raise TypeRefused(f"{cls.__name__!r} object is not callable")
            return callee  # Python's own TypeError says it best
        if self.policy.instance_rule(callee) is not None:
            return callee
        registered = self.registered_callables
        if id(callee) in registered or is_function_like(cls):
            return callee
        raise TypeRefused(
            f"{cls.__name__!r} object is not registered, so it cannot be called; "
            "it can be passed on and compared by identity"
        )

    def call_of_language(self, callee: Any) -> Any:
        """Objects of the language that call something else: what they call is asked as well."""
        if type(callee) in kinds.ALIASES:
            origin = getattr(callee, "__origin__", None)
            if origin is None or not getattr(callee, "_inst", True):
                return callee  # not to be called: Python says so itself
            approved = self.call(origin)
            return callee if approved is origin else approved
        if isinstance(callee, (contextlib.ContextDecorator, contextlib.AsyncContextDecorator)):
            return lambda function: callee(self.call(function))
        return callee

    def raised(self, error: Any) -> Any:
        """``raise E`` makes an E: the same guard as a call. An unregistered error passes on."""
        if isinstance(error, type):
            if isinstance(error, ViewMeta):
                raise TypeRefused(f"{error.__name__} is not registered as constructable")
            if issubclass(error, BaseException):
                approved = self.call(error)
                return error if approved is error else approved()
        return error

    @property
    def registered_callables(self) -> frozenset[int]:
        found = self.__dict__.get("_callables")
        if found is None:
            found = frozenset(id(spec.value) for spec in self.policy.functions.values())
            self.__dict__["_callables"] = found
        return found

    def call_global(self, callee: Any, name: str) -> Any:
        """The same for a global name, remembered as the global ``$k_name`` while the value stays."""
        approved = self.call(callee)
        if approved is callee:
            sys._getframe(1).f_globals["$k_" + name] = callee
        return approved
