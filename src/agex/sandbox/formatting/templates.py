"""``str.format`` and ``%``: every field is read through the guards, every value shows itself within them."""

from __future__ import annotations

import _string  # type: ignore[import-not-found]  # what string.Formatter splits fields with
import string
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from agex.sandbox import bounds


class Shows(Protocol):
    """What is asked of the texts here."""

    def str(self, value: Any) -> str: ...
    def repr(self, value: Any) -> _str: ...
    def ascii(self, value: Any) -> _str: ...
    def format(self, value: Any, spec: Any = "") -> _str: ...
    def read(self, owner: Any, name: _str, /) -> Any: ...
    def item(self, owner: Any, /) -> Any: ...
    def argument(self, value: Any) -> Any: ...
    def percent(self, template: Any, values: Any) -> Any: ...


_str = str


class Shown:
    """An object that shows itself as the text of another, within the policy."""

    __slots__ = ("_texts", "_value")

    def __init__(self, texts: Shows, value: Any) -> None:
        self._texts = texts
        self._value = value

    def __str__(self) -> str:
        return self._texts.str(self._value)

    def __repr__(self) -> str:
        return self._texts.repr(self._value)

    def __format__(self, spec: str) -> str:
        return self._texts.format(self._value, spec)


class ShownItems(Shown):
    """A mapping on the right of ``%``, whose items show themselves within the policy."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return self._texts.argument(self._value[key])


class PercentLeft:
    """A string on the left of ``%``."""

    __slots__ = ("_template", "_texts")

    def __init__(self, texts: Shows, template: Any) -> None:
        self._texts = texts
        self._template = template

    def __mod__(self, values: Any) -> Any:
        return self._texts.percent(self._template, values)


class Formatter(string.Formatter):
    """``str.format`` whose attribute and item lookups pass the guards."""

    def __init__(self, texts: Shows) -> None:
        self.texts = texts

    def vformat(self, format_string: str, args: Any, kwargs: Any) -> str:
        result, _ = self._fill(format_string, args, kwargs, 0, 2)
        return result

    def _fill(
        self, template: str, args: Any, kwargs: Any, automatic: int | None, depth: int
    ) -> tuple[str, int | None]:
        if depth < 0:
            raise ValueError("Max string recursion exceeded")
        result: list[str] = []
        size = 0
        for literal, field, spec, conversion in self.parse(template):
            result.append(literal)
            if field is None:
                continue
            head = field.split(".", 1)[0].split("[", 1)[0]
            if head == "":
                if automatic is None:
                    raise ValueError(
                        "cannot switch from manual field specification to automatic field numbering"
                    )
                field = f"{automatic}{field}"
                automatic += 1
            elif head.isdigit():
                if automatic:
                    raise ValueError(
                        "cannot switch from automatic field numbering to manual field specification"
                    )
                automatic = None
            value, _ = self.get_field(field, args, kwargs)
            if conversion == "r":
                value = self.texts.repr(value)
            elif conversion == "a":
                value = self.texts.ascii(value)
            elif conversion == "s":
                value = self.texts.str(value)
            elif conversion is not None:
                raise ValueError(f"Unknown conversion specifier {conversion!s}")
            filled, automatic = self._fill(spec or "", args, kwargs, automatic, depth - 1)
            result.append(self.texts.format(value, filled))
            size += len(result[-1])
            bounds.check_length("the text", size)
        return "".join(result), automatic

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        first, rest = _split(field_name)
        value = self.get_value(first, args, kwargs)
        for is_attribute, key in rest:
            value = self.texts.read(value, key) if is_attribute else self.texts.item(value)[key]
        return value, first

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, int):
            if key >= len(args):
                raise IndexError(f"Replacement index {key} out of range for positional args tuple")
            return args[key]
        return kwargs[key]


def check_repeated(template: str, values: Any) -> None:
    """Raise where ``template % values`` writes a long text again and again."""
    if isinstance(values, dict):
        longest = max((len(v) for v in values.values() if isinstance(v, (str, bytes))), default=0)
        bounds.check_length("the text", template.count("%") * longest)
    elif type(values) is tuple:
        bounds.check_length("the text", sum(len(v) for v in values if isinstance(v, (str, bytes))))


_split: Any = _string.formatter_field_name_split
