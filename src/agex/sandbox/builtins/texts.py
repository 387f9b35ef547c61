"""``print``, ``repr``, ``format`` and ``str``: text within the policy."""

from __future__ import annotations

from typing import Any

from agex.sandbox import bounds
from agex.sandbox.builtins.describing import Describing
from agex.sandbox.formatting import PLAIN


class Printing(Describing):
    """What is written."""

    def print_(
        self, /, *values: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: Any = False
    ) -> None:
        sep = " " if sep is None else sep
        end = "\n" if end is None else end
        if type(sep) is not str or type(end) is not str:
            raise TypeError("sep and end must be None or a string")
        bounds.check_length("the printed text", len(sep) * len(values), 10_000_000)
        if file is not None:
            write = self.guards.call(self.guards.value(file, "write"))
        else:
            write = self.guards.redirects[-1] if self.guards.redirects else self.write
        if PLAIN.issuperset(map(type, values)):
            write(sep.join([v if type(v) is str else str(v) for v in values]) + end)
            return
        between = ""
        for value in values:  # a __str__ may print or fail: what came before it stands already
            if between:
                write(between)
            write(self.guards.texts.str(value))
            between = sep
        write(end)

    def repr_(self, value: Any, /) -> str:
        return self.guards.texts.repr(value)

    def ascii_(self, value: Any, /) -> str:
        return self.guards.texts.ascii(value)

    def format_(self, value: Any, spec: str = "", /) -> str:
        return self.guards.texts.format(value, spec)

    def str_(self, /, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs:
            value = args[0]
            return str(value) if type(value) in PLAIN else self.guards.texts.str(value)
        if not args and kwargs.keys() == {"object"}:
            return self.guards.texts.str(kwargs["object"])
        for value in (*args, *kwargs.values()):
            self.guards.looked_into(value, "str")
        return str(*args, **kwargs)  # bytes with an encoding, or Python's own complaint
