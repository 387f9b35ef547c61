"""``operator``: items, attributes and calls by way of their guards, products within bounds."""

from __future__ import annotations

import operator
from types import FunctionType
from typing import Any

from agex.sandbox import bounds, methods
from agex.sandbox.guards import Guards
from agex.sandbox.language.picked import picked


def members(guards: Guards) -> dict[str, Any]:
    item, call = guards.item, guards.call

    def beside(real: Any) -> Any:
        def operated(a: Any, b: Any, /) -> Any:
            return real(guards.viewed(a), guards.viewed(b))

        operated.__name__ = operated.__qualname__ = real.__name__
        return operated

    def getitem(obj: Any, key: Any) -> Any:
        return item(obj)[key]

    def index_of(items: Any, wanted: Any) -> int:
        for index, item in enumerate(methods.taken(guards, items)):
            if item is wanted or item == wanted:
                return index
        raise ValueError("sequence.index(x): x not in sequence")

    def setitem(obj: Any, key: Any, new: Any) -> None:
        if isinstance(key, slice):
            guards.iter(new)
        item(obj)[key] = new

    def delitem(obj: Any, key: Any) -> None:
        del item(obj)[key]

    def iadd(left: Any, right: Any) -> Any:
        left += guards.added(right, left)
        return left

    def mod(left: Any, right: Any) -> Any:
        if isinstance(left, (str, bytes)):
            return guards.texts.percent(left, right)
        bounds.check_division(left, right)
        return left % right

    found: dict[str, Any] = {
        **picked(
            operator,
            """add sub truediv neg pos abs and_ or_ xor inv invert rshift not_ truth is_ is_not
            lt le eq ne ge gt matmul index itruediv irshift imatmul is_none is_not_none""",
        ),
        "ior": guards.merged,
        "iand": guards.intersected,
        "ixor": guards.differed,
        "isub": guards.reduced,
        **{name: beside(getattr(operator, name)) for name in ("or_", "and_", "xor", "sub")},
        "mul": bounds.multiply,
        "imul": bounds.multiply_in_place,
        "pow": bounds.power,
        "ipow": bounds.power_in_place,
        "lshift": bounds.shift,
        "ilshift": bounds.shift_in_place,
        "floordiv": bounds.floor_divide,
        "ifloordiv": bounds.floor_divide,
        "mod": mod,
        "imod": mod,
        "iadd": iadd,
        "concat": lambda a, b: item(a) + item(b),
        "contains": lambda a, b: b in guards.contains(a),
        "countOf": lambda a, b: sum(1 for x in methods.taken(guards, a) if x == b),
        "indexOf": index_of,
        "length_hint": operator.length_hint,
        "getitem": getitem,
        "setitem": setitem,
        "delitem": delitem,
        **_getters(guards),
        "call": lambda obj, /, *args, **kwargs: call(obj)(*args, **kwargs),
    }
    return {name: _named(name, function) for name, function in found.items()}


def _named(name: str, function: Any) -> Any:
    """The function under the name it has in ``operator``, which programs print."""
    if type(function) is not FunctionType or function.__name__ == name:
        return function
    made = FunctionType(
        function.__code__, function.__globals__, name, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__, made.__qualname__ = function.__kwdefaults__, name
    return made


def _getters(guards: Guards) -> dict[str, Any]:
    """The functions that are told beforehand what they are going to look up."""
    value, item, call = guards.value, guards.item, guards.call

    def attrgetter(*names: str) -> Any:
        for name in names:
            if type(name) is not str:
                raise TypeError("attribute name must be a string")

        def one(obj: Any, path: str) -> Any:
            for name in path.split("."):
                obj = value(obj, name)
            return obj

        if len(names) == 1:
            return lambda obj: one(obj, names[0])
        return lambda obj: tuple(one(obj, name) for name in names)

    def methodcaller(name: str, /, *args: Any, **kwargs: Any) -> Any:
        if type(name) is not str:
            raise TypeError("method name must be a string")
        return lambda obj: call(value(obj, name))(*args, **kwargs)

    def itemgetter(*keys: Any) -> Any:
        if len(keys) == 1:
            key = keys[0]
            return lambda obj: item(obj)[key]
        return lambda obj: tuple(item(obj)[key] for key in keys)

    return {"attrgetter": attrgetter, "methodcaller": methodcaller, "itemgetter": itemgetter}
