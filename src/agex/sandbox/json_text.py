"""JSON of bounded length, from an encoder that nothing can stop.

The encoder in C goes through nested containers in one step, writes each as often as it is held, and
never asks for signals. So what it is given is measured before.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from agex.sandbox import bounds, clock


def check(value: Any) -> None:
    """Raise where the text of nested containers would be huge because they hold one another often.

    Each container is looked at once, however often it is written.
    """
    sizes: dict[int, int] = {}
    stack = [value]
    while stack:
        current = stack[-1]
        if not isinstance(current, _WRITTEN) or sizes.get(id(current)):
            stack.pop()
            continue
        items = _held(current)
        found = set(map(type, items))
        below = [] if found <= _LEAVES else [i for i in items if isinstance(i, _WRITTEN)]
        if id(current) not in sizes:
            sizes[id(current)] = 0  # on the way: one that holds itself is the encoder's to refuse
            stack += [item for item in below if id(item) not in sizes]
            if not len(sizes) & 1023:
                clock.look()
            continue
        stack.pop()
        size = _LEAF * len(items) + sum(sizes.get(id(item), 0) for item in below)
        if str in found:
            size += sum(len(item) for item in items if isinstance(item, str))
        if size > bounds.MAX_LENGTH:
            raise bounds.refuse_length("the text", size, bounds.MAX_LENGTH)
        sizes[id(current)] = size + 1


def _held(container: Any) -> Any:
    """What a container holds, whatever the methods of a subclass say."""
    if isinstance(container, dict):
        return [*dict.keys(container), *dict.values(container)]
    return (list if isinstance(container, list) else tuple).__getitem__(container, slice(None))


_WRITTEN = (list, tuple, dict)
_LEAVES = frozenset({str, int, float, bool, type(None)})
#: Characters of a number and what stands around it.
_LEAF = 5


def checking_default(default: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``default=`` whose answers are measured like everything else."""

    def measured(value: Any) -> Any:
        answer = default(value)
        check(answer)
        return answer

    return measured


def method(owner: json.JSONEncoder, real: Callable[..., Any], name: str) -> Callable[..., Any]:
    """``encode`` or ``iterencode`` of an encoder, within bounds."""

    def encode(o: Any) -> Any:
        check(o)
        if not _answers_itself(owner) or isinstance(o, str):
            return real(o)
        # Nobody can measure what an own default() will answer: the encoder in Python can be stopped.
        chunks = []
        for chunk in owner.iterencode(o):
            chunks.append(chunk)
            clock.look()
        return "".join(chunks)

    def iterencode(o: Any) -> Any:
        check(o)
        return real(o)

    return encode if name == "encode" else iterencode


def _answers_itself(encoder: json.JSONEncoder) -> bool:
    """Whether there is a ``default`` of its own behind the library's ``encode``."""
    cls = type(encoder)
    if cls.encode is not json.JSONEncoder.encode:
        return False
    return cls.default is not json.JSONEncoder.default or "default" in vars(encoder)


class Bounded:
    """An encoder made for ``json.dumps(cls=…)``, measured like the function itself."""

    def __init__(self, encoder: json.JSONEncoder) -> None:
        self.encode = method(encoder, encoder.encode, "encode")
        self.iterencode = method(encoder, encoder.iterencode, "iterencode")
