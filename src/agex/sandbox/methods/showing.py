"""Methods that write their arguments into a text, which may not look into what is unregistered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agex.sandbox.taking import Rules


def template(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``str.format``"""
    return lambda *args, **kwargs: rules.texts.template(owner, args, kwargs)


def template_of_mapping(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``str.format_map``"""
    return lambda mapping, /: rules.texts.template(owner, (), rules.mapping(mapping))


def substitute(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., Any]:
    """``string.Template.substitute``"""
    return lambda mapping=None, /, **named: real(_Words(rules, mapping, named))


class _Words:
    """What a ``string.Template`` is filled with, as text within the policy."""

    __slots__ = ("_mapping", "_named", "_rules")

    def __init__(self, rules: Rules, mapping: Any, named: dict[str, Any]) -> None:
        self._rules, self._mapping, self._named = rules, mapping, named

    def __getitem__(self, key: str) -> str:
        if key in self._named or self._mapping is None:
            return self._rules.texts.str(self._named[key])
        return self._rules.texts.str(self._rules.item(self._mapping)[key])


def index(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., int]:
    """``xs.index(x)``: the interpreter's complaint shows the repr of what was not found."""

    def found(value: Any, /, *place: Any) -> int:
        try:
            return int(real(value, *place))
        except ValueError:
            if rules.texts.is_safe(value):
                raise
        raise ValueError(f"{rules.texts.repr(value)} is not in {type(owner).__name__}")

    return found


def remove(rules: Rules, owner: Any, name: str, real: Any) -> Callable[..., None]:
    """``remove`` of a deque, whose complaint is the same."""

    def removed(value: Any, /) -> None:
        try:
            return real(value)  # type: ignore[no-any-return]
        except ValueError:
            if rules.texts.is_safe(value):
                raise
        raise ValueError(f"{rules.texts.repr(value)} is not in {type(owner).__name__}")

    return removed
