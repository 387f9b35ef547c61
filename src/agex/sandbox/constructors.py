"""Constructors of Python's own classes, asked before they run in a subclass that agent code made.

``class L(list)`` makes its objects with list's own constructor, which goes through what it is given from
C: no guard stands there. So a call of such a class has its arguments looked at first, as those of
``list`` itself have. Which class's ``__new__`` and ``__init__`` will get them is asked each time, because
agent code may define its own, and take anything.
"""

from __future__ import annotations

import collections.abc
import enum
from collections.abc import Callable
from typing import Any

from agex.sandbox import careful, methods, tables
from agex.sandbox.arguments import FILLED_LATER, TAKING, Given, arguments
from agex.sandbox.origin import find, is_agent_class, mark, mro_of


def constructor(rules: methods.Rules, cls: type, real: Callable[..., Any] | None = None) -> Any:
    """What to call in the place of ``cls``: itself, where nothing of Python's takes the arguments.

    Args:
        rules: the guards.
        cls: a class that may be constructed.
        real: how it is constructed in the end, where that is not by calling it.
    """
    order = mro_of(cls)
    if enum.Enum in order:
        return _enumeration(rules, cls, real or cls)
    if type in order:
        return _metaclass(rules, cls) if real is None else real
    looks = careful.makes(order)
    if real is None and TAKING.isdisjoint(order) and not looks:
        return cls

    def make(*args: Any, **kwargs: Any) -> Any:
        if looks:
            args, kwargs = careful.approved(rules, cls.__name__, careful.home_of(cls), args, kwargs)
        args, kwargs = checked(rules, cls, args, kwargs)
        return (real or cls)(*args, **kwargs)

    make.__name__ = make.__qualname__ = "constructor"
    return make


def checked(rules: methods.Rules, cls: type, args: Any, kwargs: Any) -> Given:
    """The arguments of ``cls(…)``, fit for those of Python's classes that will get them."""
    made, filled = find(cls, "__new__"), find(cls, "__init__")
    holders = {filled[0]} if filled is not None else set()
    if made is not None and made[0] not in FILLED_LATER:
        holders.add(made[0])
    for holder in holders:
        if not is_agent_class(holder):
            args, kwargs = arguments(rules, holder, args, kwargs)
    return args, kwargs


# ---------------------------------------------------------------- enums, metaclasses


def _enumeration(rules: methods.Rules, cls: type, real: Callable[..., Any]) -> Callable[..., Any]:
    """``E(value)`` finds a member, ``E("Name", names)`` makes a class; the words of both show values."""

    def make(*args: Any, **kwargs: Any) -> Any:
        making = (len(args) > 1 or "names" in kwargs) and not getattr(cls, "__members__", None)
        if making:
            args, kwargs = _functional(rules, args, kwargs)
        found = None
        try:
            found = real(*args, **kwargs)
        except (TypeError, ValueError) as error:
            # What ``_missing_`` gave is shown as well, whatever was asked for.
            gave = type(error) is TypeError and not making
            if not _said_by_enum(error) or (rules.texts.is_safe(args) and not gave):
                raise  # nothing in its words that agent code may not see
            failed = type(error)
        if found is None:
            shown = ", ".join(rules.texts.repr(arg) for arg in args)
            raise failed(f"{shown} is not a valid {rules.texts.clean(cls.__qualname__)}")
        return rules.finish_class(mark(found)) if making and isinstance(found, type) else found

    make.__name__ = make.__qualname__ = "constructor"
    return make


def _functional(rules: methods.Rules, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Given:
    named = dict(kwargs)
    if args and type(args[0]) is not str:
        raise TypeError(f"the name of an enum must be str, not {type(args[0]).__name__}")
    if len(args) > 1:
        named["names"], args = args[1], (args[0], *args[2:])
    if len(args) > 1:
        raise TypeError("names, module, qualname, type and start are given by name here")
    names = named["names"]
    if not isinstance(names, str):
        if isinstance(rules.mapping(names), collections.abc.Mapping):
            names = [(key, names[key]) for key in names]
        names = [
            item if type(item) is str else tuple(rules.iter(item))
            for item in methods.taken(rules, names)
        ]
    named["names"] = names
    if named.get("type") is not None:
        named["type"] = rules.base(named["type"])
    named["module"] = tables.HOME
    return args, named


def _said_by_enum(error: BaseException) -> bool:
    """Did the library word this error, rather than a method of the agent's?"""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and traceback.tb_frame.f_globals is vars(enum)


def _metaclass(rules: methods.Rules, meta: type) -> Any:
    """``M(name, bases, namespace)`` where only ``type`` itself makes the class."""
    found = find(meta, "__new__")
    if found is None or is_agent_class(found[0]):
        return meta

    def make(*args: Any, **kwargs: Any) -> Any:
        made = methods.new_class(rules, meta, *args, **kwargs)
        start = find(meta, "__init__")
        if start is not None and is_agent_class(start[0]):
            meta.__init__(made, *args, **kwargs)  # type: ignore[misc]
        return made

    return make
