"""``functools``: what is wrapped, cached or dispatched to passes the guard of calls first."""

from __future__ import annotations

import functools
import types
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import kinds, methods
from agex.sandbox.guards import Guards
from agex.sandbox.origin import is_agent_class, is_agent_function, mark

_WRAPPED_NAMES = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__")


def members(guards: Guards) -> dict[str, Any]:
    return {**_calling(guards), **_wrapping(guards), **_dispatching(guards)}


def _calling(guards: Guards) -> dict[str, Any]:
    call = guards.call

    def partial(function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return kinds.OwnPartial(call(function), *args, **kwargs)

    def partialmethod(function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return kinds.OwnPartialMethod(call(function), *args, **kwargs)

    def reduce(function: Any, sequence: Any, /, *initial: Any) -> Any:
        return functools.reduce(call(function), methods.taken(guards, sequence), *initial)

    def lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:
        if callable(maxsize):
            return functools.lru_cache(128)(call(maxsize))
        return lambda function: functools.lru_cache(maxsize, typed)(call(function))

    def cache(function: Any, /) -> Any:
        return functools.lru_cache(None)(call(function))

    def cached_property(function: Any) -> Any:
        return functools.cached_property(call(function))

    def cmp_to_key(function: Any) -> Any:
        return functools.cmp_to_key(call(function))

    def total_ordering(cls: Any) -> Any:
        if not isinstance(cls, type) or not is_agent_class(cls):
            raise TypeRefused("total_ordering() decorates classes of your own here")
        return functools.total_ordering(cls)

    guards.substitutes[id(kinds.OwnPartial)] = (kinds.OwnPartial, partial)
    return {
        "partial": kinds.OwnPartial,
        "partialmethod": partialmethod,
        "reduce": reduce,
        "lru_cache": lru_cache,
        "cache": cache,
        "cached_property": cached_property,
        "cmp_to_key": cmp_to_key,
        "total_ordering": total_ordering,
    }


def _wrapping(guards: Guards) -> dict[str, Any]:
    def update_wrapper(
        wrapper: Any, wrapped: Any, assigned: Any = _WRAPPED_NAMES, updated: Any = ("__dict__",)
    ) -> Any:
        if not is_agent_function(wrapper) and not is_agent_class(type(wrapper)):
            raise TypeRefused("wraps() decorates functions of your own here")
        for name in assigned:
            if name not in _WRAPPED_NAMES:
                continue
            try:
                value = guards.value(wrapped, name)
            except AttributeError:
                continue
            try:
                guards.set(wrapper, name, value) if name != "__module__" else None
            except AttributeError:
                setattr(wrapper, name, value) if is_agent_function(wrapper) else None
        if is_agent_function(wrapped) and is_agent_function(wrapper):
            wrapper.__dict__.update(
                {k: v for k, v in wrapped.__dict__.items() if k != "__wrapped__"}
            )
            wrapper.__wrapped__ = wrapped
        return wrapper

    def wraps(wrapped: Any, assigned: Any = _WRAPPED_NAMES, updated: Any = ("__dict__",)) -> Any:
        return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)

    return {
        "wraps": wraps,
        "update_wrapper": update_wrapper,
        "WRAPPER_ASSIGNMENTS": _WRAPPED_NAMES,
        "WRAPPER_UPDATES": ("__dict__",),
    }


def _dispatching(guards: Guards) -> dict[str, Any]:
    call = guards.call

    def singledispatch(function: Any) -> Any:
        registry: dict[Any, Any] = {object: call(function)}

        def dispatch(cls: Any) -> Any:
            for base in [*cls.__mro__, object]:
                if base in registry:
                    return registry[base]
            for base, found in registry.items():
                if issubclass(cls, base):
                    return found
            return registry[object]

        def register(cls: Any, func: Any = None) -> Any:
            if func is None:
                if isinstance(cls, type) or isinstance(cls, types.UnionType):
                    return lambda f: register(cls, f)
                annotations = getattr(cls, "__annotations__", {})
                if not is_agent_function(cls) or not annotations:
                    raise TypeError("register() needs a class or an annotated function")
                kind = next(iter(annotations.values()))
                return register(kind, cls)
            for one in getattr(cls, "__args__", None) or (cls,):
                registry[one] = call(func)
            return func

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if not args:
                raise TypeError(f"{function.__name__} requires at least 1 positional argument")
            return dispatch(type(args[0]))(*args, **kwargs)

        wrapper.__name__ = wrapper.__qualname__ = getattr(function, "__name__", "wrapper")
        wrapper.__doc__ = getattr(function, "__doc__", None)
        wrapper.register = register  # type: ignore[attr-defined]
        wrapper.dispatch = dispatch  # type: ignore[attr-defined]
        return wrapper

    def singledispatchmethod(function: Any) -> Any:
        dispatcher = singledispatch(function)

        class Bound:
            register = staticmethod(dispatcher.register)

            def __get__(self, instance: Any, owner: Any = None) -> Any:
                def bound(*args: Any, **kwargs: Any) -> Any:
                    found = dispatcher.dispatch(type(args[0]))
                    return found.__get__(instance, owner)(*args, **kwargs)

                return bound

        return mark(Bound)()

    return {"singledispatch": singledispatch, "singledispatchmethod": singledispatchmethod}
