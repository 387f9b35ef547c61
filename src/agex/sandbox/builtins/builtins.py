"""What a session's globals hold of builtins, and what its frames have for ``__builtins__``."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from agex.errors import TypeRefused
from agex.sandbox import tables
from agex.sandbox.builtins.making import Making
from agex.sandbox.builtins.stand_ins import KeyboardInterrupt, SystemExit
from agex.sandbox.guards import Guards
from agex.sandbox.opaque import Type
from agex.sandbox.origin import making


class Builtins(Making):
    """The guarded builtins of one session.

    Args:
        guards: whose rules they follow.
        write: takes what is printed.
    """

    def __reduce__(self) -> Any:
        return _restored, (self.guards,)


for _floor in Builtins.__mro__:
    for _name, _method in vars(_floor).copy().items():
        if _name.endswith("_") and not _name.startswith("_"):
            _method.__name__ = _method.__qualname__ = _name[:-1]
            # Some picklers (loky's) find a bound method again by the name it says.
            setattr(Builtins, _name[:-1], _method)


def offered(guards: Guards, write: Callable[[str], object]) -> dict[str, Any]:
    """What a session's globals hold of builtins: ``$b_…`` and ``$n_…`` for calls, names for values."""
    made = Builtins(guards, write)
    result: dict[str, Any] = {}
    for name in tables.NATIVE:
        result[f"$b_{name}"] = getattr(builtins, name)
    for name in tables.GUARDED_FUNCTIONS:
        function = getattr(made, name + "_")
        result[f"$b_{name}"] = function
        result[name] = function
    for name in tables.GUARDED_CLASSES:
        result[f"$b_{name}"] = getattr(made, name + "_")
    for name in ("min", "max", "round", "list", "dict", "set", "tuple", "frozenset", "str",
                 "bytes", "bytearray"):  # fmt: skip
        result[f"$n_{name}"] = getattr(builtins, name)
    result["$range"] = range
    if guards.policy.type_rule(Decimal) is not None:
        # The only numbers that C code takes long to make an int of; everybody else gets the builtin.
        result["$b_int"] = made.int_
        result["$n_round"] = made.round_
        guards.substitutes[id(int)] = (int, made.int_)
    result["type"] = Type
    result["SystemExit"] = SystemExit
    result["KeyboardInterrupt"] = KeyboardInterrupt
    result["$clean"] = made.clean
    result["$cleandir"] = made.clean_dir
    result["$locals"] = builtins.locals
    substitutes = {
        id(getattr(builtins, name)): (getattr(builtins, name), getattr(made, name + "_"))
        for name in tables.GUARDED_CLASSES | tables.GUARDED_FUNCTIONS
    }
    substitutes[id(Type)] = (Type, made.type_)
    for group in (BaseExceptionGroup, ExceptionGroup):
        substitutes[id(group)] = (group, made.group_of(group))
    for name in tables.NOT_OFFERED:
        real = getattr(builtins, name)
        if callable(real):
            substitutes[id(real)] = (real, _refuser(name))
    guards.substitutes.update(substitutes)
    return result


def _refuser(name: str) -> Callable[..., Any]:
    def refused(*_: Any, **__: Any) -> Any:
        raise TypeRefused(f"{name}() is not offered here: {tables.NOT_OFFERED_WHY.get(name, '')}")

    return refused


def _restored(guards: Guards) -> Builtins:
    """Builtins in another process print to its standard output."""
    return Builtins(guards, sys.stdout.write)


def build_class(body: Any, name: str, /, *bases: Any, **keywords: Any) -> Any:
    """What a class statement calls."""
    with making():
        return builtins.__build_class__(body, name, *bases, **keywords)


def frame_builtins() -> dict[str, Any]:
    """The ``__builtins__`` of agent frames: offered names, and the two hooks C code needs.

    ``__import__`` and ``__build_class__`` cannot be spelled in agent source; C functions such as
    ``datetime.strptime`` import through the frame that called them.
    """
    result = {
        name: getattr(builtins, name)
        for name in tables.NATIVE | tables.GUARDED_CLASSES | tables.EXCEPTIONS | tables.CONSTANTS
        if name not in tables.STAND_INS and name not in ("type", "super")
    }
    result["__build_class__"] = build_class
    result["__import__"] = builtins.__import__
    result["__name__"] = "builtins"
    return result
