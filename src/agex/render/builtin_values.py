"""Builtins and the small types of the standard library, shown as Python would write them."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import itertools
import pathlib
import re
import sys
import types
import uuid
import zoneinfo
from collections.abc import Callable, Iterable
from typing import Any

from agex.render.budget import clip
from agex.render.classes import ids, is_one_of, type_name
from agex.render.signatures import code_signature, signature_of, signature_text
from agex.render.walk import Child, Renderer

_ZONES = ids(type(None), datetime.timezone, zoneinfo.ZoneInfo)
_SORTABLE = ids(int, str)

_BIG_INT_BITS = 2_000
"""Writing out an integer costs the square of its digits, and CPython refuses at 4,300 of them."""


def _text(value: Any, budget: int, child: Child) -> str:
    whole = repr(value) if len(value) <= budget else None
    if whole is not None and len(whole) <= budget:
        return whole
    unit = "chars" if type(value) is str else "bytes"
    note = f"… ({len(value):,} {unit})"
    room = budget - len(note) - 3
    if room < 8:
        return clip(repr(value[:budget]), budget)
    shown = value[:room]
    while len(repr(shown)) > budget - len(note):  # escapes are longer than what they stand for
        over = len(repr(shown)) - (budget - len(note))
        shown = shown[: -max(1, over // 8)]
    return repr(shown) + note


def _bytearray(value: bytearray, budget: int, child: Child) -> str:
    return f"bytearray({child(bytes(value[:budget]), max(1, budget - 11))})"


def _integer(value: int, budget: int, child: Child) -> str:
    bits = value.bit_length()
    if bits <= _BIG_INT_BITS:
        text = repr(value)
        if len(text) <= budget:
            return text
    return f"<{'negative ' if value < 0 else ''}int of about {int(bits * 0.30103) + 1:,} digits>"


def _plain(value: Any, budget: int, child: Child) -> str:
    return repr(value)


def _zoned(value: Any, budget: int, child: Child) -> str:
    if is_one_of(type(value.tzinfo), _ZONES):
        return repr(value)
    return repr(value.replace(tzinfo=None))  # a time zone of an agent's making has a ``__repr__``


def _slice(value: slice, budget: int, child: Child) -> str:
    third = max(4, (budget - 11) // 3)
    return f"slice({', '.join(child(p, third) for p in (value.start, value.stop, value.step))})"


def _name(value: Any) -> str:
    """``__name__``, which a model's code may have set to something that only looks like a string."""
    name = value.__name__
    return name if type(name) is str else "…"


def items_text(items: Iterable[Any], count: int, budget: int, child: Child) -> str:
    """Items separated by commas until the budget is used, then how many are left."""
    return _joined(items, count, budget, child)


def _joined(items: Iterable[Any], count: int, budget: int, one: Callable[[Any, int], str]) -> str:
    parts: list[str] = []
    left = budget
    for index, item in enumerate(items):
        if left < 1:
            break
        # One long item must not hide the others: it gets half of what is left, small ones all.
        share = left if index + 1 == count else max(left // 2, min(left, 40))
        text = one(item, share)
        parts.append(text)
        left -= len(text) + 2
    used = budget - left - 2
    while len(parts) < count:
        mark = f"… +{count - len(parts):,} more"
        if not parts or used + 2 + len(mark) <= budget:
            parts.append(mark)
            break
        used -= len(parts.pop()) + 2
    return ", ".join(parts)


def _sequence(opening: str, closing: str) -> Renderer:
    def render(value: Any, budget: int, child: Child) -> str:
        inner = items_text(value, len(value), budget - len(opening) - len(closing), child)
        if closing == ")" and opening == "(" and len(value) == 1:
            inner += ","
        return f"{opening}{inner}{closing}"

    return render


def _set(value: Any, budget: int, child: Child) -> str:
    name = type_name(type(value))
    if not value:
        return f"{name}()"
    opening, closing = ("{", "}") if name == "set" else (f"{name}({{", "})")
    items: Iterable[Any] = value
    if len(value) <= 1_000 and all(is_one_of(type(item), _SORTABLE) for item in value):
        try:
            items = sorted(value)
        except TypeError:  # ints and strings together
            items = value
    inner = items_text(items, len(value), budget - len(opening) - len(closing), child)
    return opening + inner + closing


def pairs_text(pairs: Iterable[tuple[Any, Any]], count: int, budget: int, child: Child) -> str:
    """``key: value`` pairs separated by commas until the budget is used."""

    def one(pair: Any, room: int) -> str:
        key = child(pair[0], max(4, room // 2))
        return clip(f"{key}: {child(pair[1], max(1, room - len(key) - 2))}", room)

    return _joined(pairs, count, budget, one)


def _dict(value: Any, budget: int, child: Child) -> str:
    return "{" + pairs_text(value.items(), len(value), budget - 2, child) + "}"


def _named_dict(value: Any, budget: int, child: Child) -> str:
    name = type_name(type(value))
    if type(value) is collections.Counter and len(value) <= 100_000:
        if all(type(count) is int for count in value.values()):
            most = value.most_common(budget // 4 + 1)
            return f"Counter({{{pairs_text(most, len(value), budget - 11, child)}}})"
    return f"{name}({{{pairs_text(value.items(), len(value), budget - len(name) - 4, child)}}})"


def _view(value: Any, budget: int, child: Child) -> str:
    name = type_name(type(value))
    return f"{name}([{items_text(value, len(value), budget - len(name) - 4, child)}])"


def _deque(value: Any, budget: int, child: Child) -> str:
    return f"deque([{items_text(value, len(value), budget - 9, child)}])"


def _range(value: range, budget: int, child: Child) -> str:
    return (
        repr(value) if max(map(abs, (value.start, value.stop, value.step))) < 10**30 else "range(…)"
    )


def _memoryview(value: memoryview, budget: int, child: Child) -> str:
    return f"<memoryview of {value.nbytes:,} bytes>"


def _function(value: types.FunctionType, budget: int, child: Child) -> str:
    """A host function with its annotations and its first line; a model's with its parameters only.

    What a model annotated may be objects of its own, and looking at them may run their code.
    """
    kind = "async function" if value.__code__.co_flags & 0x80 else "function"
    if not _is_of_a_module(value):
        return f"<{kind} {_name(value)}{code_signature(value)}>"
    text = f"<{kind} {_name(value)}{signature_text(signature_of(value))}>"
    doc = value.__doc__ if type(value.__doc__) is str else ""
    line = doc.strip().split("\n", 1)[0]
    return f"{text} {line}" if line and len(text) + len(line) < budget else text


def _is_of_a_module(function: types.FunctionType) -> bool:
    """Whether the function was defined in a module of the host: nothing a model makes ever is."""
    name = function.__globals__.get("__name__")
    module = sys.modules.get(name) if type(name) is str else None
    return module is not None and module.__dict__ is function.__globals__


def _builtin_function(value: Any, budget: int, child: Child) -> str:
    return f"<function {_name(value)}{signature_text(signature_of(value))}>"


def _method(value: types.MethodType, budget: int, child: Child) -> str:
    function = value.__func__
    name = _name(function) if type(function) is types.FunctionType else "…"
    return f"<method {type_name(type(value.__self__))}.{name}>"


def _module(value: types.ModuleType, budget: int, child: Child) -> str:
    name = value.__dict__.get("__name__")
    return f"<module {name}>" if type(name) is str else "<module>"


def _running(value: Any, budget: int, child: Child) -> str:
    return f"<{type_name(type(value))} {_name(value)}, not yet run out>"


def _iterator(value: Any, budget: int, child: Child) -> str:
    return f"<{type_name(type(value))}, not yet consumed: list(...) shows it>"


def _none_of_it(value: Any, budget: int, child: Child) -> str:
    return f"<{type_name(type(value))} object>"


def _pattern(value: re.Pattern[Any], budget: int, child: Child) -> str:
    return f"re.compile({child(value.pattern, max(4, budget - 12))})"


def _match(value: re.Match[Any], budget: int, child: Child) -> str:
    found = child(value.group(0), max(4, budget - 40))
    return f"<re.Match span={value.span()} match={found}>"


def _decimal(value: decimal.Decimal, budget: int, child: Child) -> str:
    return repr(value) if len(value.as_tuple().digits) <= budget else f"<{type_name(type(value))}>"


def _fraction(value: fractions.Fraction, budget: int, child: Child) -> str:
    half = max(4, (budget - 12) // 2)
    return f"Fraction({child(value.numerator, half)}, {child(value.denominator, half)})"


def _namespace(value: types.SimpleNamespace, budget: int, child: Child) -> str:
    pairs = vars(value)
    inner = ", ".join(
        f"{name}={child(held, max(8, budget // 4))}"
        for name, held in itertools.islice(pairs.items(), budget // 4 + 1)
    )
    return f"namespace({inner})"


TABLE: dict[type, Renderer] = {
    str: _text,
    bytes: _text,
    bytearray: _bytearray,
    memoryview: _memoryview,
    int: _integer,
    bool: _plain,
    float: _plain,
    complex: _plain,
    type(None): _plain,
    type(...): _plain,
    type(NotImplemented): _plain,
    list: _sequence("[", "]"),
    tuple: _sequence("(", ")"),
    set: _set,
    frozenset: _set,
    dict: _dict,
    collections.OrderedDict: _named_dict,
    collections.defaultdict: _named_dict,
    collections.Counter: _named_dict,
    collections.deque: _deque,
    type({}.keys()): _view,
    type({}.values()): _view,
    type({}.items()): _view,
    range: _range,
    slice: _slice,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _builtin_function,
    types.MethodType: _method,
    types.ModuleType: _module,
    types.GeneratorType: _running,
    types.CoroutineType: _running,
    types.AsyncGeneratorType: _running,
    types.SimpleNamespace: _namespace,
    datetime.date: _plain,
    datetime.datetime: _zoned,
    datetime.time: _zoned,
    datetime.timedelta: _plain,
    datetime.timezone: _plain,
    decimal.Decimal: _decimal,
    fractions.Fraction: _fraction,
    uuid.UUID: _plain,
    pathlib.PurePosixPath: _plain,
    pathlib.PureWindowsPath: _plain,
    pathlib.PosixPath: _plain,
    pathlib.WindowsPath: _plain,
    re.Pattern: _pattern,
    re.Match: _match,
    **dict.fromkeys(
        (zip, map, filter, enumerate, reversed, type(iter([])), type(iter(())), type(iter({}))),
        _iterator,
    ),
    object: _none_of_it,
}
