"""``functools``: what is wrapped, cached or dispatched to passes the guard of calls first."""

from __future__ import annotations

import functools
import types
import typing
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import kinds, methods
from agex.sandbox.guards import Guards
from agex.sandbox.language.hints import resolved
from agex.sandbox.opaque import real_class
from agex.sandbox.origin import is_agent_class, is_agent_function, is_own, mark

WRAPPED_NAMES = functools.WRAPPER_ASSIGNMENTS


def members(guards: Guards) -> dict[str, Any]:
    return {**_calling(guards), **_wrapping(guards), **_dispatching(guards)}


def _calling(guards: Guards) -> dict[str, Any]:
    call = guards.call

    def partial(function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return kinds.OwnPartial(call(function), *args, **kwargs)

    def partialmethod(function: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not callable(function) and not hasattr(type(function), "__get__"):
            raise TypeError(f"{guards.texts.repr(function)} is not callable or a descriptor")
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
        wrapper: Any,
        wrapped: Any,
        assigned: Any = WRAPPED_NAMES,
        updated: Any = ("__dict__",),
    ) -> Any:
        if not is_agent_function(wrapper) and not is_agent_class(type(wrapper)):
            raise TypeRefused("wraps() decorates functions of your own here")
        for name in guards.iter(assigned):
            try:
                value = guards.value(wrapped, name)
            except AttributeError:
                continue
            if name == "__module__":
                continue  # the home that makes picklers take agent code by value
            try:
                guards.set(wrapper, name, value)
            except AttributeError:
                if name not in WRAPPED_NAMES or not is_agent_function(wrapper):
                    raise
                setattr(wrapper, name, value)
        for name in guards.iter(updated):
            if name != "__dict__":
                update = guards.value(guards.value(wrapper, name), "update")
                guards.call(update)(_value_or_nothing(guards, wrapped, name))
            elif is_agent_function(wrapped):
                for key, value in list(wrapped.__dict__.items()):
                    if key != "__wrapped__":
                        guards.set(wrapper, key, value)
        if is_own(wrapped) and not isinstance(wrapper, type):
            if is_agent_function(wrapper):
                wrapper.__wrapped__ = wrapped
            else:
                guards.set(wrapper, "__wrapped__", wrapped)
        return wrapper

    def wraps(wrapped: Any, assigned: Any = WRAPPED_NAMES, updated: Any = ("__dict__",)) -> Any:
        return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)

    return {
        "wraps": wraps,
        "update_wrapper": update_wrapper,
        "WRAPPER_ASSIGNMENTS": WRAPPED_NAMES,
        "WRAPPER_UPDATES": ("__dict__",),
    }


def _dispatching(guards: Guards) -> dict[str, Any]:
    def singledispatch(function: Any) -> Any:
        return _singledispatch(guards, function)

    def singledispatchmethod(function: Any) -> Any:
        return _singledispatchmethod(guards, function)

    return {"singledispatch": singledispatch, "singledispatchmethod": singledispatchmethod}


def _singledispatch(guards: Guards, function: Any) -> Any:
    """A function that calls what was registered for the type of its first argument."""
    call = guards.call
    registry: dict[Any, Any] = {object: call(function)}

    def dispatch(cls: Any) -> Any:
        cls = real_class(cls)
        if cls in registry:
            return registry[cls]
        # Python's own choice among bases and abstract classes; it only looks at classes.
        return functools._find_impl(cls, registry)  # type: ignore[attr-defined]

    def register(cls: Any, func: Any = None) -> Any:
        cls = real_class(cls)
        if _dispatchable(cls):
            if func is None:
                return lambda f: register(cls, f)
        else:
            if func is not None:
                raise TypeError(
                    "Invalid first argument to `register()`. "
                    f"{guards.texts.repr(cls)} is not a class or union type."
                )
            func, cls = cls, _first_hint(guards, cls)
        for one in typing.get_args(cls) if _is_union(cls) else (cls,):
            registry[real_class(one)] = call(func)
        return func

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError(f"{wrapper.__name__} requires at least 1 positional argument")
        return dispatch(type(args[0]))(*args, **kwargs)

    for name in ("__name__", "__qualname__", "__doc__"):
        shown = getattr(function, name, None)
        if type(shown) is str:
            setattr(wrapper, name, shown)
    wrapper.register = register  # type: ignore[attr-defined]
    wrapper.dispatch = dispatch  # type: ignore[attr-defined]
    wrapper.registry = types.MappingProxyType(registry)  # type: ignore[attr-defined]
    return wrapper


def _singledispatchmethod(guards: Guards, function: Any) -> Any:
    """The same as a descriptor: what was registered is bound as it was written."""
    plain = _inside(function)
    if not callable(plain):
        raise TypeError(f"{guards.texts.repr(function)} is not callable or a descriptor")
    dispatcher = _singledispatch(guards, plain)
    given: dict[Any, Any] = {plain: function}  # what was registered, as it was written

    def register(cls: Any, method: Any = None) -> Any:
        if method is None and _dispatchable(real_class(cls)):
            return lambda m: register(cls, m)
        if method is None:
            given[_inside(cls)] = cls
            dispatcher.register(_inside(cls))
            return cls
        given[_inside(method)] = method
        dispatcher.register(cls, _inside(method))
        return method

    class Bound:
        __doc__ = getattr(plain, "__doc__", None)

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            def bound(*args: Any, **kwargs: Any) -> Any:
                if not args:
                    raise TypeError(f"{bound.__name__} requires at least 1 positional argument")
                found = dispatcher.dispatch(type(args[0]))
                return given.get(found, found).__get__(instance, owner)(*args, **kwargs)

            bound.__name__ = getattr(plain, "__name__", "bound")
            bound.__qualname__ = getattr(plain, "__qualname__", "bound")
            bound.__doc__ = getattr(plain, "__doc__", None)
            bound.register = register  # type: ignore[attr-defined]
            return bound

    Bound.register = staticmethod(register)  # type: ignore[attr-defined]
    Bound.__name__ = Bound.__qualname__ = "singledispatchmethod"
    Bound.__module__ = "functools"
    return mark(Bound)()


def _value_or_nothing(guards: Guards, owner: Any, name: str) -> Any:
    try:
        return guards.value(owner, name)
    except AttributeError:
        return {}


def _inside(function: Any) -> Any:
    """The function in a classmethod or staticmethod of the agent."""
    return function.__func__ if isinstance(function, (classmethod, staticmethod)) else function


def _is_union(cls: Any) -> bool:
    return typing.get_origin(cls) in (typing.Union, types.UnionType)


def _dispatchable(cls: Any) -> bool:
    if _is_union(cls):
        return all(isinstance(real_class(one), type) for one in typing.get_args(cls))
    return isinstance(cls, type) and not isinstance(cls, types.GenericAlias)


def _first_hint(guards: Guards, function: Any) -> Any:
    """The class that the annotation of a function's first parameter names."""
    hints = function.__annotations__ if is_agent_function(_inside(function)) else None
    if isinstance(function, (classmethod, staticmethod)):
        hints = _inside(function).__annotations__
    if not hints:
        raise TypeError(
            f"Invalid first argument to `register()`: {guards.texts.repr(function)}. "
            "Use either `@register(some_class)` or plain `@register` on an annotated function."
        )
    name, kind = next(iter(hints.items()))
    kind = real_class(resolved(guards, kind))
    if not _dispatchable(kind):
        text = guards.texts.repr(kind)
        union = f"{text} not all arguments are classes." if _is_union(kind) else ""
        raise TypeError(f"Invalid annotation for {name!r}. {union or text + ' is not a class.'}")
    return kind
