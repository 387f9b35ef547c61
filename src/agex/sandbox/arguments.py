"""What constructors of Python's own classes go through and call, asked beforehand.

One check for each class that does something with its arguments; the others keep what they are given.
"""

from __future__ import annotations

import collections
import collections.abc
import types
from collections.abc import Callable
from typing import Any, TypeAlias

from agex.errors import TypeRefused
from agex.sandbox import bounds, kinds
from agex.sandbox.formatting import PLAIN
from agex.sandbox.origin import ADDRESSES, is_agent_class
from agex.sandbox.taking import Rules, pairs, taken

Given: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]


def arguments(rules: Rules, holder: type, args: Any, kwargs: Any) -> Given:
    """The arguments of ``__new__`` or ``__init__`` as ``holder`` defines it."""
    check = _CHECKS.get(holder)
    if check is not None:
        return check(rules, args, kwargs)
    library = holder in kinds.INTERNAL_MEMBERS or holder.__module__ in _LIBRARY
    if (library or holder in kinds.LANGUAGE_MEMBERS) and holder not in _HARMLESS:
        if args or kwargs:
            raise TypeRefused(f"{holder.__name__} is not offered as a constructor here")
    return args, kwargs


# ---------------------------------------------------------------- what each does with its arguments


def _item(rules: Rules, value: Any) -> Any:
    if type(value) in PLAIN and type(value) is not range:
        bounds.check_items("the collection", value)
        return value
    if isinstance(value, int):
        return value
    return taken(rules, value)


def _items(rules: Rules, args: Any, kwargs: Any) -> Given:
    return tuple(_item(rules, a) for a in args), {k: _item(rules, v) for k, v in kwargs.items()}


def _pairs(rules: Rules, args: Any, kwargs: Any) -> Given:
    return tuple(a if a is None else pairs(rules, a) for a in args), kwargs


def _fields(rules: Rules, args: Any, kwargs: Any) -> Given:
    """``SimpleNamespace(mapping, **fields)``"""
    args = tuple(dict(pairs(rules, a)) for a in args)
    for name in ADDRESSES:
        if any(name in held for held in (*args, kwargs)):
            raise TypeRefused(f"{name} is not offered here: it leads to addresses of memory")
    return args, kwargs


def _counted(rules: Rules, args: Any, kwargs: Any) -> Given:
    made = [
        rules.spread(a) if isinstance(a, collections.abc.Mapping) else _item(rules, a) for a in args
    ]
    return tuple(made), kwargs


def _factory(rules: Rules, args: Any, kwargs: Any) -> Given:
    if args and args[0] is not None:
        args = (_called(rules, args[0]), *args[1:])
    return (*args[:1], *_pairs(rules, args[1:], {})[0]), kwargs


def _called(rules: Rules, function: Any) -> Any:
    """A callable, in guarded form; a class of the agent's stays what it is: called without arguments."""
    approved = rules.call(function)
    plain = isinstance(function, type) and (is_agent_class(function) or function in _EMPTY_MAKERS)
    return function if plain else approved


def _maps(rules: Rules, args: Any, kwargs: Any) -> Given:
    return tuple(rules.mapping(a) for a in args), kwargs


def _text(rules: Rules, args: Any, kwargs: Any) -> Given:
    if len(args) == 1 and not kwargs:
        args = (args[0] if isinstance(args[0], str) else rules.texts.str(args[0]),)
    elif not args and kwargs.keys() == {"object"}:
        kwargs = {"object": rules.texts.str(kwargs["object"])}
    return args, kwargs


def _bytes(rules: Rules, args: Any, kwargs: Any) -> Given:
    def one(value: Any) -> Any:
        rules.looked_into(value, "bytes")
        if isinstance(value, int):
            bounds.check_length("bytes", value)
            return value
        if isinstance(value, (str, bytes, bytearray)) or hasattr(type(value), "__bytes__"):
            return value
        return taken(rules, value)

    if args:
        args = (one(args[0]), *args[1:])
    if "source" in kwargs:
        kwargs = {**kwargs, "source": one(kwargs["source"])}
    return args, kwargs


def _calling(rules: Rules, args: Any, kwargs: Any) -> Given:
    """``property(fget, fset, fdel, doc)``"""
    made = [a if a is None or i > 2 else rules.call(a) for i, a in enumerate(args)]
    named = {k: v if v is None or k == "doc" else rules.call(v) for k, v in kwargs.items()}
    return tuple(made), named


def _second(rules: Rules, args: Any, kwargs: Any) -> Given:
    """The parts of an exception group, the place of a syntax error: gone through from C."""
    if len(args) > 1:
        args = (args[0], _item(rules, args[1]), *args[2:])
    return args, kwargs


def _group(rules: Rules, args: Any, kwargs: Any) -> Given:
    if args and not isinstance(args[0], str):
        return args, kwargs  # Python's own complaint, before it looks at the rest
    args, kwargs = _second(rules, args, kwargs)
    if len(args) > 1 and isinstance(args[1], (list, tuple)):
        bounds.check_group(args[1])
    return args, kwargs


#: Without arguments these need no guard: a ``defaultdict`` keeps them, and shows them, as they are.
_EMPTY_MAKERS = (list, dict, set, tuple, str, bytes, frozenset, int, float, bool)
_CHECKS: dict[type, Callable[[Rules, Any, Any], Given]] = {
    **dict.fromkeys((list, tuple, set, frozenset, collections.deque, collections.UserList), _items),
    **dict.fromkeys((dict, collections.OrderedDict, collections.UserDict), _pairs),
    types.SimpleNamespace: _fields,
    collections.Counter: _counted,
    collections.defaultdict: _factory,
    collections.ChainMap: _maps,
    str: _text,
    bytes: _bytes,
    bytearray: _bytes,
    property: _calling,
    BaseExceptionGroup: _group,
    SyntaxError: _second,
}
#: Classes whose constructors do something with their arguments.
TAKING = frozenset(_CHECKS)
#: Classes of the language whose constructors keep what they are given, and do nothing with it.
_HARMLESS: frozenset[type] = kinds.BARE_BASES | kinds.MADE_NATIVELY | kinds.ENUMS
#: … by ``__init__`` alone: their ``__new__`` makes something empty, whatever it is given.
FILLED_LATER: frozenset[type] = TAKING - {tuple, frozenset, str, bytes, BaseExceptionGroup}
_LIBRARY = frozenset({"collections", "contextlib", "dataclasses", "functools", "typing", "types"})
