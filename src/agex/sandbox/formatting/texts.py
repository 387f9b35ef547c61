"""``str``, ``format``, f-strings, ``%`` and ``.format`` under one policy: the roof of the texts."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agex.sandbox import bounds, kinds, tables
from agex.sandbox.decisions import Decisions
from agex.sandbox.formatting.plain import PLAIN
from agex.sandbox.formatting.structures import Structures
from agex.sandbox.formatting.templates import (
    Formatter,
    PercentLeft,
    Shown,
    ShownItems,
    check_repeated,
)
from agex.sandbox.origin import find, is_agent_class

_str = str


class Texts(Structures):
    """``str``, ``repr``, ``format`` and friends under one policy.

    ``read`` is the guarded attribute read, used for fields named in format strings; ``item`` the guard of
    what is indexed.
    """

    def __init__(
        self,
        decisions: Decisions,
        read: Callable[[Any, str], Any],
        item: Callable[[Any], Any],
    ) -> None:
        super().__init__(decisions, read)
        self.item = item
        self.formatter = Formatter(self)

    def str(self, value: Any) -> str:
        """``str(value)``"""
        if type(value) in PLAIN:
            return _str(value)
        if isinstance(value, BaseException) and not self.has_own(type(value), "__str__"):
            return self.exception(value)
        if self.has_own(type(value), "__str__"):
            return _str(value)
        if self.is_safe(value):
            return self.clean(self.table(value) or _str(value))
        return self.repr(value)

    def ascii(self, value: Any) -> _str:
        """``ascii(value)``"""
        return self.repr(value).encode("ascii", "backslashreplace").decode("ascii")

    def format(self, value: Any, spec: Any = "") -> _str:
        """``format(value, spec)``, width and precision bounded."""
        if not isinstance(spec, _str):
            raise TypeError(f"format() argument 2 must be str, not {type(spec).__name__}")
        bounds.check_spec(spec)
        if type(value) in PLAIN:
            return format(value, spec)
        if spec == "" and (text := self.table(value)) is not None:
            return text
        bounds.check_decimal_text(value, spec)
        cls = type(value)
        writer: type = find(cls, "__format__")[0]  # type: ignore[index]  # object has it
        if self.has_own(cls, "__format__") or (
            writer is not object
            and kinds.REGISTERED in (self.decisions.kind(cls), self.decisions.kind(writer))
        ):
            return format(value, spec)
        if isinstance(value, enum.Enum) and is_agent_class(cls):
            return format(value, spec)
        if isinstance(value, (int, float, complex, _str)) and self.is_safe(value):
            return format(value, spec)
        if spec == "":
            return self.str(value)
        raise TypeError(f"unsupported format string passed to {cls.__name__}.__format__")

    def signature(self, signature: inspect.Signature, *, own: bool = True) -> _str:
        """The text of a signature. Of a function of the host's, what a parameter of a private name is
        left at is not shown."""

        def shown(value: Any) -> Any:
            if value is inspect.Parameter.empty or isinstance(value, type) or self.is_safe(value):
                return value
            return Shown(self, value)

        parameters = [
            parameter.replace(
                annotation=shown(parameter.annotation),
                default=_HIDDEN
                if not own
                and parameter.name.startswith("_")
                and parameter.default is not inspect.Parameter.empty
                else shown(parameter.default),
            )
            for parameter in signature.parameters.values()
        ]
        text = _str(
            signature.replace(
                parameters=parameters, return_annotation=shown(signature.return_annotation)
            )
        )
        return self.clean(text)

    # ------------------------------------------------------------ f-strings, % and .format

    def shown(self, value: Any) -> Any:
        """What an f-string may format in place of ``value``: itself, or its text."""
        return Shown(self, value)

    def percent(self, template: Any, values: Any) -> Any:
        """``template % values``"""
        text = template if isinstance(template, _str) else template.decode("latin-1")
        bounds.check_spec(text)
        if type(values) is tuple:
            if "*" in text:
                for value in values:
                    if isinstance(value, int) and abs(value) > bounds.MAX_WIDTH:
                        bounds.check_spec(_str(abs(value)))
            arguments: Any = tuple(self.argument(value) for value in values)
        elif isinstance(values, Mapping):
            self.item(values)
            arguments = (
                {key: self.argument(item) for key, item in values.items()}
                if type(values) is dict
                else ShownItems(self, values)
            )
        else:
            arguments = self.argument(values)
        check_repeated(text, arguments)
        result = template % arguments
        return self.clean(result) if type(result) is _str and tables.HOME in result else result

    def percent_left(self, left: Any) -> Any:
        """The left side of ``%`` where it is no int: strings format through the guard."""
        return PercentLeft(self, left) if isinstance(left, (_str, bytes, bytearray)) else left

    def percent_in_place(self, left: Any, right: Any) -> Any:
        """``left %= right``"""
        if isinstance(left, (_str, bytes, bytearray)):
            return self.percent(left, right)
        left %= right
        return left

    def argument(self, value: Any) -> Any:
        """A value for ``%``: numbers and strings as they are, the rest as something with safe text."""
        if type(value) in PLAIN:
            return value
        bounds.check_decimal(value)  # %d makes an integer of it
        if self.is_safe(value):
            return value
        if isinstance(value, (int, float, bytes)) and is_agent_class(type(value)):
            return value
        return Shown(self, value)

    def template(self, template: _str, args: Sequence[Any], kwargs: Mapping[_str, Any]) -> _str:
        """``template.format(*args, **kwargs)`` with every field read through the guards."""
        return self.formatter.vformat(template, args, kwargs)


class _Hidden:
    def __repr__(self) -> str:
        return "..."


_HIDDEN = _Hidden()
