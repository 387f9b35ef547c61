"""JSON of bounded length, from an encoder that nothing can stop.

The encoder in C goes through nested containers in one step, writes each as often as it is held, and
never asks for signals. So what it is given is measured before; and a container of a type that nobody
registered, such as a subclass of ``dict``, is refused like any other object it cannot write.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from agex.sandbox import bounds, clock

#: May containers of this type be gone through?
Open: TypeAlias = Callable[[type], bool]


def check(value: Any, is_open: Open) -> None:
    """Raise where the text of nested containers would be huge because they hold one another often.

    Each container is looked at once, however often it is written.

    Raises:
        TypeError: one of them is of a type that is not open.
    """
    sizes: dict[int, int] = {}
    stack = [value]
    while stack:
        current = stack[-1]
        if not isinstance(current, _WRITTEN) or sizes.get(id(current)):
            stack.pop()
            continue
        if type(current) not in _WRITTEN and not is_open(type(current)):
            raise TypeError(
                f"Object of type {type(current).__name__} is not JSON serializable here"
            )
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
        if float in found:
            size += _FLOAT * sum(type(item) is float for item in items)
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
#: The same of a float besides, which takes several times as long to write.
_FLOAT = 35


def checking_default(default: Callable[[Any], Any], is_open: Open) -> Callable[[Any], Any]:
    """``default=`` whose answers are measured like everything else."""

    def measured(value: Any) -> Any:
        answer = default(value)
        check(answer, is_open)
        return answer

    return measured


def method(
    owner: json.JSONEncoder, real: Callable[..., Any], name: str, is_open: Open
) -> Callable[..., Any]:
    """The library's ``encode`` or ``iterencode`` for an encoder, within bounds."""

    def encode(o: Any) -> Any:
        check(o, is_open)
        if not _has_default(owner) or isinstance(o, str):
            return real(o)
        # Nobody can measure what an own default() will answer: the encoder in Python can be stopped.
        own = type(owner).iterencode is not json.JSONEncoder.iterencode
        chunks = []
        for chunk in (owner if own else _asking(owner, is_open)).iterencode(o):
            chunks.append(chunk)
            clock.look()
        return "".join(chunks)

    def iterencode(o: Any, _one_shot: bool = False) -> Any:
        check(o, is_open)
        return _asking(owner, is_open).iterencode(o) if _has_default(owner) else real(o)

    return encode if name == "encode" else iterencode


def _has_default(encoder: json.JSONEncoder) -> bool:
    """Whether there is a ``default`` of its own behind the library's methods."""
    return type(encoder).default is not json.JSONEncoder.default or "default" in vars(encoder)


def _asking(encoder: json.JSONEncoder, is_open: Open) -> json.JSONEncoder:
    """The same encoder, whose ``default`` answers with what may be written."""
    return json.JSONEncoder(
        skipkeys=encoder.skipkeys,
        ensure_ascii=encoder.ensure_ascii,
        check_circular=encoder.check_circular,
        allow_nan=encoder.allow_nan,
        sort_keys=encoder.sort_keys,
        indent=encoder.indent,
        separators=(encoder.item_separator, encoder.key_separator),
        default=checking_default(encoder.default, is_open),
    )


class Bounded:
    """An encoder made for ``json.dumps(cls=…)``, measured like the function itself."""

    def __init__(self, encoder: json.JSONEncoder, is_open: Open) -> None:
        self.encode = encoder.encode
        if type(encoder).encode is json.JSONEncoder.encode:
            self.encode = method(encoder, encoder.encode, "encode", is_open)
        self.iterencode = encoder.iterencode
        if type(encoder).iterencode is json.JSONEncoder.iterencode:
            self.iterencode = method(encoder, encoder.iterencode, "iterencode", is_open)
