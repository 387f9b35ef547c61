"""Methods whose result can be far longer than what they are given: measured before they work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.sandbox import bounds, clock
from agex.sandbox.taking import Rules, taken


def join(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    return lambda parts, /: real(joinable(rules, owner, parts))


def joinable(rules: Rules, separator: Any, parts: Any) -> Any:
    """What ``separator.join`` may go through, its text within bounds."""
    items = parts if type(parts) in (list, tuple) else list(taken(rules, parts))
    rules.iter(parts)
    if len(items) > 1000 or len(separator) > 1000:
        size = bounds.total_length(items if type(items) is list else list(items))
        bounds.check_length("the text", size + len(separator) * len(items))
    elif any(len(part) > 1_000_000 for part in items if isinstance(part, (str, bytes, bytearray))):
        bounds.check_length("the text", bounds.total_length(list(items)))
    return items


def padding(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    def padded(width: Any, *fill: Any) -> Any:
        bounds.check_width(width)
        return real(width, *fill)

    return padded


def expandtabs(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    def expanded(tabsize: Any = 8) -> Any:
        tab = "\t" if isinstance(owner, str) else b"\t"
        bounds.check_length("the text", owner.count(tab) * int(tabsize) + len(owner))
        return real(tabsize)

    return expanded


def replace(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: real(*replacing(owner, args), **kwargs)


def replacing(text: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of ``text.replace``, where the result stays within bounds."""
    if len(args) >= 2 and isinstance(args[1], (str, bytes, bytearray)):
        old, new = args[0], args[1]
        try:
            times = text.count(old) if len(old) else len(text) + 1
        except TypeError:
            return args
        bounds.check_length("the text", len(text) + times * max(0, len(new) - len(old)))
    return args


def translate(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    return lambda table, *more, **kwargs: real(_table(rules, owner, table), *more, **kwargs)


def _table(rules: Rules, text: Any, table: Any) -> Any:
    rules.item(table)
    if isinstance(table, dict):
        longest = max((len(v) for v in dict.values(table) if isinstance(v, str)), default=1)
        if longest > 1:
            bounds.check_length("the text", len(text) * longest)
    return table


def elements(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``Counter.elements``, which may never end."""
    return lambda: bounds.polled(real(), clock.look)


def search(rules: Rules, owner: range, name: str, real: Any) -> Callable[..., Any]:
    """``index`` and ``count`` of a range, which go through it for what is no int."""

    def searched(value: Any, /) -> Any:
        if type(value) is not int and type(value) is not bool:
            bounds.bounded(owner)  # compared with each of them
        return real(value)

    return searched


def tolist(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    def listed() -> Any:
        size = owner.nbytes if isinstance(owner, memoryview) else len(owner)
        bounds.check_length("the list", size, bounds.MAX_ITEMS)
        return real()

    return listed


def to_bytes(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    def bytes_of(length: Any = 1, *args: Any, **kwargs: Any) -> Any:
        bounds.check_length("the bytes", length)
        return real(length, *args, **kwargs)

    return bytes_of


def draw(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """Methods of ``random.Random`` that make as many as an argument says."""
    counted, place, most = bounds.RANDOM[name]

    def drawn(*args: Any, **kwargs: Any) -> Any:
        said = args[place] if len(args) > place else kwargs.get(counted)
        bounds.check_length(f"{name}()", said, most)
        for arg in (*args, *kwargs.values()):
            rules.looked_into(arg, name)
        return real(*args, **kwargs)

    return drawn
