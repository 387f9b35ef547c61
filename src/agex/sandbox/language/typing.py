"""``typing``: hints of the agent's own things, without evaluating strings."""

from __future__ import annotations

import typing
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import bounds, methods, tables
from agex.sandbox.guards import Guards
from agex.sandbox.language.hints import resolved
from agex.sandbox.language.reprs import show_fields
from agex.sandbox.origin import is_agent_class, is_agent_function, mark, own_dict


def members(guards: Guards) -> dict[str, Any]:
    named_tuple, typed_dict = _makers(guards)
    for real, twin in (
        (typing.NamedTuple, named_tuple),
        (typing.TypedDict, typed_dict),
        *((real, _shown(guards, real)) for real in _SHOWING),
    ):
        guards.substitutes[id(real)] = (real, twin)
    names = [name for name in typing.__all__ if name not in _LEFT_OUT]
    return {
        **{name: getattr(typing, name) for name in names},
        **{n: _own_only(getattr(typing, n)) for n in _MARKING if hasattr(typing, n)},
        **_hints(guards),
        **_marks(guards),
        **_checks(guards),
    }


def _hints(guards: Guards) -> dict[str, Any]:
    def get_type_hints(
        obj: Any, globalns: Any = None, localns: Any = None, include_extras: bool = False
    ) -> dict[str, Any]:
        if is_agent_function(obj) or (isinstance(obj, type) and is_agent_class(obj)):
            if getattr(obj, "__no_type_check__", None):
                return {}
        names: dict[str, Any] = {}
        for given in (globalns, localns):
            names.update(guards.mapping(given) if given is not None else ())
        found: dict[str, Any] = {}
        if isinstance(obj, type):
            if not is_agent_class(obj) and guards.decisions.rule(obj) is None:
                raise guards.refusal(obj, "__annotations__")
            for base in reversed(obj.__mro__):
                written = own_dict(base).get("__annotations__", {}) or _annotations(base)
                for name, hint in written.items():
                    found[name] = read(hint, base, names)
        elif is_agent_function(obj):
            inner = obj
            while is_agent_function(getattr(inner, "__wrapped__", None)):
                inner = inner.__wrapped__
            for name, hint in obj.__annotations__.items():
                found[name] = read(hint, inner, names)
        else:
            raise TypeRefused("get_type_hints() takes functions and classes of your own here")
        if include_extras:
            return found
        strip: Any = typing._strip_annotations  # type: ignore[attr-defined]
        return {name: strip(hint) for name, hint in found.items()}

    def read(hint: Any, owner: Any, names: dict[str, Any]) -> Any:
        params = getattr(owner, "__type_params__", ())
        own = {param.__name__: param for param in params} if type(params) is tuple else {}
        held = own_dict(owner) if isinstance(owner, type) and is_agent_class(owner) else {}
        return type(None) if hint is None else resolved(guards, hint, {**own, **names}, held)

    return {"get_type_hints": get_type_hints}


def check_name(name: Any) -> None:
    if type(name) is not str:
        raise TypeError(f"the name of a type must be str, not {type(name).__name__}")


def _makers(guards: Guards) -> tuple[Any, Any]:
    """What ``NamedTuple`` and ``TypedDict`` are when they are called."""

    def named_tuple(name: str, fields: Any = (), /, **more: Any) -> Any:
        make: Any = typing.NamedTuple
        check_name(name)
        pairs = [tuple(guards.iter(pair)) for pair in methods.taken(guards, fields)]
        bounds.check_length("the named tuple", len(pairs), bounds.MAX_FIELDS)
        made = mark(make(name, pairs or list(more.items())))
        type.__setattr__(made, "__module__", tables.HOME)
        show_fields(made, guards.texts)
        return made

    def typed_dict(name: str, fields: Any = None, /, *, total: bool = True, **more: Any) -> Any:
        make: Any = typing.TypedDict
        check_name(name)
        made = mark(
            make(name, dict(more if fields is None else guards.mapping(fields)), total=total)
        )
        type.__setattr__(made, "__module__", tables.HOME)
        return made

    named_tuple.__mro_entries__ = typing.NamedTuple.__mro_entries__  # type: ignore[attr-defined]
    return named_tuple, typed_dict


def _own_only(real: Any) -> Any:
    """Decorators that leave a mark on what they are given take the agent's own things."""

    def decorate(thing: Any, /) -> Any:
        if (
            not is_agent_function(thing)
            and not (isinstance(thing, type) and is_agent_class(thing))
            and not isinstance(thing, (property, classmethod, staticmethod))
        ):
            raise TypeRefused(f"{real.__name__}() decorates what you made yourself here")
        return real(thing)

    return decorate


def _marks(guards: Guards) -> dict[str, Any]:
    """Decorators that say something to others, and leave nothing where it is not theirs to leave."""

    def transform(**options: Any) -> Any:
        """What it says is for type checkers; the real one would write it onto anything."""
        return lambda thing: thing

    def no_type_check(thing: Any, /) -> Any:
        """The real one marks whatever a class refers to; this one the agent's own functions."""
        for part in (thing, *own_dict(thing).values()) if isinstance(thing, type) else (thing,):
            if is_agent_function(part):
                part.__no_type_check__ = True
        if isinstance(thing, type) and is_agent_class(thing):
            type.__setattr__(thing, "__no_type_check__", True)
        return thing

    def overload(function: Any, /) -> Any:
        """The real one keeps what it is given in a table of the whole process."""
        guards.call(function)
        return _overloaded

    return {"dataclass_transform": transform, "no_type_check": no_type_check, "overload": overload}


def _checks(guards: Guards) -> dict[str, Any]:
    def assert_never(value: Any, /) -> Any:
        raise AssertionError(
            f"Expected code to be unreachable, but got: {guards.texts.repr(value)}"
        )

    def reveal_type(value: Any, /) -> Any:
        return value

    return {"assert_never": assert_never, "reveal_type": reveal_type}


def _shown(guards: Guards, real: Any) -> Any:
    """Makers whose complaints show what they were given."""

    def make(*args: Any, **kwargs: Any) -> Any:
        if not guards.texts.is_safe((args, kwargs)):
            raise TypeRefused(f"{real.__name__}() takes types, and what is registered, here")
        made = real(*args, **kwargs)
        if real is typing.NewType:
            made.__module__ = tables.HOME  # it takes the module of who called it
        return made

    return make


#: Decorators of the library that write a mark.
_MARKING = ("final", "override", "runtime_checkable")
#: Makers whose complaints would show anything.
_SHOWING: tuple[Any, ...] = (
    typing.TypeVar,
    typing.ParamSpec,
    typing.TypeVarTuple,
    typing.NewType,
    typing.ForwardRef,
)
#: Functions that evaluate strings, write into tables of the process, or decorate decorators.
_LEFT_OUT = frozenset(
    """get_type_hints get_overloads clear_overloads evaluate_forward_ref no_type_check_decorator
    dataclass_transform no_type_check overload assert_never reveal_type""".split()
)


def _overloaded(*_: Any, **__: Any) -> Any:
    raise NotImplementedError(
        "You should not call an overloaded function. A series of @overload-decorated functions "
        "outside a stub module should always be followed by an implementation that is not "
        "@overload-ed."
    )


def _annotations(cls: type) -> dict[str, Any]:
    return dict(getattr(cls, "__annotations__", {})) if is_agent_class(cls) else {}
