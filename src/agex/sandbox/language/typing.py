"""``typing``: hints of the agent's own things, without evaluating strings."""

from __future__ import annotations

import typing
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import tables
from agex.sandbox.guards import Guards
from agex.sandbox.language.reprs import show_fields
from agex.sandbox.origin import is_agent_class, is_agent_function, mark, own_dict


def members(guards: Guards) -> dict[str, Any]:
    def get_type_hints(obj: Any, *_: Any, **__: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if isinstance(obj, type):
            if not is_agent_class(obj) and guards.decisions.rule(obj) is None:
                raise guards.refusal(obj, "__annotations__")
            for base in reversed(obj.__mro__):
                found.update(own_dict(base).get("__annotations__", {}) or _annotations(base))
        elif is_agent_function(obj):
            found.update(obj.__annotations__)
        else:
            raise TypeRefused("get_type_hints() takes functions and classes of your own here")
        return {name: resolve(hint) for name, hint in found.items()}

    def resolve(hint: Any) -> Any:
        """A string annotation that is a plain name is looked up; anything else stays a string."""
        if hint is None:
            return type(None)
        if type(hint) is str and hint.isidentifier():
            return guards.globals.get(hint, _simple_types().get(hint, hint))
        return hint

    def named_tuple(name: str, fields: Any = (), /, **more: Any) -> Any:
        make: Any = typing.NamedTuple
        made = mark(make(name, list(fields)))
        type.__setattr__(made, "__module__", tables.HOME)
        show_fields(made, guards.texts)
        return made

    def typed_dict(name: str, fields: Any = None, /, *, total: bool = True, **more: Any) -> Any:
        make: Any = typing.TypedDict
        return mark(make(name, dict(fields or {}), total=total))

    named_tuple.__mro_entries__ = typing.NamedTuple.__mro_entries__  # type: ignore[attr-defined]
    guards.substitutes[id(typing.NamedTuple)] = (typing.NamedTuple, named_tuple)
    guards.substitutes[id(typing.TypedDict)] = (typing.TypedDict, typed_dict)

    def own_only(real: Any) -> Any:
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

    marking = ("final", "no_type_check", "override", "runtime_checkable", "overload")
    names = [
        name
        for name in typing.__all__
        if name
        not in ("get_type_hints", "get_overloads", "clear_overloads", "evaluate_forward_ref")
    ]
    return {
        **{name: getattr(typing, name) for name in names},
        **{n: own_only(getattr(typing, n)) for n in marking if hasattr(typing, n)},
        "get_type_hints": get_type_hints,
    }


def _annotations(cls: type) -> dict[str, Any]:
    return dict(getattr(cls, "__annotations__", {})) if is_agent_class(cls) else {}


def _simple_types() -> dict[str, Any]:
    return {t.__name__: t for t in (int, str, float, bool, bytes, list, dict, set, tuple, complex)}
