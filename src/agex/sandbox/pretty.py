"""``pprint`` under the guards: other people's objects show as everywhere, and the text is printed here.

The real printer calls ``repr`` of whatever is in a structure, and writes to the host's own output.
"""

from __future__ import annotations

import dataclasses
import pprint
from collections.abc import Callable
from typing import Any

from agex.sandbox import clock
from agex.sandbox.guards import Guards

#: Their text is written item by item, each through ``format`` below.
_TAKEN_APART: tuple[object, ...] = (dict.__repr__, list.__repr__, tuple.__repr__)


class _Printer(pprint.PrettyPrinter):
    def __init__(self, guards: Guards, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guards = guards

    def format(
        self, object: Any, context: dict[int, int], maxlevels: int, level: int
    ) -> tuple[str, bool, bool]:
        clock.look()
        if type(object).__repr__ in _TAKEN_APART or type(object) in (str, int, float, complex):
            return super().format(object, context, maxlevels, level)
        return self._guards.texts.repr(object), True, False

    def _format(
        self, object: Any, stream: Any, indent: int, allowance: int, context: Any, level: int
    ) -> None:
        kind, guards = type(object), self._guards
        apart = (
            dataclasses.is_dataclass(kind)
            and kind.__repr__ in guards.texts.own_texts
            and guards.is_pure(kind)
            and id(object) not in context
        )
        real: Any = super()
        width: int = self._width  # type: ignore[attr-defined]
        if not apart or len(guards.texts.repr(object)) <= width - indent - allowance:
            real._format(object, stream, indent, allowance, context, level)
            return
        context[id(object)] = 1
        real._pprint_dataclass(object, stream, indent, allowance, context, level + 1)
        del context[id(object)]


def twins(guards: Guards) -> dict[Any, Callable[..., Any]]:
    """``{function of pprint: the same for one session}``"""

    def pformat(object: Any, *args: Any, **options: Any) -> str:
        return guards.texts.clean(_Printer(guards, *args, **options).pformat(object))

    def written(object: Any, stream: Any, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        guards.globals["$b_print"](pformat(object, *args, **options), file=stream)

    def print_prettily(object: Any, stream: Any = None, *args: Any, **options: Any) -> None:
        written(object, stream, args, options)

    def pp(
        object: Any, stream: Any = None, *args: Any, sort_dicts: bool = False, **options: Any
    ) -> None:
        written(object, stream, args, {"sort_dicts": sort_dicts, **options})

    return {pprint.pformat: pformat, pprint.pprint: print_prettily, pprint.pp: pp}
