"""What a value looks like to somebody with little room: ``render_value``, and ``describe`` for inputs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import agex.render.array_values
import agex.render.frame_values
import agex.render.images  # noqa: F401  # each registers its renderers
from agex.policy import Policy
from agex.render.budget import clip, plural
from agex.render.builtin_values import TABLE
from agex.render.classes import ids, is_one_of, type_name
from agex.render.record_values import find_record
from agex.render.walk import BoundedRepr, Walk, register_renderer, register_structural

for _cls, _renderer in TABLE.items():
    register_renderer(_cls, _renderer)
register_structural(find_record)

SAMPLE_ITEMS = 3
"""Items of a long list shown in full: enough to see the shape and one exception to it."""

_COUNTED = 10_000_000  # lines of a longer text are not counted
_BOTH_ENDS = 400
_INLINE_CHARS = 160
"""What fits in this is shown whole, on the line of its name."""

_SHORT = ids(int, float, bool, type(None))
"""Items of these types share a line; a column of numbers would only be longer."""

_TYPED_ITEMS = 10_000
"""The types of this many items are looked at (under a millisecond) to say ``list of 365 dicts``."""


def render_value(
    value: object,
    budget_chars: int,
    *,
    repr_: BoundedRepr | None = None,
    policy: Policy | None = None,
) -> str:
    """``value`` as text of at most ``budget_chars`` characters; never raises, never takes long.

    Args:
        repr_: asked for instances of classes that render does not know, agent-made ones among them,
            as ``repr_(value, limit)``; without it they show as ``<Name object>``.
        policy: what the reader may see of registered classes. Without one the reader is taken to be
            the developer, who sees the public fields of every importable class.
    """
    return clip(Walk(repr_, policy)(value, budget_chars), budget_chars)


def describe(
    name: str,
    value: object,
    budget_chars: int,
    *,
    repr_: BoundedRepr | None = None,
    policy: Policy | None = None,
) -> str:
    """An input under its name with type, size and a sample: ``orders: list of 365 dicts, first 3: …``."""
    walk = Walk(repr_, policy)
    cls = type(value)
    room = budget_chars - len(name) - 2
    describe_it = _DESCRIBE.get(id(cls))
    text = walk(value, room) if describe_it is None else describe_it(value, room, walk)
    return clip(f"{name}: {text}", budget_chars)


def _number(value: Any, room: int, walk: Walk) -> str:
    return f"{type_name(type(value))} = {walk(value, room)}"


def _collection(value: Any, room: int, walk: Walk) -> str:
    kind = type_name(type(value))
    count = len(value)
    if not count:
        return f"{kind}, empty"
    head = f"{kind} of {_items(value, count)}"
    whole = walk(value, min(room - len(head) - 3, _INLINE_CHARS) + 1)
    if len(whole) <= min(room - len(head) - 3, _INLINE_CHARS) and "…" not in whole:
        return f"{head} = {whole}"
    if all(is_one_of(type(item), _SHORT) for item in islice(value, _TYPED_ITEMS)):
        return f"{head}: {walk(value, min(room - len(head) - 2, 3 * _INLINE_CHARS))}"
    shown = min(SAMPLE_ITEMS, count)
    head += f", first {shown}:" if shown < count else ":"
    left = room - len(head)
    lines = [head]
    for index, item in enumerate(islice(value, shown)):
        share = left // (shown - index) - 5
        if share < 12:
            break
        line = f"  {walk(item, share)}"
        lines.append(line + ("," if index + 1 < shown else ""))
        left -= len(lines[-1]) + 1
    return "\n".join(lines)


def _items(value: Any, count: int) -> str:
    """``365 dicts`` when all are dicts, ``365 items`` when they differ or are too many to look at."""
    kinds = {id(kind): kind for kind in map(type, islice(value, _TYPED_ITEMS))}
    if len(kinds) == 1 and count <= _TYPED_ITEMS:
        return plural(count, type_name(next(iter(kinds.values()))))
    return plural(count, "item")


def _mapping(value: Any, room: int, walk: Walk) -> str:
    head = f"dict of {plural(len(value), 'item')}"
    if not value:
        return "dict, empty"
    whole = walk(value, min(room - len(head) - 3, _INLINE_CHARS) + 1)
    if len(whole) <= min(room - len(head) - 3, _INLINE_CHARS) and "…" not in whole:
        return f"{head} = {whole}"
    lines = [f"{head}:"]
    left = room - len(lines[0]) - 24
    for index, (key, item) in enumerate(value.items()):
        remaining = len(value) - index
        if left < 24:
            lines.append(f"  … +{remaining:,} more")
            break
        label = walk(key, max(12, left // 4))
        share = max(left // 3, min(left, 60)) - len(label) - 6
        if share < 4:
            lines.append(f"  … +{remaining:,} more")
            break
        lines.append(f"  {label}: {walk(item, share)}")
        left -= len(lines[-1]) + 1
    return "\n".join(lines)


def _long_text(value: Any, room: int, walk: Walk) -> str:
    kind = type_name(type(value))
    unit = "characters" if kind == "str" else "bytes"
    if len(value) <= _INLINE_CHARS:
        return f"{kind} = {walk(value, room - len(kind) - 3)}"
    head = f"{kind} of {len(value):,} {unit}"
    newline = "\n" if kind == "str" else b"\n"
    if len(value) <= _COUNTED and (breaks := value.count(newline)):
        head += f" in {breaks + 1:,} lines"
    if len(value) + len(head) + 4 <= room and len(repr(value)) + len(head) + 2 <= room:
        return f"{head}: {value!r}"
    if room < _BOTH_ENDS:
        return f"{head}, beginning: {_end_of(value, room - len(head) - 14)} …"
    # Headings and first rows stand at one end, totals and the last rows at the other.
    last = _end_of(value, room // 5, last=True)
    first = _end_of(value, room - len(head) - len(last) - 24)
    return f"{head}, beginning: {first} … ending: {last}"


def _end_of(value: Any, room: int, *, last: bool = False) -> str:
    """As much of a text's beginning, or of its end, as shows in ``room`` characters."""
    room = max(room, 8)
    part = value[-room:] if last else value[:room]
    while len(part) > 1 and (over := len(repr(part)) - room) > 0:
        less = max(1, over // 2)  # escapes are longer than what they stand for
        part = part[less:] if last else part[:-less]
    return repr(part)


_DESCRIBE: dict[int, Callable[[Any, int, Walk], str]] = {
    **dict.fromkeys(ids(list, tuple, set, frozenset), _collection),
    **dict.fromkeys(ids(int, float, bool, complex), _number),
    **dict.fromkeys(ids(str, bytes), _long_text),
    id(dict): _mapping,
}
