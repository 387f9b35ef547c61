"""``type``, ``super``, ``property`` and their like: classes, and what is put into them."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import tables
from agex.sandbox.arguments import arguments
from agex.sandbox.builtins.numbers import Numbers
from agex.sandbox.origin import is_agent_class, is_agent_function, making, marked


class Making(Numbers):
    """What is made."""

    def type_(self, /, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs:
            return self.guards.type_of(args[0])
        if len(args) != 3:
            raise TypeError("type() takes 1 or 3 arguments")
        name, bases, namespace = args
        if "metaclass" in kwargs:
            raise TypeError(
                f"{name if type(name) is str else chr(63)}.__init_subclass__() takes no keyword arguments"
            )
        if type(name) is not str:
            raise TypeError(f"type.__new__() argument 1 must be str, not {type(name).__name__}")
        guards = self.guards
        checked = tuple(guards.base(base) for base in guards.iter(bases))
        space = dict(guards.mapping(namespace))
        space.pop(tables.MARK, None)  # the namespace of a class statement, handed on
        for key in space:
            if type(key) is not str or "$" in key:
                raise TypeRefused(f"{key!r} cannot be a name in a class body")
            if key in tables.REFUSED_DEFINITIONS and key not in ("__module__", "__name__"):
                raise TypeRefused(
                    f"defining {key} is not offered here; {tables.REFUSED_DEFINITIONS[key]}"
                )
        space["__module__"] = tables.HOME
        space = marked(guards, space)
        with making():
            made = types.new_class(name, checked, kwargs, lambda target: target.update(space))
        return guards.finish_class(made)

    def group_of(self, cls: Any) -> Callable[..., Any]:
        """An exception group's class, called."""

        def group(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = arguments(self.guards, BaseExceptionGroup, args, kwargs)
            return cls(*args, **kwargs)

        return group

    def super_(self, *args: Any) -> Any:
        if not args:
            raise RuntimeError("super(): no arguments")
        if not isinstance(args[0], type) or not is_agent_class(args[0]):
            shown = getattr(args[0], "__name__", type(args[0]).__name__)
            raise TypeRefused(f"super() starts from a class of your own here, not from {shown}")
        return super(*args)

    def object_(self) -> object:
        return object()

    def property_(self, /, *args: Any, **kwargs: Any) -> property:
        call = self.guards.call
        checked = [a if a is None or i > 2 else call(a) for i, a in enumerate(args)]
        named = {k: v if v is None or k == "doc" else call(v) for k, v in kwargs.items()}
        return property(*checked, **named)

    def classmethod_(self, function: Any, /) -> Any:
        return classmethod(self.wrapped(function))

    def staticmethod_(self, function: Any, /) -> Any:
        return staticmethod(self.wrapped(function))

    def wrapped(self, function: Any) -> Any:
        return (
            function
            if is_agent_function(function)
            else (self.guards.call(function) if callable(function) else function)
        )
